"""Fork, merge and import with each call to the file system going wrong, in each way.

Whoever does it again afterwards gets what one undisturbed try gives: nothing twice, nothing lost.
"""

import itertools
import shutil
from contextlib import suppress

import pandas as pd
import pytest
from filling import fill

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
def templates(tmp_path_factory):
    """An experiment and its copy, which drifted apart: each has results the other has not."""
    base = tmp_path_factory.mktemp("template")
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
    return base


def forked(base):
    with suppress(ExperimentExistsError):  # it was complete already
        fork(f"{base}/here", f"{base}/target")
    return f"{base}/target"


def merged(base):
    merge(f"{base}/here", f"{base}/there")
    return f"{base}/here"


def imported(base):
    import_archive(f"{base}/here.zip", f"{base}/target")
    return f"{base}/target"


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
        if place.name == "there" or (does is forked and place.name == "here"):
            return place
        files = struck[0] if struck else FaultyFiles(place.files, fault)
        struck[:] = [files]
        return Location(url=place.url, files=files, path=place.path)

    with monkeypatch.context() as patch:
        for module in ("folder", "archive", "transfer"):
            patch.setattr(f"armwright.store.{module}.locate", faulty, raising=False)
        patch.setattr("armwright.store.surely._PAUSES", (0.0,) * 3)
        with suppress(Killed, StoreError):
            does(base)
    return bool(struck) and struck[0].struck


def strike_everywhere(monkeypatch, templates, base, does, how):
    """Does it again and again, each time with the fault one call later, and then once more."""
    fill(templates, f"{base}/undisturbed")
    trials, rows = told(does(f"{base}/undisturbed"))
    for call in itertools.count(1):
        root = f"{base}/{call}"
        fill(templates, root)
        if not strike(monkeypatch, root, does, Fault(call=call, how=how)):
            break
        url = does(root)
        assert verify(url).problems == ()
        again, values = told(url)
        assert again == trials, f"{how} call {call}"
        pd.testing.assert_frame_equal(values, rows, obj=f"{how} call {call}")
        if "://" not in root:
            shutil.rmtree(root)
    assert call > 8


# Killed before a call is killed after the one before it.
@pytest.mark.parametrize("how", [how for how in HOWS if how != "killed before"])
@pytest.mark.parametrize("does", [forked, merged, imported])
def test_done_again_after_any_fault_it_gives_what_one_try_gives(
    does, how, templates, quick_disk, monkeypatch
):
    strike_everywhere(monkeypatch, templates, quick_disk, does, how)


ELSEWHERE = [
    pytest.param("ceph", marks=pytest.mark.s3),
    pytest.param("quick_nfs", marks=pytest.mark.nfs),
]


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("base", ELSEWHERE, indirect=True)
@pytest.mark.parametrize("how", ["killed after", "reply lost"])
@pytest.mark.parametrize("does", [forked, merged, imported])
def test_done_again_there_it_gives_what_one_try_gives_as_well(
    does, how, templates, base, monkeypatch
):
    strike_everywhere(monkeypatch, templates, base, does, how)
