"""What workers did, and what readers saw meanwhile, fits one order of events for each trial.

Each process notes when it began a call and when it had the answer, by the clock they share. A trial
is a register that goes from nothing to made to ended, so whether such an order exists is found out
trial by trial: what was answered before a look began is in that look, what began after it is not,
and no reader ever forgets what it saw.
"""

import json
import subprocess
import sys

import pytest

from armwright.store import ExperimentFolder

WORKERS, READERS, TRIALS_EACH = 4, 2, 10

PRELUDE = """
import json, sys, time
from armwright.store import *
folder = ExperimentFolder.open(sys.argv[1])
folder.compacts = False
count, log = int(sys.argv[2]), []
print("ready", flush=True)
sys.stdin.readline()
def note(kind, number, call):
    began = time.monotonic()
    try:
        answer = call()
    except TrialEndedError:
        answer = "lost"
    number = answer if kind == "made" else number
    log.append({"kind": kind, "trial": number, "won": answer != "lost", "began": began,
                "answered": time.monotonic()})
    return number
"""

WORKER = """
for _ in range(count):
    number = note("made", None, lambda: folder.add_trial(lambda *_: {}, claim={}))
    running = [trial.number for trial in folder.refresh().with_status("running")]
    for rival in running[:1]:  # mostly somebody else's
        note("ended", rival, lambda: folder.release(rival, 1, {"state": "lost"}))
    note("ended", number, lambda: folder.end(number, 1, {"state": "completed"}))
print(json.dumps(log))
"""

READER = """
seen = {}
while sum(status != "running" for status in seen.values()) < count:
    began = time.monotonic()
    seen = {number: trial.status for number, trial in folder.refresh().trials.items()}
    log.append({"began": began, "answered": time.monotonic(), "made": sorted(seen),
                "ended": sorted(number for number, status in seen.items() if status != "running")})
print(json.dumps(log))
"""


def run(url):
    """Lets workers and readers loose; returns what the former did, and each reader's looks."""
    calls = [(WORKER, TRIALS_EACH)] * WORKERS + [(READER, WORKERS * TRIALS_EACH)] * READERS
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PRELUDE + code, url, str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for code, count in calls
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [json.loads(process.communicate()[0]) for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return [item for log in said[:WORKERS] for item in log], said[WORKERS:]


def problems(done, readers):
    """Why there is no order of events that explains a history; empty if there is one."""
    found = []
    won = {}
    for item in done:
        if item["won"]:
            key = (item["kind"], item["trial"])
            if key in won:
                found.append(f"{key} twice")
            won[key] = item
    for item in done:
        winner = won.get((item["kind"], item["trial"]))
        if not item["won"] and (winner is None or winner["began"] > item["answered"]):
            found.append(f"trial {item['trial']}: lost to nobody")
    for looks in readers:
        before = {"made": set(), "ended": set()}
        for look in looks:
            for kind, seen in before.items():
                now = set(look[kind])
                if not seen <= now:
                    found.append(f"{kind} {seen - now} forgotten")
                before[kind] = now
                for (what, number), item in won.items():
                    if what != kind:
                        continue
                    if item["answered"] < look["began"] and number not in now:
                        found.append(f"trial {number}: {kind} and not seen afterwards")
                    if item["began"] > look["answered"] and number in now:
                        found.append(f"trial {number}: seen before it was {kind}")
                found += [f"{kind} {number} by nobody" for number in now - _numbers(won, kind)]
    return found


def _numbers(won, kind):
    return {number for what, number in won if what == kind}


def check(url):
    ExperimentFolder.create(url, document={}, config={})
    done, readers = run(url)
    assert sum(item["won"] for item in done) == 2 * WORKERS * TRIALS_EACH
    assert sum(not item["won"] for item in done) > 0
    assert all(len(looks) > 1 for looks in readers)
    assert problems(done, readers) == []


def test_the_history_of_every_trial_has_an_order(tmp_path):
    check(str(tmp_path / "lr"))


@pytest.mark.s3
def test_the_history_of_every_trial_has_an_order_on_a_real_object_store(ceph):
    check(f"{ceph}/lr")


@pytest.mark.nfs
def test_the_history_of_every_trial_has_an_order_on_one_mount_of_nfs(nfs_mounts):
    check(f"{nfs_mounts[0]}/lr")


def call(kind, trial, began, answered, *, won=True):
    return {"kind": kind, "trial": trial, "won": won, "began": began, "answered": answered}


def look(began, answered, made, ended=()):
    return {"began": began, "answered": answered, "made": list(made), "ended": list(ended)}


@pytest.mark.parametrize(
    ("done", "readers", "problem"),
    [
        ([call("made", 0, 1, 2)], [[look(3, 4, [])]], "made and not seen afterwards"),
        ([call("made", 0, 5, 6)], [[look(3, 4, [0])]], "seen before it was made"),
        ([call("made", 0, 1, 9)], [[look(2, 3, [0]), look(4, 5, [])]], "forgotten"),
        ([call("made", 0, 1, 2), call("made", 0, 1, 2)], [], "twice"),
        ([call("ended", 0, 1, 2, won=False)], [], "lost to nobody"),
        ([], [[look(1, 2, [7])]], "made 7 by nobody"),
        ([call("made", 0, 1, 9)], [[look(2, 3, []), look(4, 5, [0])]], ""),
    ],
)
def test_a_history_without_an_order_is_found_out(done, readers, problem):
    assert [item for item in problems(done, readers) if problem in item] or not problem
    assert bool(problems(done, readers)) == bool(problem)
