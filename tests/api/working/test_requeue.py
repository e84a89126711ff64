"""A job that has itself queued again when its time is up; scontrol is a script here."""

import pytest

from armwright.errors import UsageError
from armwright.working import Remark

RESULT = """echo '{"loss": 0.5}'"""


@pytest.fixture
def scontrol(tmp_path, monkeypatch):
    """Stands for Slurm's program; returns what it was told, and says what it is to answer."""
    place = tmp_path / "bin"
    place.mkdir()

    def answers(code, text=""):
        program = f"#!/bin/sh\necho $* >> {place}/told\necho {text!r} >&2\nexit {code}\n"
        (place / "scontrol").write_text(program)
        (place / "scontrol").chmod(0o755)
        return lambda: (place / "told").read_text().split("\n")[:-1]

    monkeypatch.setenv("PATH", str(place), prepend=":")
    monkeypatch.setenv("SLURM_JOB_ID", "41")
    return answers


def remarks(events):
    return [event.text for event in events if isinstance(event, Remark)]


def test_a_job_is_queued_again_when_its_time_is_up(sh, events, scontrol):
    told = scontrol(0)
    done = sh("sleep 60", time_limit=0.5, requeues=True)
    assert (done.why, done.handed_back) == ("time limit", 1)
    assert told() == ["requeue 41"]
    assert "job 41 is queued again" in remarks(events)


def test_that_slurm_would_not_is_said(sh, events, scontrol):
    scontrol(1, "Requeue is disabled")
    assert sh("sleep 60", time_limit=0.5, requeues=True).why == "time limit"
    assert "cannot queue job 41 again: Requeue is disabled" in remarks(events)


def test_a_job_that_has_done_its_work_is_not_queued_again(sh, scontrol, tmp_path):
    scontrol(0)
    assert sh(RESULT, requeues=True).why == "used up"
    assert not (tmp_path / "bin" / "told").exists()


def test_a_job_is_not_queued_again_unless_asked_for(sh, scontrol, tmp_path):
    scontrol(0)
    sh("sleep 60", time_limit=0.5)
    assert not (tmp_path / "bin" / "told").exists()


def test_outside_of_slurm_there_is_no_job(sh):
    with pytest.raises(UsageError, match="there is no Slurm job to be queued again"):
        sh(RESULT, requeues=True)


# Coming further ---------------------------------------------------------------------------------


UP = "kill -USR1 $PPID; sleep 60"  # the job's time is up, as sbatch --signal says it


@pytest.fixture
def queued(sh, scontrol, monkeypatch):
    """Runs one job until it no longer asks to be queued again; returns why it ended, each time.

    Each takes back the trial that it handed back, as a requeued job does.
    """
    told = scontrol(0)

    def queued(program, most=6):
        ends = []
        for restarts in range(most):
            monkeypatch.setenv("SLURM_RESTART_COUNT", str(restarts))
            ends.append(sh(f"{program}; {UP}", requeues=True).why)
            if len(told()) != len(ends):
                break
        return ends

    return queued


def test_a_job_that_never_comes_further_is_queued_again_three_times_and_no_more(queued, events):
    assert queued("true") == ["SIGUSR1"] * 3 + ["no headway"]
    said = remarks(events)[-1]
    assert said.startswith("job 41 is not queued again: 3 times it was, and no trial ended")
    assert "$ARMWRIGHT_CHECKPOINT" in said


def test_a_job_that_saves_something_new_each_time_goes_on(queued):
    assert queued('echo x >> "$ARMWRIGHT_CHECKPOINT/saved"', most=5) == ["SIGUSR1"] * 5


def test_steps_that_begin_anew_each_time_are_no_headway_whatever_is_saved(queued):
    program = """echo x >> "$ARMWRIGHT_CHECKPOINT/saved"; echo '{"step": 1, "loss": 2}'"""
    # The first time, the step is one that was never reached before.
    assert queued(program) == ["SIGUSR1"] * 4 + ["no headway"]


def test_steps_that_go_on_are_headway(queued):
    program = """
        at="$ARMWRIGHT_CHECKPOINT/at"; echo x >> "$at"
        printf '{"step": %d, "loss": 2}\\n' "$(wc -l < "$at")"
    """
    assert queued(program.strip(), most=5) == ["SIGUSR1"] * 5


def test_a_trial_that_ended_is_headway(sh, scontrol, monkeypatch):
    scontrol(0)
    program = """if [ "$ARMWRIGHT_TRIAL" = 0 ]; then echo '{"loss": 1}'; else %s; fi"""
    assert sh(program % UP, requeues=True, most_fruitless=0).why == "SIGUSR1"
    monkeypatch.setenv("SLURM_RESTART_COUNT", "1")
    assert sh(UP, requeues=True, most_fruitless=0).why == "no headway"


def test_what_another_job_of_the_same_number_did_long_ago_does_not_count(sh, scontrol, monkeypatch):
    scontrol(0)
    for restarts in ("0", "1", "0", "1"):
        monkeypatch.setenv("SLURM_RESTART_COUNT", restarts)
        assert sh(UP, requeues=True, most_fruitless=2).why == "SIGUSR1"
