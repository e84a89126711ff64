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
