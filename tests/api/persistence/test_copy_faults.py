"""Fork, merge and import with each call to the file system going wrong, in each way.

Whoever does it again afterwards gets what one undisturbed try gives: nothing twice, nothing lost.
"""

import itertools
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest

import armwright
from armwright import ax
from armwright.persistence.fork import fork
from armwright.persistence.merge import merge
from armwright.store import ExperimentExistsError, StoreError
from armwright.store.archive import export_archive, import_archive
from armwright.store.faults import HOWS, Fault, FaultyFiles, Killed
from armwright.store.location import Location, locate
from armwright.store.verify import verify

DEFINITION = {
    "name": "here",
    "objective": {"metric": "loss", "minimize": True},
    "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
}


@pytest.fixture(scope="module")
def templates():
    """An experiment and its copy, which drifted apart: each has results the other has not."""
    shared = Path("/dev/shm")  # noqa: S108 removed again below
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        base = Path(folder)
        here = armwright.create(base / "here", DEFINITION, seed=3)
        for loss in (0.5, 0.25):
            (trial,) = here.ask()
            here.tell(trial.number, {"loss": loss})
        here.ask()
        shutil.copytree(base / "here", base / "there")
        there = armwright.open(base / "there")
        there.tell(2, {"loss": 7.0})
        there.ask(2)
        there.tell(3, {"loss": 3.0})
        there.fail(4, reason="oom")
        here.tell(2, {"loss": 2.0})
        here.ask()
        here.tell(3, {"loss": 4.0})
        export_archive(here.url, base / "here.zip")
        yield base


def forked(base):
    with suppress(ExperimentExistsError):  # it was complete already
        fork(base / "here", base / "target")
    return base / "target"


def merged(base):
    merge(base / "here", base / "there")
    return base / "here"


def imported(base):
    import_archive(base / "here.zip", base / "target")
    return base / "target"


def told(url):
    """All that an experiment knows, without the moments at which it learned it."""
    experiment = ax.load(url)
    trials = {
        index: (trial.status.name, [arm.parameters for arm in trial.arms])
        for index, trial in experiment.trials.items()
    }
    rows = experiment.fetch_data().df[["trial_index", "mean"]].sort_values(["trial_index", "mean"])
    return trials, rows.reset_index(drop=True)


def strike(monkeypatch, base, does, fault):
    """Does it with one call to the file system of what it writes going wrong; says if it struck."""
    struck = []

    def faulty(url):
        place = locate(url)
        if Path(place.path).name == "there" or (does is forked and place.path.endswith("here")):
            return place
        files = struck[0] if struck else FaultyFiles(place.files, fault)
        struck[:] = [files]
        return Location(url=place.url, files=files, path=place.path)

    with monkeypatch.context() as patch:
        for module in ("folder", "archive", "transfer"):
            patch.setattr(f"armwright.store.{module}.locate", faulty, raising=False)
        with suppress(Killed, StoreError):
            does(base)
    return bool(struck) and struck[0].struck


@pytest.mark.slow
@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("does", [forked, merged, imported])
def test_done_again_after_any_fault_it_gives_what_one_try_gives(does, how, templates, monkeypatch):
    with tempfile.TemporaryDirectory(dir=templates.parent) as folder:
        undisturbed = Path(folder) / "undisturbed"
        shutil.copytree(templates, undisturbed)
        trials, rows = told(does(undisturbed))
        for call in itertools.count(1):
            base = Path(folder) / str(call)
            shutil.copytree(templates, base)
            if not strike(monkeypatch, base, does, Fault(call=call, how=how)):
                break
            url = does(base)
            assert verify(str(url)).problems == ()
            again, values = told(url)
            assert again == trials, f"{how} call {call}"
            pd.testing.assert_frame_equal(values, rows, obj=f"{how} call {call}")
            shutil.rmtree(base)
        assert call > 8
