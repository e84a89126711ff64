"""Where hard links are refused, a killed process leaves half a claim or half an end behind."""

import errno
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from armwright.store import ConflictError, ExperimentFolder, TrialEndedError
from armwright.store.archive import export_archive, import_archive
from armwright.store.doctor import doctor
from armwright.store.fact import encode
from armwright.store.layout import claim_path, end_name, end_path
from armwright.store.lease import Watcher
from armwright.store.promise import Promise
from armwright.store.surroundings import Surroundings
from armwright.store.verify import verify

# Ends trial 0, and is killed when half of the end is written under its name.
KILLED = """
import errno, os, signal, sys
from pathlib import Path
from armwright.store import ExperimentFolder, posix_create

def refuse(*_args, **_options):
    raise PermissionError(errno.EPERM, "Operation not permitted")

if len(sys.argv) > 2:
    posix_create._UNNAMED_FILE, os.link = 0, refuse
folder, write = ExperimentFolder.open(sys.argv[1]), os.write

def die(descriptor, body):
    if not os.readlink(f"/proc/self/fd/{descriptor}").endswith("0.1.end.json"):
        return write(descriptor, body)
    write(descriptor, body[:len(body) // 2])
    os.kill(os.getpid(), signal.SIGKILL)

os.write = die
folder.end(0, 1, {"state": "completed", "data": {"loss": 1.0}})
"""


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def arm(*_):
    return {"lr": 1}


def opened(url):
    return ExperimentFolder.open(url, surroundings=Surroundings(sleep=lambda _seconds: None))


def tear(folder, path, part=0.5):
    """Leaves half of a fact where it would have been written."""
    where = Path(folder.url, path)
    body = encode(
        end_name(0, 1),
        {"state": "completed"},
        token="0" * 32,
        writer={"id": "x", "host": "h", "pid": 1},
        at="2026-11-22T04:30:52.619Z",
    )
    where.write_bytes(body[: int(len(body) * part)])


@pytest.fixture
def torn(disk_folder):
    """An experiment whose trial 0 runs, with half an end; nothing was promised about it."""
    disk_folder.add_trial(arm, claim={})
    tear(disk_folder, end_path(0, 1))
    return opened(disk_folder.url)


def _killed(root, *options):
    folder = ExperimentFolder.create(f"{root}/lr", document={}, config={})
    folder.add_trial(arm, claim={}, promise=Promise(every=60.0, after=60.0))
    words = [sys.executable, "-c", KILLED, folder.url, *options]
    assert subprocess.run(words, check=False, timeout=60).returncode == -9
    body = Path(folder.url, end_path(0, 1)).read_bytes()
    assert body.startswith((b'{"v":1', b'{"v": 1'))
    folder = opened(folder.url)
    assert folder.state.trials[0].status == "running"
    clock = Clock()
    watcher = Watcher(folder, clock=clock)
    assert watcher.release() == []
    clock.now = 10_000.0
    (gone,) = watcher.release()
    assert (gone.number, gone.attempt) == (0, 1)
    assert folder.refresh().trials[0].status == "lost"
    assert folder.claim(0, 3) == "won"
    folder.end(0, 3, {"state": "completed"})
    assert ExperimentFolder.open(folder.url).state.trials[0].status == "completed"


def test_a_trial_whose_worker_was_killed_while_it_ended_it_is_given_out_again(tmp_path):
    _killed(tmp_path, "without links")


@pytest.mark.nfs
def test_so_it_is_on_a_real_fat():
    if "FAT_DIR" not in os.environ:
        pytest.skip("FAT_DIR is not set: no FAT; scripts/test-stores mounts one")
    root = Path(os.environ["FAT_DIR"], uuid.uuid4().hex)
    root.mkdir()
    _killed(root)


def test_what_a_lost_connection_left_half_written_is_whole_before_it_is_confirmed(
    tmp_path, monkeypatch
):
    """Neither the rest nor the removal comes through; then the mount answers again."""

    def refuse(*_args, **_options):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    write, unlink, broken = os.write, os.unlink, []

    def break_off(descriptor, body):
        where = str(Path(f"/proc/self/fd/{descriptor}").readlink())
        if where.endswith("0.1.end.json") and not broken:
            broken.append(where)
            write(descriptor, body[: len(body) // 2])
            raise OSError(errno.EIO, "Input/output error")
        return write(descriptor, body)

    def hold_on(path, *rest, **options):
        if str(path).endswith("0.1.end.json"):
            raise OSError(errno.EIO, "Input/output error")
        unlink(path, *rest, **options)

    monkeypatch.setattr("armwright.store.posix_create._UNNAMED_FILE", 0)
    for name, instead in (("link", refuse), ("write", break_off), ("unlink", hold_on)):
        monkeypatch.setattr(os, name, instead)
    folder = ExperimentFolder.create(tmp_path / "lr", document={}, config={})
    folder.add_trial(arm, claim={})
    folder.end(0, 1, {"state": "completed"})
    assert broken
    assert ExperimentFolder.open(folder.url).state.trials[0].status == "completed"


@pytest.mark.parametrize("part", [0, 0.1, 0.99])
def test_half_an_end_is_given_up_after_the_lease_whatever_was_promised(disk_folder, part):
    disk_folder.add_trial(arm, claim={})
    tear(disk_folder, end_path(0, 1), part)
    folder, clock = opened(disk_folder.url), Clock()
    watcher = Watcher(folder, clock=clock)
    for clock.now in (0.0, 599.0):
        assert watcher.release() == []
    clock.now = 600.0
    (gone,) = watcher.release()
    assert (gone.state, gone.reason) == ("lost", "torn")
    trial = folder.refresh().trials[0]
    assert [trial.attempts[at].end["reason"] for at in (1, 2)] == ["torn", "torn"]
    assert [trial.attempts[at].end["state"] for at in (1, 2)] == ["preempted", "lost"]
    assert watcher.release() == []


def test_a_file_that_somebody_goes_on_with_is_not_given_up(torn):
    clock = Clock()
    watcher = Watcher(torn, clock=clock)
    assert watcher.release() == []
    document, body = {"state": "completed"}, Path(torn.url, end_path(0, 1))
    writer = {"id": "x", "host": "h", "pid": 1}
    body.write_bytes(encode(end_name(0, 1), document, token="0" * 32, writer=writer, at="now"))
    clock.now = 10_000.0
    assert watcher.release() == []
    assert torn.refresh().trials[0].status == "completed"


def test_who_gives_it_up_waits_whether_somebody_is_writing_it(torn):
    whole = encode(
        end_name(0, 1),
        {"state": "completed"},
        token="0" * 32,
        writer={"id": "x", "host": "h", "pid": 1},
        at="now",
    )

    def sleep(_seconds):
        Path(torn.url, end_path(0, 1)).write_bytes(whole)

    folder = ExperimentFolder.open(torn.url, surroundings=Surroundings(sleep=sleep))
    assert folder.release(0, 1, {"state": "preempted"}) == "lost"
    assert folder.refresh().trials[0].status == "completed"


@pytest.mark.parametrize(
    "body", [b'{"v": 2, "kind": "end"}', b'{"v": 1, "kind": "end", "trial": 7}', b"[]"]
)
def test_a_whole_file_that_is_no_end_of_ours_is_nobody_elses_to_pass(torn, body):
    Path(torn.url, end_path(0, 1)).write_bytes(body)
    assert torn.release(0, 1, {"state": "preempted"}) == "lost"
    assert sorted(torn.refresh().trials[0].attempts) == [1]


@pytest.mark.parametrize("state", ["preempted", "cancelled"])
def test_a_person_can_end_it_at_once(torn, state):
    assert torn.release(0, 1, {"state": state}) == "won"
    trial = ExperimentFolder.open(torn.url).state.trials[0]
    assert (trial.status, trial.next_attempt) == (state, 3)


def test_data_of_the_attempt_are_kept_and_do_not_count(disk_folder):
    disk_folder.add_trial(arm, claim={})
    disk_folder.report(0, 1, {"step": 1})
    tear(disk_folder, end_path(0, 1))
    folder = opened(disk_folder.url)
    folder.release(0, 1, {"state": "preempted"})
    attempt = folder.refresh().trials[0].attempts[1]
    assert (attempt.data, attempt.stray) == ((), ({"step": 1},))


def test_the_end_counts_if_it_turns_out_to_be_whole(torn):
    torn.release(0, 1, {"state": "preempted"})
    path, writer = Path(torn.url, end_path(0, 1)), {"id": "x", "host": "h", "pid": 1}
    said = {"state": "completed", "loss": 1}
    path.write_bytes(encode(end_name(0, 1), said, token="0" * 32, writer=writer, at="now"))
    trial = torn.refresh().trials[0]
    assert (trial.attempts[1].end, trial.status) == (said, "preempted")
    assert verify(torn).ok


def test_several_of_them_are_passed_at_once(torn):
    tear(torn, end_path(0, 2))
    assert torn.release(0, 1, {"state": "preempted"}) == "won"
    trial = torn.refresh().trials[0]
    assert [trial.attempts[at].end.get("reason") for at in (1, 2, 3)] == ["torn", "torn", None]


def test_nobody_takes_an_attempt_that_could_not_be_ended(disk_folder):
    disk_folder.add_trial(arm)
    tear(disk_folder, end_path(0, 1))
    folder = opened(disk_folder.url)
    assert folder.claim(0, 1) == "lost"
    clock = Clock()
    watcher = Watcher(folder, clock=clock)
    assert watcher.release() == []
    clock.now = 600.0
    (gone,) = watcher.release()
    assert (gone.attempt, gone.state) == (1, "preempted")
    assert folder.refresh().trials[0].status == "preempted"
    assert folder.claim(0, 3) == "won"


def test_half_a_claim_is_given_up_too(disk_folder):
    disk_folder.add_trial(arm)
    tear(disk_folder, claim_path(0, 1))
    folder, clock = opened(disk_folder.url), Clock()
    assert folder.claim(0, 1) == "lost"
    watcher = Watcher(folder, clock=clock)
    assert watcher.release() == []
    clock.now = 600.0
    (gone,) = watcher.release()
    assert (gone.attempt, gone.state, gone.reason) == (1, "preempted", "torn")
    assert folder.claim(0, 2) == "won"


def test_what_a_failed_trial_has_come_to_is_not_undone_by_half_an_end(disk_folder):
    disk_folder.add_trial(arm, claim={})
    disk_folder.end(0, 1, {"state": "failed"})
    tear(disk_folder, end_path(0, 2))
    folder, clock = opened(disk_folder.url), Clock()
    watcher = Watcher(folder, clock=clock)
    for clock.now in (0.0, 10_000.0):
        assert watcher.release() == []
    assert folder.release(0, 2, {"state": "preempted"}) == "won"
    assert folder.refresh().trials[0].next_attempt == 4


def test_an_owner_that_ends_it_once_more_is_still_refused(torn):
    with pytest.raises(TrialEndedError, match="its end cannot be read: torn or not JSON"):
        torn.end(0, 1, {"state": "completed"})


def test_the_attempt_after_half_an_end_is_not_free_before_it_is_given_up(torn):
    with pytest.raises(ConflictError, match="attempt 1 is running"):
        torn.claim(0, 2)


def test_a_copy_of_the_experiment_says_the_same_and_is_whole(torn, tmp_path):
    torn.release(0, 1, {"state": "preempted"})
    export_archive(torn.url, tmp_path / "lr.zip")
    import_archive(tmp_path / "lr.zip", tmp_path / "copy")
    copy = ExperimentFolder.open(tmp_path / "copy")
    assert copy.state.trials == torn.refresh().trials
    assert verify(copy).ok


def test_the_doctor_names_it_and_what_waits_for_it(torn):
    (patient,) = doctor(torn.url).patients
    assert patient.half_written == ("t/00000/0.1.end.json, for which trial 0 waits",)
    assert not patient.ok
    assert "half written: t/00000/0.1.end.json" in "\n".join(patient.lines())
    torn.release(0, 1, {"state": "preempted"})
    (patient,) = doctor(torn.url).patients
    assert patient.half_written == ()
    assert [problem.kind for problem in patient.report.problems] == ["torn"]


def test_the_doctor_removes_it_once_it_is_given_up_and_a_day_old(torn):
    path = Path(torn.url, end_path(0, 1))
    torn.release(0, 1, {"state": "preempted"})
    assert not doctor(torn.url, repair=True).ok
    assert path.exists()
    os.utime(path, (1, 1))
    diagnosis = doctor(torn.url, repair=True)
    assert f"lr: removed {end_path(0, 1)}" in diagnosis.repaired
    assert diagnosis.ok
    assert ExperimentFolder.open(torn.url).state.trials == torn.state.trials


def test_the_doctor_gives_up_an_old_one_by_the_clock_of_the_file_system(torn):
    os.utime(Path(torn.url, end_path(0, 1)), (1, 1))
    diagnosis = doctor(torn.url, repair=True)
    assert any("ended attempt 1 of trial 0 as lost" in words for words in diagnosis.repaired)
    assert ExperimentFolder.open(torn.url).state.trials[0].status == "lost"


def test_the_doctor_calls_nothing_half_written_that_a_later_version_wrote(torn):
    Path(torn.url, end_path(0, 1)).write_bytes(b'{"v": 2, "kind": "end"}')
    (patient,) = doctor(torn.url).patients
    assert (patient.half_written, patient.foreign) == ((), ())
    assert [problem.kind for problem in patient.report.problems] == ["torn"]
