"""Jobs of a real Slurm on one experiment: arrays, requeued jobs, and jobs that crash."""

import os
import subprocess
import sys
import time

import pytest

from armwright.store import ExperimentFolder

pytestmark = pytest.mark.slurm

# Adds five trials and completes them.
ARRAY = """
folder = ExperimentFolder.open(url)
for _ in range(5):
    number = folder.add_trial(lambda number, state: {"n": number}, claim={})
    folder.end(number, 1, {"state": "completed", "data": number})
"""

# Takes up what the same job began before Slurm requeued it, then what was lost, then a new trial;
# and works for ever unless it took something up.
RESTARTED = """
folder = ExperimentFolder.open(url)
job = os.environ["SLURM_JOB_ID"]
for number, trial in folder.state.trials.items():
    attempt = trial.open_attempt
    if attempt and trial.attempts[attempt].claimed.writer.get("slurm_job_id") == job:
        folder.end(number, attempt, {"state": "preempted"})
    if not attempt or trial.attempts[attempt].claimed.writer.get("slurm_job_id") == job:
        attempt = folder.refresh().trials[number].next_attempt
        if folder.claim(number, attempt) == "won":
            folder.end(number, attempt, {"state": "completed"})
            break
else:
    folder.add_trial(lambda *_: {}, claim={})
    time.sleep(600)
"""


@pytest.fixture
def experiment(tmp_path):
    """An experiment on a disk that all nodes see, which here is one."""
    if "ARMWRIGHT_TEST_SLURM" not in os.environ:
        pytest.skip("ARMWRIGHT_TEST_SLURM is not set: no Slurm; scripts/test-stores starts one")
    return ExperimentFolder.create(tmp_path / "lr", document={}, config={})


def submit(experiment, tmp_path, code, *options):
    """Submits a job that runs some code; returns its id."""
    program = tmp_path / f"job{time.monotonic_ns()}.py"
    head = "import os, sys, time\nfrom armwright.store import *\nurl = sys.argv[1]\n"
    program.write_text(head + code)
    return run(
        "sbatch", "--parsable", f"--output={tmp_path}/log.%A_%a", "--open-mode=append", *options,
        "--wrap", f"exec {sys.executable} {program} {experiment.url}",
    )  # fmt: skip


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def wait_for(what):
    deadline = time.monotonic() + 200
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def status(experiment):
    return {number: trial.status for number, trial in experiment.refresh().trials.items()}


def test_an_array_of_jobs_shares_the_work(experiment, tmp_path):
    job = submit(experiment, tmp_path, ARRAY, "--array=0-7", "--wait")
    state = experiment.refresh()
    assert {trial.status for trial in state.trials.values()} == {"completed"}
    assert len(state.trials) == 40
    assert state.damaged == ()
    jobs = {t.attempts[1].ended.writer["slurm_job_id"] for t in state.trials.values()}
    assert len(jobs) == 8
    assert job in jobs  # the last task of an array has the array's own id


def test_a_requeued_job_ends_its_own_attempt_and_makes_the_next(experiment, tmp_path):
    job = submit(experiment, tmp_path, RESTARTED, "--requeue")
    wait_for(lambda: status(experiment) == {0: "running"})
    run("scontrol", "requeue", job)
    # Slurm lets it wait for two minutes, unless it is told otherwise once the first run is cleared
    # away. Its node tells credentials apart by whole seconds, and refuses one as old as the kill.
    wait_for(lambda: "Reason=BeginTime" in run("scontrol", "show", "job", job))
    time.sleep(3)
    run("scontrol", "update", f"JobId={job}", "StartTime=now")
    wait_for(lambda: status(experiment) == {0: "completed"})
    attempts = experiment.state.trials[0].attempts
    assert [attempt.end["state"] for attempt in attempts.values()] == ["preempted", "completed"]
    assert {attempt.ended.writer["slurm_job_id"] for attempt in attempts.values()} == {job}
    assert attempts[2].ended.writer["slurm_restart_count"] == 1


def test_what_a_crashed_job_ran_is_taken_up_by_another(experiment, tmp_path):
    job = submit(experiment, tmp_path, RESTARTED, "--no-requeue")
    wait_for(lambda: status(experiment) == {0: "running"})
    run("scancel", "--signal=KILL", "--full", job)
    wait_for(lambda: "JobState=RUNNING" not in run("scontrol", "show", "job", job))
    assert status(experiment) == {0: "running"}  # nobody was left to say so
    experiment.end(0, 1, {"state": "lost"})
    other = submit(experiment, tmp_path, RESTARTED, "--wait")
    attempts = experiment.refresh().trials[0].attempts
    assert [attempt.end["state"] for attempt in attempts.values()] == ["lost", "completed"]
    assert attempts[2].ended.writer["slurm_job_id"] == other
