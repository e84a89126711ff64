"""When the arm of a trial that its asker runs itself is on disk for good."""

import os
import sys
from pathlib import Path

import pytest

from armwright.store import Promise
from armwright.store.process import this_place

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="files without names are Linux's")


def arm(number, _state):
    return {"n": number}


@pytest.fixture
def forced(monkeypatch):
    """What is forced to disk from now on, in order: "file" for one without a name, or a folder."""
    found, real = [], os.fsync

    def noted(descriptor):
        target = Path(f"/proc/self/fd/{descriptor}").readlink()
        found.append(str(target) if target.is_dir() else "file")
        return real(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    return found


@pytest.fixture
def segment(disk_folder):
    disk_folder.add_trial(arm)  # so that the segment is there
    return str(Path(disk_folder.location.path).resolve() / "t" / "00000")


def test_the_name_of_an_own_trials_arm_is_forced_to_disk_with_its_result(
    disk_folder, segment, forced
):
    number = disk_folder.add_trial(arm, claim={}, promise=Promise(place=this_place()))
    assert forced == ["file"]
    disk_folder.end(number, 1, {"state": "completed"})
    assert forced == ["file", "file", segment]


def test_data_of_an_own_trial_force_its_arms_name_to_disk_as_well(disk_folder, segment, forced):
    number = disk_folder.add_trial(arm, claim={}, promise=Promise(place=this_place()))
    forced.clear()
    disk_folder.report(number, 1, {"step": 1})
    assert forced == ["file", segment]


@pytest.mark.parametrize(
    "claim", [{}, {"claim": {}}, {"claim": {}, "promise": Promise(every=60.0)}], ids=str
)
def test_whatever_may_outlive_its_asker_is_on_disk_at_once(disk_folder, segment, forced, claim):
    disk_folder.add_trial(arm, **claim)
    assert forced == ["file", segment]


def test_without_unnamed_files_every_name_is_on_disk_at_once(
    disk_folder, segment, forced, monkeypatch
):
    monkeypatch.setattr("armwright.store.posix_create._UNNAMED_FILE", 0)
    disk_folder.add_trial(arm, claim={}, promise=Promise(place=this_place()))
    assert forced == ["file", segment]
