"""The doctor says what holds on a file system, finds what is left, and repairs what is safe."""

import json
import os
from pathlib import Path

import pytest

from armwright.store import ExperimentFolder, StoreError
from armwright.store.doctor import doctor
from armwright.store.faults import Fault, FaultyFiles, StaleFiles
from armwright.store.layout import config_path
from armwright.store.location import Location, locate_root
from armwright.store.probes import measure
from armwright.store.process import this_place
from armwright.store.promise import Promise
from armwright.store.surroundings import Surroundings
from armwright.store.writer import Writer


def holds(diagnosis):
    return {item.name: item.holds for item in diagnosis.guarantees}


def on(root, files):
    """The same root, on another file system."""
    place = locate_root(root)
    return Location(url=place.url, files=files(place.files), path=place.path)


def test_a_good_place_is_called_good_and_nothing_stays_there(root, folder):
    before = locate_root(root).files.list(locate_root(root).path)
    diagnosis = doctor(root)
    assert diagnosis.ok, str(diagnosis)
    assert set(holds(diagnosis).values()) <= {True, None}
    assert holds(diagnosis)["one winner"]
    assert set(diagnosis.latency) == {"create", "list", "read", "overwrite", "modified", "remove"}
    assert [patient.name for patient in diagnosis.patients] == ["lr"]
    assert locate_root(root).files.list(locate_root(root).path) == before
    assert json.loads(json.dumps(diagnosis.as_dict())) == diagnosis.as_dict()
    assert "all is well" in str(diagnosis)
    assert doctor(folder.url).patients == diagnosis.patients


def test_a_root_without_an_experiment_can_be_examined(root):
    place = locate_root(root)
    place.files.overwrite(place.join("x"), b"")
    diagnosis = doctor(root)
    assert diagnosis.ok
    assert diagnosis.patients == ()


def test_a_folder_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(StoreError, match="no folder at"):
        doctor(tmp_path / "typo")
    assert not (tmp_path / "typo").exists()


class Careless:
    """A file system that accepts every create, as some servers do that ignore the condition."""

    exclusive = True

    def __init__(self, files):
        self._files = files
        self.list, self.read, self.modified = files.list, files.read, lambda _path: None
        self.remove, self.remove_many = files.remove, files.remove_many
        self.overwrite = files.overwrite

    def create(self, path, body, _token):
        self._files.overwrite(path, body)
        return "won"


@pytest.mark.parametrize(("root", "racers"), [("", "processes"), ("memory://race", "threads")])
def test_the_race_is_run_by_processes_where_these_share_the_place(tmp_path, root, racers):
    location = locate_root(root or tmp_path)
    found = measure(location)
    assert (found.winners, found.whole, found.racers) == ((1,) * 10, True, racers)
    assert not found.problem
    assert location.files.list(location.path).files == ()


def test_a_place_where_several_win_one_name_is_found_out(tmp_path, folder):
    assert folder
    diagnosis = doctor(on(tmp_path, Careless))
    assert holds(diagnosis)["one winner"] is False
    assert holds(diagnosis)["server time"] is None
    assert "let only one process write here at a time" in str(diagnosis)
    assert not diagnosis.ok


def test_listings_that_lag_are_found_out(tmp_path, monkeypatch):
    monkeypatch.setattr("armwright.store.probes._LONGEST_WAIT", 0.05)

    def stale(files):
        frozen = StaleFiles(files)
        frozen.stale = True
        return frozen

    diagnosis = doctor(on(tmp_path, stale))
    assert holds(diagnosis)["fresh listings"] is False
    assert diagnosis.as_dict()["visible_after_s"] is None


def test_what_cannot_be_measured_is_said_and_the_rest_goes_on(tmp_path, disk_folder):
    disk_folder.add_trial(lambda *_: {}, claim={})
    broken = on(
        tmp_path, lambda files: FaultyFiles(files, Fault(call=9, how="not done", lasting=10**6))
    )
    diagnosis = doctor(broken)
    assert None in holds(diagnosis).values()
    assert "could not be measured" in str(diagnosis)
    assert "input/output error" in str(diagnosis)


def leftovers(folder):
    """What killed processes leave."""
    gone = Writer(id="x", host="elsewhere", pid=1, slurm_job_id=None)
    owner = ExperimentFolder.open_at(
        folder.location, surroundings=Surroundings(writer=lambda: gone)
    )
    owner.put_trial(0, {}, claim={}, promise=Promise(every=60.0))
    owner.put_trial(1, {}, claim={})
    owner.put_trial(2, {}, claim={})
    owner.end(2, 1, {"state": "completed"})
    owner.put_trial(5, {})
    files, join = folder.location.files, folder.location.join
    for path in ("hb/2.1", "hb/1.1", f"t/00000/.{'0' * 32}.01234567", f".probe-{'0' * 32}"):
        files.overwrite(join(path), b"{}")
    files.overwrite(join("t/00000/.editor.swp"), b"a foreign temporary")


def test_what_killed_processes_left_is_named_and_cleared_away(folder):
    leftovers(folder)
    (patient,) = doctor(folder.url).patients
    assert patient.unused == (3, 4)
    assert patient.unpromised == ("1.1",)
    assert patient.report.counts["temporaries"] == 3
    assert patient.report.counts["heartbeats"] == 2
    diagnosis = doctor(folder.url, repair=True, temporaries_older_than=-60.0)
    assert diagnosis.repaired == (
        "lr: made void: 3, 4",
        f"lr: removed .probe-{'0' * 32}",
        f"lr: removed t/00000/.{'0' * 32}.01234567",
        "lr: removed hb/2.1",
    )
    (patient,) = diagnosis.patients
    assert (patient.ok, patient.unused) == (True, ())
    assert patient.report.counts["temporaries"] == 1
    assert folder.refresh().trials[3].void
    assert doctor(folder.url, repair=True, temporaries_older_than=-60.0).repaired == ()


def test_what_a_killed_doctor_left_is_cleared_away(folder):
    place, probes = folder.location, f".probe-{'0' * 32}"
    place.files.overwrite(place.join(f"{probes}/race-0"), b"0")
    done = doctor(folder.url, repair=True, temporaries_older_than=-1.0)
    assert done.repaired == (f"lr: removed {probes}/race-0",)
    assert probes not in place.files.list(place.path).folders


def test_young_temporaries_are_left_to_their_owners(folder):
    leftovers(folder)
    repaired = doctor(folder.url, repair=True).repaired
    assert [words for words in repaired if "removed ." in words or "t/" in words] == []


@pytest.mark.skipif(not this_place(), reason="this system does not tell processes apart")
def test_an_attempt_whose_process_has_gone_is_stuck_until_it_is_repaired(disk_folder):
    gone = Writer(id="x", host=os.uname().nodename, pid=2**22 + 1)
    owner = ExperimentFolder.open(disk_folder.url, surroundings=Surroundings(writer=lambda: gone))
    owner.add_trial(lambda *_: {}, claim={}, promise=Promise(place=this_place()))
    diagnosis = doctor(disk_folder.url)
    assert not diagnosis.ok
    assert "stuck: trial 0, attempt 1: the process" in str(diagnosis)
    assert "needs attention" in str(diagnosis)
    diagnosis = doctor(disk_folder.url, repair=True)
    assert diagnosis.ok
    assert "ended attempt 1 of trial 0 as lost" in diagnosis.repaired[0]
    assert disk_folder.refresh().trials[0].status == "lost"


def test_torn_and_foreign_files_are_named_and_left_alone(disk_folder):
    disk_folder.add_trial(lambda *_: {})
    torn, foreign = (Path(disk_folder.url, path) for path in ("t/00000/7.arm.json", "notes.txt"))
    torn.write_bytes(b'{"v"')
    foreign.write_bytes(b"mine")
    for repair in (False, True):
        diagnosis = doctor(disk_folder.url, repair=repair)
        assert not diagnosis.ok
        assert "torn: t/00000/7.arm.json" in str(diagnosis)
        assert "foreign: notes.txt" in str(diagnosis)
    assert (torn.read_bytes(), foreign.read_bytes()) == (b'{"v"', b"mine")


def test_an_experiment_being_made_is_named_and_not_touched(root, folder):
    folder.location.files.remove(folder.location.join(config_path(1)))
    diagnosis = doctor(root, repair=True)
    (patient,) = diagnosis.patients
    assert not diagnosis.ok
    assert "is being made by" in patient.problem
    assert "create it again with the same definition" in patient.problem
    assert "not repaired any further" in diagnosis.repaired[0]
