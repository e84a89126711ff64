"""Sealing and garbage collection struck at each call: nothing is lost, and a repeat does the rest.

Also with readers whose listings are old, and with readers that look while it goes on.
"""

import shutil
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from armwright.store import ExperimentFolder, StoreError
from armwright.store.faults import Fault, FaultyFiles, Killed, StaleFiles
from armwright.store.layout import data_path
from armwright.store.location import Location
from armwright.store.posix import PosixFiles
from armwright.store.ulid import new_ulid


def arm(number):
    return {"config": 1, "arms": [{"name": f"{number}_0", "parameters": {"lr": number / 7}}]}


def compact(folder):
    folder.compact()


def collect(folder):
    folder.collect_garbage(older_than=0)


@pytest.fixture(scope="module")
def quick_disk():
    """A folder in memory if there is one."""
    shared = Path("/dev/shm")  # noqa: S108 removed again below
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def ended(quick_disk):
    """A segment that is ready but for two numbers nobody used, and some late facts."""
    folder = ExperimentFolder.create(quick_disk / "ended", document={}, config={})
    for number in [*range(50), *range(52, 101)]:
        folder.put_trial(number, arm(number), claim={})
        folder.end(number, 1, {"state": "completed", "x": number}, alone=True)
    for number in range(100):
        if number not in (50, 51):
            folder.late(number, {"note": number})
    return folder


@pytest.fixture(scope="module")
def sealed(ended, quick_disk):
    """The same with its snapshot, and a straggler."""
    shutil.copytree(ended.url, quick_disk / "sealed")
    folder = ExperimentFolder.open(quick_disk / "sealed")
    folder.compact()
    folder._ledger.write(data_path(7, 1, new_ulid()), {"step": 1})
    return folder


def at(folder, files):
    """The folder on another view of the same disk."""
    place = Location(url=folder.url, files=files, path=folder.location.path)
    folder = ExperimentFolder.open_at(place)
    folder.compacts = False  # who seals what with an old listing makes void numbers of its own
    return folder


def said(state):
    """What everybody knew before: trials that are not void, without what does not count."""
    return {
        number: (trial.status, trial.arm, trial.late, trial.attempts[1].end)
        for number, trial in state.trials.items()
        if not trial.void
    }


# Killed before a call is killed after the one before it.
@pytest.mark.parametrize(
    "how", [pytest.param("killed before", marks=pytest.mark.slow), "killed after", "reply lost"]
)
@pytest.mark.parametrize("operation", [compact, collect])
def test_struck_at_any_call_it_loses_nothing_and_can_be_done_again(
    operation, how, ended, sealed, quick_disk
):
    source = ended if operation is compact else sealed
    expected, strikes = said(ExperimentFolder.open(source.url).state), 0
    while True:
        copy = quick_disk / "copy"
        shutil.copytree(source.url, copy)
        place = ExperimentFolder.open(copy)
        files = FaultyFiles(PosixFiles())
        folder = at(place, files)
        files.fault = Fault(call=len(files.calls) + strikes + 1, how=how)
        with suppress(Killed, StoreError):
            operation(folder)
        struck = files.struck
        assert said(ExperimentFolder.open(copy).state) == expected, f"call {strikes + 1}"
        assert said(place.refresh()) == expected
        operation(ExperimentFolder.open(copy))
        assert said(ExperimentFolder.open(copy).state) == expected
        assert ExperimentFolder.open(copy).state.damaged == ()
        shutil.rmtree(copy)
        if not struck:
            break
        strikes += 1
    assert strikes > 8


def test_a_reader_with_old_listings_sees_what_it_saw_and_then_the_rest(ended, quick_disk):
    copy = quick_disk / "stale"
    shutil.copytree(ended.url, copy)
    files = StaleFiles(PosixFiles())
    folder = ExperimentFolder.open(copy)
    reader = at(folder, files)
    files.stale = True
    before = said(reader.refresh())
    cold = at(folder, files)
    for step in (compact, collect, collect):
        step(folder)
        assert said(reader.refresh()) == before
        # Who opens it with old listings finds names without files, but breaks nothing.
        late = at(folder, files)
        assert set(said(late.state)) <= set(before)
    files.stale = False
    for one in (reader, cold, at(folder, files)):
        assert said(one.refresh()) == before
        assert one.state == folder.refresh()
    shutil.rmtree(copy)


def test_readers_that_look_meanwhile_miss_nothing(sealed, quick_disk):
    copy = quick_disk / "meanwhile"
    shutil.copytree(sealed.url, copy)
    folder = ExperimentFolder.open(copy)
    expected, done, problems = said(folder.state), threading.Event(), []

    def look():
        warm = ExperimentFolder.open(copy)
        while not done.is_set():
            if said(ExperimentFolder.open(copy).state) != expected:
                problems.append("cold")
            if said(warm.refresh()) != expected:
                problems.append("warm")

    readers = [threading.Thread(target=look) for _ in range(2)]
    for reader in readers:
        reader.start()
    for _ in range(3):
        collect(folder)
    done.set()
    for reader in readers:
        reader.join()
    assert problems == []
    assert said(ExperimentFolder.open(copy).state) == expected
    shutil.rmtree(copy)
