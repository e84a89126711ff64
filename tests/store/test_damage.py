"""Bytes that no code of ours wrote: each is named, and the rest stays readable."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from armwright.store import (
    Damage,
    ExperimentFolder,
    ExperimentNotFoundError,
    StoreError,
    TrialEndedError,
    TrialNotFoundError,
)


def arm(number, _state):
    return {"lr": number}


@pytest.fixture
def files(disk_folder):
    """The files of an experiment with trials 0 and 1, the first one completed."""
    disk_folder.add_trial(arm, claim={})
    disk_folder.end(0, 1, {"state": "completed"})
    disk_folder.add_trial(arm)
    return Path(disk_folder.url)


def state_of(files):
    return ExperimentFolder.open(files).state


def planted(path, body):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


@pytest.mark.parametrize(
    ("path", "body", "problem"),
    [
        ("t/00000/2.arm.json", b"", "it is empty"),
        ("t/00000/2.arm.json", b'{"v": 1, "kind": "ar', "torn or not JSON: .* line 1"),
        ("t/00000/1.1.claim.json", b"\x00\x01PAR1", "torn or not JSON"),
        ("t/00000/1.1.end.json", b"{}", "not a file of armwright's"),
        ("t/00000/notes.txt", b"hello", "a foreign file"),
        ("t/00000/2.arm.json.bak", b"{}", "a foreign file"),
        ("t/00003x/7", b"", "a foreign file"),
        ("t/lost", b"", "a foreign file"),
        ("late/7.json", b"{}", "a foreign file"),
        ("config/000002.json", b"{", "torn"),
        ("README", b"my notes", "a foreign file"),
        ("checkpoints/big.bin", b"x", "a folder that is not part of an experiment"),
        ("t/00000/5.arm.json/x", b"x", "a folder where a file is expected"),
    ],
)
def test_one_bad_file_is_named_and_the_rest_is_read(files, path, body, problem):
    before = state_of(files)
    planted(files / path, body)
    state = state_of(files)
    (damage,) = state.damaged
    assert path.startswith(damage.path)
    assert re.search(problem, damage.problem)
    assert (state.trials, state.configs) == (before.trials, before.configs)


def test_a_torn_file_that_heals_is_read_at_the_next_look(disk_folder):
    disk_folder.add_trial(arm)
    path = Path(disk_folder.url, "t/00000/0.arm.json")
    whole = path.read_bytes()
    path.write_bytes(whole[:50])
    reader = ExperimentFolder.open(disk_folder.url)
    assert [damage.path for damage in reader.state.damaged] == ["t/00000/0.arm.json"]
    path.write_bytes(whole)
    state = reader.refresh()
    assert state.damaged == ()
    assert state.trials[0].arm == {"lr": 0}


def test_a_fact_read_once_is_never_read_again(disk_folder):
    disk_folder.add_trial(arm)
    Path(disk_folder.url, "t/00000/0.arm.json").write_bytes(b"")
    assert disk_folder.refresh().damaged == ()


def test_temporaries_are_no_business_of_a_reader(files):
    for path in (".1", "t/.1", "t/00000/.deadbeef.12", "late/.x", ".git/config"):
        planted(files / path, b"half")
    assert state_of(files).damaged == ()


def test_a_trial_whose_arm_is_torn_is_told_from_one_that_is_missing(files):
    planted(files / "t/00000/2.arm.json", b"{")
    folder = ExperimentFolder.open(files)
    with pytest.raises(TrialNotFoundError, match=r"2\.arm\.json is damaged: torn or not JSON"):
        folder.claim(2, 1)
    with pytest.raises(TrialNotFoundError, match=r"no trial 3 in .*: it has 0 to 1"):
        folder.claim(3, 1)


def test_the_number_of_a_torn_arm_is_not_given_again(files):
    planted(files / "t/00000/2.arm.json", b"")
    (files / "t/00000/5.arm.json").mkdir()
    assert ExperimentFolder.open(files).add_trial(arm) == 6


def test_a_torn_end_fences_its_attempt_and_says_so(files):
    folder = ExperimentFolder.open(files)
    assert folder.claim(1, 1) == "won"
    planted(files / "t/00000/1.1.end.json", b"{")
    with pytest.raises(TrialEndedError, match="its end cannot be read: torn or not JSON"):
        folder.end(1, 1, {"state": "completed"})
    assert state_of(files).trials[1].late[0]["too_late"] is True


def test_a_fact_copied_to_another_trials_name_is_refused(files):
    shutil.copy(files / "t/00000/1.arm.json", files / "t/00000/2.arm.json")
    (damage,) = state_of(files).damaged
    assert damage == Damage(path="t/00000/2.arm.json", problem="'trial' is 1, its name says 2")


def test_a_name_that_is_no_text_can_be_shown(files):
    (files / os.fsdecode(b"t/00000/\xff.txt")).write_bytes(b"")
    (damage,) = state_of(files).damaged
    assert damage.path == "t/00000/\\udcff.txt"


def test_a_link_to_nowhere_is_passed_over(files):
    (files / "t/00000/9.arm.json").symlink_to("nowhere")
    assert state_of(files).damaged == ()


def test_a_missing_segment_is_named(files):
    body = json.loads((files / "t/00000/1.arm.json").read_bytes()) | {"trial": 250}
    planted(files / "t/00002/250.arm.json", json.dumps(body).encode())
    state = state_of(files)
    problem = "missing: a stale view of the folder, or deleted"
    assert state.damaged == (Damage(path="t/00001", problem=problem),)
    assert list(state.trials) == [0, 1, 250]


def test_tables_and_kinds_of_later_versions_are_kept_aside(files):
    table = "t/00000/1.1.data-01M80Q54AQF1PE12KFW7ZYBBKJ.parquet"
    planted(files / table, b"PAR1")
    body = json.loads((files / "t/00000/1.arm.json").read_bytes()) | {"kind": "progress"}
    planted(files / "t/00000/1.progress.json", json.dumps(body).encode())
    planted(files / "hb/1.1", b"later")
    state = state_of(files)
    assert state.unknown == ("t/00000/1.progress.json",)
    assert state.damaged == ()


@pytest.mark.parametrize(
    ("body", "problem"), [(b"", "it is empty"), (b"{}", "not a file of armwright's")]
)
def test_a_damaged_experiment_file_is_named(files, body, problem):
    (files / "experiment.json").write_bytes(body)
    with pytest.raises(StoreError, match=problem) as caught:
        ExperimentFolder.open(files)
    assert "experiment.json' is damaged" in caught.value.message


def test_a_damaged_only_configuration_is_named(files):
    (files / "config/000001.json").write_bytes(b"{")
    with pytest.raises(StoreError, match=r"000001\.json' is damaged: torn"):
        ExperimentFolder.open(files)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"format": 2}, "has format 2, which this armwright does not know"),
        ({"features": ["teleport"]}, "uses teleport, which this armwright does not know"),
    ],
)
def test_a_later_format_is_refused_before_anything_is_written(files, change, problem):
    path = files / "experiment.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(StoreError, match=problem) as caught:
        ExperimentFolder.open(files)
    assert caught.value.hint == "upgrade armwright"


def test_a_format_that_rises_while_we_run_stops_our_writing_not_our_reading(disk_folder):
    planted(Path(disk_folder.url, "format/000002.json"), b"{}")
    assert disk_folder.refresh().damaged == ()
    with pytest.raises(StoreError, match=r"moved to a later format \(format/000002\.json\)"):
        disk_folder.add_trial(arm)


@pytest.mark.parametrize("name", ["000002.json~", "README.txt", "2.json"])
def test_a_foreign_file_among_the_formats_is_named_and_stops_nobody(disk_folder, name):
    planted(Path(disk_folder.url, "format", name), b"{}")
    [damage] = disk_folder.refresh().damaged
    assert damage.path == f"format/{name}"
    assert disk_folder.add_trial(arm) == 0


def test_a_folder_that_holds_other_things_is_told_what_and_may_become_one(tmp_path):
    for name in ("a.txt", "b.txt", "c.txt"):
        planted(tmp_path / "lr" / name, b"")
    planted(tmp_path / "lr/sub/x", b"")
    message = r"looked for experiment\.json; the folder holds 3 other files and 1 folder"
    with pytest.raises(ExperimentNotFoundError, match=message):
        ExperimentFolder.open(tmp_path / "lr")
    ExperimentFolder.create(tmp_path / "lr", document={}, config={})
    assert len(ExperimentFolder.open(tmp_path / "lr").state.damaged) == 4


def test_a_file_is_no_experiment(tmp_path):
    planted(tmp_path / "lr", b"")
    with pytest.raises(StoreError, match=r"lr' is a file, expected an experiment's folder"):
        ExperimentFolder.open(tmp_path / "lr")
    with pytest.raises(StoreError, match=r"cannot write .*lr/experiment\.json'"):
        ExperimentFolder.create(tmp_path / "lr", document={}, config={})


def test_a_root_whose_marker_is_foreign_is_refused(tmp_path):
    planted(tmp_path / "armwright-store.json", b"{}")
    with pytest.raises(StoreError, match="is not a store's marker") as caught:
        ExperimentFolder.create(tmp_path / "lr", document={}, config={})
    assert "move it away" in caught.value.hint


def test_a_root_of_a_later_format_is_refused(disk_folder):
    marker = Path(disk_folder.url).parent / "armwright-store.json"
    body = json.loads(marker.read_text())
    body["document"]["format"] = 2
    marker.write_text(json.dumps(body))
    with pytest.raises(StoreError, match="has format 2, we know 1"):
        ExperimentFolder.create(marker.parent / "other", document={}, config={})


def test_a_file_system_that_overwrites_is_found_out_before_anything_is_made(tmp_path, monkeypatch):
    def overwrite(source, target, **_options):
        os.rename(source, target)  # noqa: PTH104 what a careless file system does

    monkeypatch.setattr("armwright.store.posix_create._UNNAMED_FILE", 0)
    monkeypatch.setattr(os, "link", overwrite)
    with pytest.raises(StoreError, match="lets two writers create one file"):
        ExperimentFolder.create(tmp_path / "lr", document={}, config={})
    assert list(tmp_path.iterdir()) == []


def test_no_secret_of_the_environment_is_written(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    folder = ExperimentFolder.create(tmp_path / "lr", document={}, config={})
    folder.add_trial(arm, claim={})
    for path in tmp_path.rglob("*.json"):
        assert "hunter2" not in path.read_text()
        allowed = {"id", "host", "pid", "start_ticks", "slurm_job_id", "slurm_restart_count"}
        assert set(json.loads(path.read_text())["writer"]) <= allowed
