"""What stays at the foot of a terminal, and how far an experiment is."""

import json
import os
import select
import subprocess
import sys
from datetime import datetime, timedelta

import pytest

import armwright
from armwright.persistence.pace import pace_of
from armwright.persistence.steering import requeue

DEFINITION = {
    "objective": {"metric": "loss", "minimize": True},
    "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
}


@pytest.fixture
def stored(tmp_path):
    """Ten trials are wanted: two are completed, one failed, one runs, one waits."""
    stored = armwright.create(tmp_path / "runs" / "e", DEFINITION, budget=10, seed=1)
    for trial in stored.ask(5):
        if trial.number < 2:
            stored.tell(trial.number, {"loss": 3.5 - trial.number})
        elif trial.number == 2:
            stored.fail(trial.number, reason="oom")
    requeue(stored, [4])
    stored.refresh()
    return stored


@pytest.fixture
def shown(terminal):
    """Runs the command on a terminal; returns all that it wrote there."""

    def shown(*words):
        ours, theirs = terminal
        process = subprocess.Popen(
            [sys.executable, "-m", "armwright.cli", *map(str, words)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "160"},
        )
        os.close(theirs)
        seen = b""
        while process.poll() is None or select.select([ours], [], [], 0)[0]:
            if select.select([ours], [], [], 0.1)[0]:
                try:
                    seen += os.read(ours, 65536)
                except OSError:  # its other end is closed
                    break
        os.close(ours)
        assert process.wait() == 0, seen.decode()
        return seen.decode()

    return shown


def moments(stored):
    ends = [facts.last_attempt.ended for facts in stored.trials.values()]
    return sorted(datetime.fromisoformat(end.at) for end in ends if end)


def test_what_is_done_runs_and_failed_is_counted(stored):
    pace = pace_of(stored)
    assert (pace.ended, pace.budget, pace.running, pace.share) == (3, 10, 1, 0.3)
    assert pace.failures == {"oom": 1}
    assert pace.best == "loss=2.5 (trial 1)"


def test_the_pace_is_that_of_the_newest_ends_until_now(stored):
    first = moments(stored)[0]
    pace = pace_of(stored, now=first + timedelta(minutes=10))
    assert pace.per_hour == pytest.approx(12.0)  # two more in ten minutes
    assert pace.seconds_left == pytest.approx(7 * 300.0)
    assert pace.words == (
        "3/10 ended  1 running  1 failed (oom 1)  best loss=2.5 (trial 1)  12/h  35 min left"
    )


def test_before_two_have_ended_there_is_no_pace(tmp_path):
    stored = armwright.create(tmp_path / "e", DEFINITION, seed=1)
    (trial,) = stored.ask()
    stored.tell(trial.number, {"loss": 1.0})
    pace = pace_of(stored)
    assert (pace.per_hour, pace.seconds_left, pace.budget, pace.share) == (None, None, None, None)
    assert pace.words == "1 ended  0 running  best loss=1 (trial 0)"


@pytest.mark.slow
def test_on_a_terminal_worker_shows_what_runs_and_leaves_a_line_for_each_end(stored, shown):
    program = "echo epoch 1; sleep 1.2; echo 1"
    text = shown("worker", stored.url, "--count", "1", "--no-stock", "--", "sh", "-c", program)
    assert "epoch 1" in text
    assert "3/10 ended" in text
    assert "best loss=2.5 (trial 1)" in text
    assert "4  completed  loss=1" in text


@pytest.mark.slow
def test_on_a_terminal_worker_shows_what_commands_say_without_control_characters(stored, shown):
    program = "printf 'epoch \\033]0;gone'; sleep 1.2; printf '\\033[7mlost\\007' >&2; exit 3"
    text = shown("worker", stored.url, "--count", "1", "--no-stock", "--", "sh", "-c", program)
    assert r"epoch \x1b]0;gone" in text
    assert r"exit code 3: \x1b[7mlost\x07" in text
    assert "\x1b]0;" not in text
    assert "\x07" not in text


@pytest.mark.slow
def test_on_a_terminal_watch_shows_what_others_named_without_control_characters(stored, shown):
    stored.fail(3, reason="odd\x1b]0;gone\x07", note="\x1b[7m")
    text = shown("watch", stored.url, "--for", "0")
    assert r"odd\x1b]0;gone\x07" in text
    assert "\x07" not in text


@pytest.mark.slow
def test_on_a_terminal_worker_shows_the_newest_step(stored, shown):
    program = """echo '{"step": 3, "loss": 0.25}'; sleep 2.5; echo 1"""
    text = shown("worker", stored.url, "--count", "1", "--no-stock", "--", "sh", "-c", program)
    assert "step 3  loss=0.25" in text


@pytest.mark.slow
def test_on_a_terminal_watch_shows_how_far_it_is(stored, shown):
    text = shown("watch", stored.url, "--for", "0.2", "-n", "2")
    assert "trial 4" in text
    assert "3/10 ended  1 running  1 failed (oom 1)  best loss=2.5 (trial 1)" in text


def test_elsewhere_watch_prints_plain_lines(stored, run):
    result = run("watch", stored.url, "--for", "0", "-n", "2")
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 2)
    assert "\x1b" not in result.stdout


def test_the_worker_as_json_says_steps(stored, run):
    program = """echo '{"step": 3, "loss": 0.25}'; echo 1"""
    words = ("worker", stored.url, "-n", "1", "--no-stock", "--json", "--", "sh", "-c", program)
    lines = [json.loads(line) for line in run(*words).stdout.splitlines()]
    assert [line["event"] for line in lines] == ["started", "step", "ended", "done"]
    assert (lines[1]["step"], lines[1]["values"]) == (3.0, {"loss": 0.25})
