"""Processes that work on one experiment at the same moment, on a real disk."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from armwright.store import ExperimentFolder

PROCESSES = 8
TRIALS_EACH = 25

# Each worker waits for a line on its standard input, so that all start together.
PRELUDE = """
import json, sys
from armwright.store import *
url = sys.argv[1]
folder = ExperimentFolder.open(url)
print("ready", flush=True)
sys.stdin.readline()
"""

ADD = """
numbers = []
for _ in range(int(sys.argv[2])):
    number = folder.add_trial(lambda number, state: {"n": number}, claim={})
    folder.end(number, 1, {"state": "completed", "data": number})
    numbers.append(number)
print(json.dumps(numbers))
"""

CLAIM = """
won = [number for number in folder.state.trials if folder.claim(number, 1) == "won"]
print(json.dumps(won))
"""

END = """
won = []
for number in folder.state.trials:
    try:
        folder.end(number, 1, {"state": "completed", "data": sys.argv[2]})
    except TrialEndedError:
        continue
    won.append(number)
print(json.dumps(won))
"""

CONFIGURE = """
written = []
while len(written) < 5:
    base = folder.refresh().version
    try:
        written.append(folder.add_config({"by": sys.argv[2], "base": base}, base=base))
    except ConflictError:
        continue
print(json.dumps(written))
"""


def race(url, code, arguments):
    """Runs one process for each argument; returns what each printed."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", PRELUDE + code, str(url), argument],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for argument in arguments
    ]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    outputs = [worker.communicate()[0] for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * len(workers)
    return [json.loads(output) for output in outputs]


def names_in(url):
    return {path.name for path in Path(url).rglob("*") if path.name.startswith(".")}


def test_numbers_are_unique_and_every_trial_is_there(disk_folder):
    numbers = race(disk_folder.url, ADD, [str(TRIALS_EACH)] * PROCESSES)
    flat = [number for one in numbers for number in one]
    assert len(set(flat)) == len(flat) == PROCESSES * TRIALS_EACH
    state = disk_folder.refresh()
    # Numbers skipped in the race may have been made void, when their segment was sealed.
    made = {number: trial for number, trial in state.trials.items() if not trial.void}
    assert sorted(flat) == list(made)
    assert all(trial.arm == {"n": number} for number, trial in made.items())
    assert {trial.status for trial in made.values()} == {"completed"}
    assert state.damaged == ()
    assert names_in(disk_folder.url) == set()


@pytest.mark.parametrize("code", [CLAIM, END])
def test_each_claim_and_each_end_has_one_owner(disk_folder, code):
    for _ in range(40):
        disk_folder.add_trial(lambda number, _state: {"n": number})
    won = race(disk_folder.url, code, [str(index) for index in range(PROCESSES)])
    flat = sorted(number for one in won for number in one)
    assert flat == list(range(40))
    state = disk_folder.refresh()
    assert state == ExperimentFolder.open(disk_folder.url).state
    if code == END:
        for worker, numbers in enumerate(won):
            for number in numbers:
                assert state.trials[number].attempts[1].end["data"] == str(worker)
        kept = sum(len(trial.late) for trial in state.trials.values())
        assert kept == 40 * (PROCESSES - 1)


def test_configurations_form_one_chain(disk_folder):
    written = race(disk_folder.url, CONFIGURE, [str(index) for index in range(PROCESSES)])
    flat = sorted(number for one in written for number in one)
    state = disk_folder.refresh()
    assert flat == list(range(2, 2 + 5 * PROCESSES))
    assert state.bases == {number: number - 1 for number in state.configs}
    for worker, numbers in enumerate(written):
        assert {state.configs[number]["by"] for number in numbers} == {str(worker)}
