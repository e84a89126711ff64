"""Many processes at one experiment, killed at random and replaced; then a checker counts.

    python scripts/bench/storm.py --processes 32 --trials 2000
    python scripts/bench/storm.py --root s3://bucket/storm --processes 32 --trials 2000

Each worker takes trials, reports data and ends them until enough are completed, and notes in a log
of its own, after each call that returned, what the store has confirmed. The parent kills workers
with SIGKILL at random and starts others. What the killed ones were running is given up by those
that live: at once where the owner promised to be a process of this machine, after a lease where it
promised heartbeats only.

Exit status 0 if every confirmed result is there, no attempt has two accepted ends, no number two
trials, every promise of the format is kept, and all workers came to an end.
"""

import json
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from armwright.store import ExperimentFolder
from armwright.store.verdict import Acknowledged
from armwright.store.verify import verify

__all__ = ["Outcome", "main", "storm"]

WORKER = """
import json, os, random, sys, time
from armwright.store import ConflictError, ExperimentFolder, TrialEndedError
from armwright.store.heartbeat import Heartbeat
from armwright.store.lease import Watcher
from armwright.store.process import this_place
from armwright.store.promise import Promise

url, log, wanted, place = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "place"
folder = ExperimentFolder.open(url)
promise = Promise(every=0.5, after=0.0, place=this_place() if place else "")
watcher = Watcher(folder, lease=60.0)
notes = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
longest = 0.0

def note(kind, number, attempt=None, document=None):
    line = {"kind": kind, "number": number, "attempt": attempt, "document": document or {}}
    os.write(notes, (json.dumps(line) + "\\n").encode())

def take(state):
    again = [trial for trial in state.with_status("waiting", "lost", "preempted")]
    random.shuffle(again)
    for trial in again:
        attempt = trial.next_attempt
        if attempt is None:
            continue
        if folder.claim(trial.number, attempt, {"by": os.getpid()}, promise=promise) == "won":
            note("claim", trial.number, attempt, {"by": os.getpid()})
            return trial.number, attempt
    if sum(state.counts.values()) - state.counts.get("void", 0) >= wanted:
        return None
    arm = {"x": random.random()}
    number = folder.add_trial(lambda *_: arm, claim={"by": os.getpid()}, promise=promise)
    note("arm", number, None, arm)
    note("claim", number, 1, {"by": os.getpid()})
    return number, 1

while True:
    start = time.monotonic()
    state = folder.refresh()
    if state.counts.get("completed", 0) >= wanted:
        break
    taken = take(state)
    if taken is None:
        watcher.release()
        time.sleep(0.05 + random.random() / 5)
        continue
    number, attempt = taken
    document = {"state": "completed", "data": {"loss": random.random(), "by": os.getpid()}}
    with Heartbeat(folder, number, attempt, promise):
        try:
            if random.random() < 0.3:
                folder.report(number, attempt, {"step": 1, "by": os.getpid()})
                note("data", number, attempt, {"step": 1, "by": os.getpid()})
            time.sleep(random.random() / 100)
            folder.end(number, attempt, document)
            note("end", number, attempt, document)
        except TrialEndedError:
            note("refused", number, attempt, document)
    longest = max(longest, time.monotonic() - start)
    note("wait", 0, None, {"longest": longest})
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the storm left, counted.

    Attributes:
        url: Of the experiment.
        seconds: Until the last worker came to its end.
        started: Processes, replacements included.
        killed: Of these, with SIGKILL.
        trials: In the folder, void ones not counted.
        completed: Of these.
        attempts_lost: Attempts that were given up for their owners.
        confirmed: Writes that some worker was told are stored.
        refused: Ends that came after their attempt had been given up; all kept as late.
        longest: Seconds that the slowest trial took one worker, from asking to telling.
        unused: Numbers that no trial has.
        problems: What should not be; empty if all is well.
    """

    url: str
    seconds: float
    started: int
    killed: int
    trials: int
    completed: int
    attempts_lost: int
    confirmed: int
    refused: int
    longest: float
    unused: int
    problems: tuple[str, ...]


def storm(
    root: str, *, processes: int, trials: int, kills: int, seconds: float, silent: int
) -> Outcome:
    """Runs a storm in a fresh experiment of a root; stops it when the time is up.

    Args:
        root: Where; a path or URL.
        processes: How many work at once.
        trials: How many are to be completed.
        kills: How many processes to kill, spread over the trials.
        seconds: After which those still at work are said to wait for ever.
        silent: One worker in so many promises heartbeats only; 0 for none.
    """
    url = f"{root}/storm-{uuid.uuid4().hex[:8]}"
    folder = ExperimentFolder.create(url, document={"name": "storm"}, config={})
    start, started, killed = time.monotonic(), 0, 0
    chance = random.Random()  # noqa: S311 no secret
    with tempfile.TemporaryDirectory() as logs:

        def worker() -> subprocess.Popen[bytes]:
            nonlocal started
            started += 1
            how = "beats" if silent and started % silent == 0 else "place"
            log = f"{logs}/{started}"
            return subprocess.Popen(
                [sys.executable, "-c", WORKER, url, log, str(trials), how], stderr=subprocess.PIPE
            )

        crowd = [worker() for _ in range(processes)]
        problems: list[str] = []
        gone: list[subprocess.Popen[bytes]] = []
        while any(one.poll() is None for one in crowd):
            time.sleep(0.05)
            if time.monotonic() - start > seconds:
                waiting = [one for one in crowd if one.poll() is None]
                problems.append(f"{len(waiting)} workers were still waiting after {seconds:.0f} s")
                for one in waiting:
                    one.kill()
                break
            if killed < kills and _ends(logs) * (kills + 1) >= (killed + 1) * trials:
                place = chance.randrange(len(crowd))
                if crowd[place].poll() is None:
                    crowd[place].kill()
                    gone.append(crowd[place])
                    killed += 1
                    crowd[place] = worker()
        for one in (*crowd, *gone):
            said = one.communicate()[1]
            if one.returncode not in (0, -9) or said:
                problems.append(f"a worker ended with {one.returncode}: {said.decode()[-500:]}")
        took = time.monotonic() - start
        notes = [note for path in sorted(Path(logs).iterdir()) for note in _notes(path)]
    return _count(folder, notes, problems, seconds=took, started=started, killed=killed)


def _ends(logs: str) -> int:
    return sum(path.read_bytes().count(b'"kind": "end"') for path in Path(logs).iterdir())


def _notes(path: Path) -> list[dict[str, Any]]:
    """What a worker noted; a line that its death cut short was never confirmed to anybody."""
    lines = path.read_bytes().split(b"\n")[:-1]
    return [json.loads(line) for line in lines]


def _count(
    folder: ExperimentFolder,
    notes: list[dict[str, Any]],
    problems: list[str],
    *,
    seconds: float,
    started: int,
    killed: int,
) -> Outcome:
    kinds = ("arm", "claim", "data", "end")
    confirmed = [Acknowledged(**note) for note in notes if note["kind"] in kinds]
    refused = [note for note in notes if note["kind"] == "refused"]
    confirmed += [
        Acknowledged(
            kind="late",
            number=note["number"],
            document={**note["document"], "too_late": True, "attempt": note["attempt"]},
        )
        for note in refused
    ]
    for kind in ("arm", "claim", "end"):
        keys = Counter((note["number"], note["attempt"]) for note in notes if note["kind"] == kind)
        for (number, attempt), count in keys.items():
            if count > 1:
                where = f"{number}" if attempt is None else f"{number}.{attempt}"
                problems.append(f"{count} workers were told that the {kind} of {where} is theirs")
    report = verify(folder, acknowledged=confirmed)
    problems += [f"{item.kind}: {item}" for item in report.problems]
    # Cleared away, and sealed as far as can be, it must say the same.
    folder.compact()
    folder.collect_garbage(older_than=0.0)
    again = verify(folder, acknowledged=confirmed)
    problems += [f"after clearing away: {item.kind}: {item}" for item in again.problems]
    state = folder.refresh()
    counts = state.counts
    lost = sum(
        attempt.end is not None and attempt.end.get("state") == "lost"
        for trial in state.trials.values()
        for attempt in trial.attempts.values()
    )
    return Outcome(
        url=folder.url,
        seconds=seconds,
        started=started,
        killed=killed,
        trials=len(state.trials) - counts.get("void", 0),
        completed=counts.get("completed", 0),
        attempts_lost=lost,
        confirmed=len(confirmed),
        refused=len(refused),
        longest=max(
            (note["document"]["longest"] for note in notes if note["kind"] == "wait"), default=0.0
        ),
        unused=report.counts.get("unused numbers", 0),
        problems=tuple(problems),
    )


@click.command()
@click.option("--root", help="A path or URL; a temporary folder if left out.")
@click.option("--processes", default=32, show_default=True)
@click.option("--trials", default=2000, show_default=True)
@click.option("--kills", type=int, help="As many as there are processes, if left out.")
@click.option("--seconds", default=1800.0, show_default=True, help="Nobody may work longer.")
@click.option("--silent", default=4, show_default=True, help="One in so many only beats.")
@click.option("--json", "as_json", is_flag=True)
def main(
    root: str | None,
    processes: int,
    trials: int,
    kills: int | None,
    seconds: float,
    silent: int,
    *,
    as_json: bool,
) -> None:
    """Let a storm loose on a fresh experiment, and count what it left."""
    with tempfile.TemporaryDirectory() as folder:
        outcome = storm(
            root or folder,
            processes=processes,
            trials=trials,
            kills=processes if kills is None else kills,
            seconds=seconds,
            silent=silent,
        )
    if as_json:
        print(json.dumps(asdict(outcome)))
    else:
        out = Console(highlight=False, soft_wrap=True)
        for name, value in asdict(outcome).items():
            if name != "problems":
                shown = f"{value:.1f}" if isinstance(value, float) else value
                out.print(f"{name.replace('_', ' '):>14}  {shown}")
        for problem in outcome.problems:
            out.print(f"PROBLEM: {problem}")
        out.print("every promise is kept" if not outcome.problems else "promises are broken")
    sys.exit(1 if outcome.problems else 0)


if __name__ == "__main__":
    main()
