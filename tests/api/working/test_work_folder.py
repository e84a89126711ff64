"""The folder of a trial is its arm's: a number may come again after a loss of power."""

from pathlib import Path

import pytest

from armwright.store import ExperimentFolder
from armwright.store.state import AttemptFacts, Stamp, TrialFacts
from armwright.working import Worker, WorkerOptions
from armwright.working.work_folder import WorkFolder

FIRST, SECOND = "a" * 32, "b" * 32


def trial(token, *ends, number=7, work=None):
    """A trial whose attempts ended as these documents say, but for the last one, which runs."""
    claim = {"work": {"folder": str(work)}} if work else {}
    attempts = {
        at: AttemptFacts(number=at, claim=claim, end=end)
        for at, end in enumerate((*ends, None), start=1)
    }
    made = Stamp(by="h.1", at="now", writer={}, token=token)
    return TrialFacts(number=number, arm={}, attempts=attempts, made=made)


@pytest.fixture
def work(tmp_path):
    return WorkFolder(tmp_path / "lr.trials", "01M80RAWPBHAS77M8JH5MFJFKW")


def test_the_folder_is_called_by_the_number(work):
    folder = work.make(trial(FIRST), 1)
    assert folder.path == work.place / "7" / "1"
    assert folder.checkpoint == work.place / "7" / "checkpoint"


def test_each_attempt_at_an_arm_finds_the_same_checkpoint(work):
    (work.make(trial(FIRST), 1).checkpoint / "model").write_text("half")
    later = work.make(trial(FIRST, {"state": "lost"}), 2)
    assert (later.checkpoint / "model").read_text() == "half"


def test_another_arm_under_the_same_number_finds_nothing_of_the_lost_one(work):
    lost = work.make(trial(FIRST), 1)
    (lost.checkpoint / "model").write_text("half")
    (lost.result).write_text("0.5")
    folder = work.make(trial(SECOND), 1)
    assert folder.path == work.place / "7.bbbbbbbb" / "1"
    assert list(folder.checkpoint.iterdir()) == []
    assert lost.result.read_text() == "0.5"


def test_the_next_attempt_at_the_other_arm_finds_its_own_checkpoint(work):
    work.make(trial(FIRST), 1)
    (work.make(trial(SECOND), 1).checkpoint / "model").write_text("half")
    later = work.make(trial(SECOND, {"state": "preempted"}), 2)
    assert (later.checkpoint / "model").read_text() == "half"


def test_a_folder_of_a_former_version_is_taken_up_by_a_further_attempt(work):
    old = work.place / "7" / "checkpoint"
    old.mkdir(parents=True)
    assert work.make(trial(FIRST, {"state": "lost"}), 2).checkpoint == old


def test_a_folder_of_a_former_version_is_not_taken_up_by_a_first_attempt(work):
    (work.place / "7" / "checkpoint").mkdir(parents=True)
    assert work.make(trial(FIRST), 1).path == work.place / "7.aaaaaaaa" / "1"


def test_where_an_attempt_said_its_checkpoint_is_that_is_used(work, tmp_path):
    (tmp_path / "kept").mkdir()
    end = {"state": "preempted", "checkpoint": str(tmp_path / "kept")}
    assert work.make(trial(FIRST, end), 2).checkpoint == tmp_path / "kept"


def test_a_checkpoint_that_is_gone_is_begun_anew(work, tmp_path):
    end = {"state": "preempted", "checkpoint": str(tmp_path / "gone")}
    assert work.make(trial(FIRST, end), 2).checkpoint == work.place / "7" / "checkpoint"


def test_what_a_worker_elsewhere_left_behind_is_taken_up(work, tmp_path):
    other = WorkFolder(tmp_path / "other", "01M80RAWPBHAS77M8JH5MFJFKW")
    kept = other.make(trial(FIRST), 1).checkpoint
    again = trial(FIRST, {"state": "lost"}, work=other.place)
    assert work.make(again, 2).checkpoint == kept


def test_what_a_lost_arm_left_elsewhere_is_not_taken_up(work, tmp_path):
    other = WorkFolder(tmp_path / "other", "01M80RAWPBHAS77M8JH5MFJFKW")
    other.make(trial(FIRST), 1)
    again = trial(SECOND, {"state": "lost"}, work=other.place)
    assert work.make(again, 2).checkpoint == work.place / "7" / "checkpoint"


def test_what_a_killed_process_had_prepared_is_finished(work):
    (work.place / f".7.{FIRST}").mkdir()
    assert work.make(trial(FIRST), 1).path == work.place / "7" / "1"


def test_a_worker_does_not_go_on_from_the_checkpoint_of_an_arm_that_was_lost(url):
    # As after a loss of power: the arm's name never came to the disk, its command's files did.
    def run():
        program = 'cat "$ARMWRIGHT_CHECKPOINT/x"; echo $1 > "$ARMWRIGHT_CHECKPOINT/x"; echo 0.5'
        words = ["sh", "-c", program, "sh", "{x}"]
        Worker(url, words, options=WorkerOptions(count=1), report=lambda _event: None).run()

    run()
    for name in ("0.arm.json", "0.1.end.json"):
        Path(url, "t", "00000", name).unlink()
    run()
    assert ExperimentFolder.open(url).state.trials[0].status == "completed"
    said = Path(f"{url}.trials").glob("0*/1/stdout")
    assert [path.read_text() for path in said] == ["0.5\n"] * 2
