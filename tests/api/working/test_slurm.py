"""Workers as jobs of a real Slurm: arrays, requeued jobs, crashes, and preemption."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

import armwright
from armwright.persistence.replaced import is_replaced
from armwright.store import ExperimentFolder

pytestmark = pytest.mark.slurm

COMMAND = str(Path(sys.executable).with_name("armwright"))

# Trains for ten steps; goes on after the last one that its checkpoint knows.
TRAIN = """#!/bin/sh
done=$(cat "$ARMWRIGHT_CHECKPOINT/step" 2>/dev/null || echo 0)
echo "$ARMWRIGHT_ATTEMPT $done" >> "$ARMWRIGHT_CHECKPOINT/begun"
while [ "$done" -lt 10 ]; do
    sleep 0.2
    done=$((done + 1))
    echo $done > "$ARMWRIGHT_CHECKPOINT/next"
    mv "$ARMWRIGHT_CHECKPOINT/next" "$ARMWRIGHT_CHECKPOINT/step"
    echo "$ARMWRIGHT_ATTEMPT $done" >> "$ARMWRIGHT_CHECKPOINT/saved"
done
echo "$ARMWRIGHT_ATTEMPT" >> "$ARMWRIGHT_CHECKPOINT/finished"
echo "{\\"loss\\": $1}"
"""

# Saves when Slurm says that time is up, and takes no notice else: only a kill ends it sooner.
DEAF = """#!/bin/sh
trap '' TERM
[ -e "$ARMWRIGHT_CHECKPOINT/seen" ] && { echo '{"loss": 1}'; exit; }
touch "$ARMWRIGHT_CHECKPOINT/seen"
sleep 600
"""


@pytest.fixture
def url(tmp_path):
    if "ARMWRIGHT_TEST_SLURM" not in os.environ:
        pytest.skip("ARMWRIGHT_TEST_SLURM is not set: no Slurm; scripts/test-stores starts one")
    for name, text in (("train.sh", TRAIN), ("deaf.sh", DEAF)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    definition = {
        "objective": {"metric": "loss", "minimize": True},
        "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
        "budget": 200,
        "seed": 1,
    }
    seed = definition.pop("seed")
    budget = definition.pop("budget")
    armwright.create(tmp_path / "lr", definition, seed=seed, budget=budget)
    return tmp_path / "lr"


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def submit(url, *words):
    return json.loads(run(COMMAND, "submit", "slurm", str(url), "--json", *words))["job"]


def wait_for(what, seconds=240):
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return found


def state_of(job):
    words = run("scontrol", "show", "job", job).split()
    return next(word.partition("=")[2] for word in words if word.startswith("JobState="))


def begin_again_at_once(jobs):
    """Slurm lets a requeued job wait for two minutes, unless it is told otherwise.

    Its node tells credentials apart by whole seconds, and refuses one as old as the kill.
    """
    for job in jobs:
        wait_for(lambda job=job: "Reason=BeginTime" in run("scontrol", "show", "job", job))
    time.sleep(3)
    for job in jobs:
        run("scontrol", "update", f"JobId={job}", "StartTime=now")


def pairs(path):
    return [tuple(map(int, line.split())) for line in path.read_text().splitlines()]


def half_way(url, job=None):
    """A worker, of a job if one is named, whose trial has saved something and goes on for long."""
    for trial in ExperimentFolder.open(url).state.with_status("running"):
        writer = trial.last_attempt.claimed.writer
        saved = Path(f"{url}.trials", str(trial.number), "checkpoint", "saved")
        if job is None or str(writer.get("slurm_job_id")) == job:
            steps = saved.read_text().splitlines() if saved.exists() else []
            if 1 <= len(steps) <= 5:
                return writer["pid"]
    return None


def number_of(task):
    """The number that Slurm knows a task of an array by."""
    lines = run("squeue", "--noheader", "--array", "--format", "%i %A").splitlines()
    return dict(line.split() for line in lines)[task]


def ended(url):
    return ExperimentFolder.open(url).state.counts["completed"]


def test_an_array_ends_all_trials_once_whatever_is_requeued_killed_or_preempted(url):
    job = submit(url, "--array", "8", "--", f"{url.parent}/train.sh", "{x}")
    wait_for(lambda: ended(url) >= 30)
    first = number_of(f"{job}_1")
    wait_for(lambda: half_way(url, first))
    run("scontrol", "requeue", f"{job}_1")
    run("scancel", "--signal=KILL", "--full", f"{job}_2")
    begin_again_at_once([f"{job}_1"])
    # As if its node had gone: Slurm lets a job end first.
    os.kill(wait_for(lambda: half_way(url)), signal.SIGKILL)
    wait_for(lambda: ended(url) >= 80)
    urgent = run(
        "sbatch", "--parsable", "-p", "urgent", "-n", "4", "-o", "/dev/null", "--wrap", "sleep 3"
    )
    wait_for(lambda: state_of(urgent) == "COMPLETED")
    lines = run("squeue", "--noheader", "--array", "--format", "%i %r").splitlines()
    begin_again_at_once([line.split()[0] for line in lines if line.endswith("BeginTime")])
    assert len(lines) > 0
    wait_for(lambda: run("squeue", "--noheader", "--format", "%T") == "")

    state = ExperimentFolder.open(url).state
    # What is void or replaced was never run: races, and the stock.
    assert all(is_replaced(trial) for trial in state.with_status("cancelled"))
    trials = {n: it for n, it in state.trials.items() if it.status not in ("void", "cancelled")}
    assert Counter(trial.status for trial in trials.values()) == {"completed": 200}
    work = Path(f"{url}.trials")
    again = 0
    for number, trial in trials.items():
        checkpoint = work / str(number) / "checkpoint"
        finished = (checkpoint / "finished").read_text().split()
        assert finished == [str(trial.last_attempt.number)], number  # ran to its end once
        assert [attempt.end["state"] for attempt in trial.attempts.values()].count("completed") == 1
        saved = pairs(checkpoint / "saved")
        for attempt, found in pairs(checkpoint / "begun"):
            assert found >= max((step for by, step in saved if by < attempt), default=0)
            again += found > 0
    assert again >= 2  # requeued, killed and preempted ones went on from their checkpoints
    states = Counter(
        attempt.end["state"] for trial in trials.values() for attempt in trial.attempts.values()
    )
    assert states["preempted"] >= 2
    assert states["lost"] >= 1


def test_a_requeued_job_takes_back_what_it_was_killed_at(url):
    job = submit(url, "--array", "1", "--count", "1", "--", f"{url.parent}/deaf.sh")
    work = Path(f"{url}.trials")
    (seen,) = wait_for(lambda: list(work.glob("*/checkpoint/seen")))
    number = int(seen.parent.parent.name)
    run("scontrol", "requeue", f"{job}_0")
    begin_again_at_once([f"{job}_0"])
    wait_for(lambda: ended(url) == 1)
    attempts = ExperimentFolder.open(url).state.trials[number].attempts
    assert [attempt.end["state"] for attempt in attempts.values()] == ["preempted", "completed"]
    assert attempts[1].end["reason"] == "requeued"
    assert attempts[2].claimed.writer["slurm_restart_count"] == 1


def test_near_the_end_of_its_time_a_job_hands_its_trial_back(url):
    job = submit(
        url, "--array", "1", "--count", "1", "--time", "1m", "--no-requeue", "--grace", "2s",
        "--", f"{url.parent}/deaf.sh",
    )  # fmt: skip
    folder = ExperimentFolder.open(url)
    wait_for(lambda: folder.refresh().counts.get("preempted", 0) == 1)
    assert state_of(f"{job}_0") in ("RUNNING", "COMPLETING", "FAILED")  # and not TIMEOUT
    (trial,) = folder.state.with_status("preempted")
    end = trial.attempts[1].end
    assert end["reason"] == "time limit"
    assert Path(end["checkpoint"], "seen").exists()


def test_a_job_whose_time_is_up_queues_itself_again_and_goes_on(url):
    job = submit(
        url, "--array", "1", "--count", "1", "--time", "1m", "--again", "--grace", "2s",
        "--", f"{url.parent}/deaf.sh",
    )  # fmt: skip
    folder = ExperimentFolder.open(url)
    wait_for(lambda: folder.refresh().counts.get("preempted", 0) == 1)
    (trial,) = folder.state.with_status("preempted")
    begin_again_at_once([f"{job}_0"])
    wait_for(lambda: ended(url) == 1)
    attempts = folder.refresh().trials[trial.number].attempts
    assert [attempt.end["state"] for attempt in attempts.values()] == ["preempted", "completed"]
    assert attempts[2].claimed.writer["slurm_restart_count"] == 1
