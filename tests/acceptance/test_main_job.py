"""The main job as a person runs it: to the end, again, interrupted, and killed."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import armwright

SCRIPT = Path(__file__).parent.parent.parent / "scripts" / "digits.py"


def command(root, *words):
    return [sys.executable, str(SCRIPT), str(root), *words]


def run(root, *words):
    return subprocess.run(command(root, *words), capture_output=True, text=True, check=False)


def start_and_wait_for(root, text, *words):
    """Starts the job, and returns it once it has printed a line with `text`."""
    # Ctrl-C is to arrive, even where whoever runs the tests has it ignored.
    job = subprocess.Popen(
        ["env", "--default-signal=INT", *command(root, *words)],  # noqa: S607 - Debian's coreutils
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    for line in job.stderr:
        if text in line:
            return job
    raise AssertionError(f"it ended without {text!r}: {job.communicate()}")


def halted_in_a_trial(root):
    """Starts the job, halts it while a trial runs, and lets the budget have one more.

    Returns:
        The process, which waits for a signal, the number of the trial, and the budget.
    """
    job = start_and_wait_for(root, "trial  0", "--trials", "500", "--seed", "1")
    while True:
        job.send_signal(signal.SIGSTOP)
        ended = os.waitid(os.P_PID, job.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        assert ended.si_code == os.CLD_STOPPED
        trials = armwright.open(root / "digits").state.trials
        running = [facts.number for facts in trials.values() if facts.status == "running"]
        if running:
            break
        job.send_signal(signal.SIGCONT)  # it was between two trials
        time.sleep(0.05)
    budget = len(trials) + 1
    armwright.edit(root / "digits", {"budget": budget}, reason="enough for a test")
    return job, running[0], budget


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_it_finds_a_better_model_than_the_untuned_one(tmp_path):
    done = run(tmp_path, "--trials", "25", "--seed", "1")
    assert done.returncode == 0, done.stderr
    tuned, default = map(
        float,
        re.search(r"accuracy (\S+) ± \S+; untuned default (\S+)", done.stdout).groups(),
    )
    assert tuned > default > 0.9
    models = [
        facts.arm["trial"]["generator_run"]["model_key"]
        for facts in armwright.open(tmp_path / "digits").state.trials.values()
    ]
    assert models == ["Sobol"] * 5 + ["GPEI"] * 20


def test_at_the_end_it_names_the_folder_and_three_commands_that_work(tmp_path):
    done = run(tmp_path, "--trials", "2", "--seed", "1")
    assert done.returncode == 0, done.stderr
    folder, rest = re.search(
        r"the experiment is the folder (\S+); next:\n(.*)", done.stdout, re.S
    ).groups()
    assert Path(folder).resolve() == tmp_path / "digits"
    commands = [line.split() for line in rest.splitlines() if line.strip()]
    assert len(commands) == 3
    for words in commands:
        shown = subprocess.run(
            [sys.executable, "-m", "armwright.cli", *words[1:]],
            capture_output=True,
            text=True,
            check=False,
        )
        assert shown.returncode == 0, shown.stderr
    assert json.loads(shown.stdout)["trial"] in (0, 1)

    again = run(tmp_path, "--trials", "2", "--seed", "2")
    assert again.returncode == 0, again.stderr
    assert "is complete; starting a fresh experiment" in again.stderr
    assert (tmp_path / "digits-2" / "experiment.json").exists()


def test_ctrl_c_loses_nothing_and_the_next_run_goes_on(tmp_path):
    job, number, budget = halted_in_a_trial(tmp_path)
    job.send_signal(signal.SIGINT)
    job.send_signal(signal.SIGCONT)
    _, words = job.communicate()
    assert job.returncode == 130
    assert "nothing is lost" in words
    assert "Traceback" not in words
    state = armwright.open(tmp_path / "digits").state
    assert state.trials[number].status in ("preempted", "completed")  # it was about to end

    again = run(tmp_path)
    assert again.returncode == 0, again.stderr
    assert re.search(rf"resuming \S+: \d+ of {budget} trials are completed", again.stderr)
    state = armwright.open(tmp_path / "digits").state
    assert [facts.status for facts in state.trials.values()] == ["completed"] * budget


def test_a_killed_process_s_trial_is_run_again(tmp_path):
    job, number, _ = halted_in_a_trial(tmp_path)
    job.kill()
    job.communicate()

    again = run(tmp_path)
    assert again.returncode == 0, again.stderr
    assert f"trial {number} was running when its process died" in again.stderr
    attempts = armwright.open(tmp_path / "digits").state.trials[number].attempts
    assert [attempt.end["state"] for attempt in attempts.values()] == ["lost", "completed"]
