"""When the arm of a trial that its asker runs itself is on disk for good."""

import itertools
import os
import shutil
import sys
from pathlib import Path

import pytest

from armwright.store import ExperimentFolder, Promise
from armwright.store.faults import Fault, FaultyFiles, Killed
from armwright.store.local_disk import _kind_of_device, is_local_disk
from armwright.store.location import Location, locate
from armwright.store.process import this_place
from armwright.store.surroundings import Surroundings
from armwright.store.verdict import Acknowledged
from armwright.store.verify import verify

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="files without names are Linux's")


@pytest.fixture(autouse=True)
def on_a_disk(monkeypatch):
    """Containers and test machines may have something else below, which is not known to be one."""
    monkeypatch.setattr("armwright.store.posix.is_local_disk", lambda _folder: True)


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


def test_on_what_is_not_known_to_be_a_local_disk_every_name_is_on_disk_at_once(
    disk_folder, segment, forced, monkeypatch
):
    monkeypatch.setattr("armwright.store.posix.is_local_disk", is_local_disk)
    monkeypatch.setattr("armwright.store.local_disk._kind_of_device", lambda _device: "fuse.sshfs")
    disk_folder.add_trial(arm, claim={}, promise=Promise(place=this_place()))
    assert forced == ["file", segment]


def test_the_kernels_own_folder_is_no_disk_and_none_is_none(tmp_path):
    assert _kind_of_device(Path("/proc").stat().st_dev) == "proc"
    assert not is_local_disk("/proc")
    assert not is_local_disk(str(tmp_path / "none"))


def test_without_unnamed_files_every_name_is_on_disk_at_once(
    disk_folder, segment, forced, monkeypatch
):
    monkeypatch.setattr("armwright.store.posix_create._UNNAMED_FILE", 0)
    disk_folder.add_trial(arm, claim={}, promise=Promise(place=this_place()))
    assert forced == ["file", segment]


def test_a_remark_about_an_own_trial_that_runs_forces_its_arms_name_to_disk_first(
    disk_folder, segment, forced
):
    number = disk_folder.add_trial(arm, claim={}, promise=Promise(place=this_place()))
    other = ExperimentFolder.open(disk_folder.url)
    forced.clear()
    other.late(number, {"note": 1})
    assert forced[0] == segment
    forced.clear()
    disk_folder.report(number, 1, {"step": 1})
    other.refresh()
    forced.clear()
    other.late(number, {"note": 2})
    assert segment not in forced


def run_own_trials(folder, confirmed):
    """Runs trials of its own, and notes what may not be lost once it is confirmed."""
    for _ in range(3):
        number = folder.add_trial(arm, claim={}, promise=Promise(place=this_place()))
        made = Acknowledged(kind="arm", number=number, document={"n": number})
        folder.late(number, {"note": number})
        confirmed += [made, Acknowledged(kind="late", number=number, document={"note": number})]
        number = folder.add_trial(arm, claim={}, promise=Promise(place=this_place()))
        made = Acknowledged(kind="arm", number=number, document={"n": number})
        folder.report(number, 1, {"step": 1})
        confirmed += [
            made,
            Acknowledged(kind="data", number=number, attempt=1, document={"step": 1}),
        ]
        document = {"state": "completed"}
        folder.end(number, 1, document, alone=True)
        confirmed.append(Acknowledged(kind="end", number=number, attempt=1, document=document))


def test_a_loss_of_power_before_any_call_takes_nothing_that_was_confirmed(disk_folder, quick_disk):
    around = Surroundings(sleep=lambda _seconds: None)
    for call in itertools.count(1):
        copy = Path(quick_disk) / str(call) / "lr"
        shutil.copytree(disk_folder.url, copy)
        place = locate(copy)
        files, confirmed = FaultyFiles(place.files), []
        location = Location(url=place.url, files=files, path=place.path)
        folder = ExperimentFolder.open_at(location, surroundings=around)
        files.fault = Fault(call=len(files.calls) + call, how="power lost")
        try:
            run_own_trials(folder, confirmed)
        except Killed:
            report = verify(place, acknowledged=confirmed)
            assert report.ok, str(report)
            fresh, again = ExperimentFolder.open(copy), []
            run_own_trials(fresh, again)
            report = verify(place, acknowledged=[*confirmed, *again])
            assert report.ok, str(report)
        else:
            break
    assert call > 15
