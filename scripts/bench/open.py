"""Seconds to open an experiment of 100,000 trials, and what it takes on disk and in memory.

    python scripts/bench/open.py                # both; makes .venv-peers for Optuna at first
    python scripts/bench/open.py --trials 10000 --no-peers

The trials have 10 parameters and 2 metrics, in the documents that armwright writes for Sobol arms.
All but the last hundred lie in snapshots made by the code that makes them for users, from facts
that were never written as files of their own; the last hundred were written one by one. Optuna has
the same parameters and values in a journal file, through its own `add_trials`.

Each opening is a fresh process; the seconds count from after its interpreter is up, imports of the
library included, to when the numbers, statuses and the newest trial are known. Peak memory is the
whole process's.
"""

import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from peers import peer_python
from rich.console import Console
from rich.table import Table

from armwright.store import ExperimentFolder
from armwright.store.fact import Fact
from armwright.store.fold import fold_trial
from armwright.store.layout import arm_path, end_path, parse_name, s1_path, s2_path
from armwright.store.snapshot import Snapshot, joined, snapshot_body

PARAMETERS, METRICS, SEGMENT, HUNDRED = 10, 2, 100, 100
OF = "6NW3XJ2D"  # the experiment that all facts mean

# Each prints one JSON object; run in a process of its own.
OPEN = """
import sys, time
started, cpu = time.perf_counter(), time.process_time()
from armwright.store import ExperimentFolder
state = ExperimentFolder.open(sys.argv[1]).state
counts, last = state.counts, state.trials[len(state.trials) - 1]
seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
import json
peak = open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]
print(json.dumps({"s": seconds, "cpu": cpu, "trials": sum(counts.values()),
    "kb": int(peak)}))
"""
REFRESH = """
import sys, time
from armwright.store import ExperimentFolder
folder = ExperimentFolder.open(sys.argv[1])
folder.refresh()
started, cpu = time.perf_counter(), time.process_time()
for _ in range(10):
    folder.refresh()
seconds, cpu = (time.perf_counter() - started) / 10, (time.process_time() - cpu) / 10
import json
peak = open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]
print(json.dumps({"s": seconds, "cpu": cpu, "trials": len(folder.state.trials),
    "kb": int(peak)}))
"""
READ_ALL = """
import sys, time
started, cpu = time.perf_counter(), time.process_time()
from armwright.store import ExperimentFolder
trials = ExperimentFolder.open(sys.argv[1]).state.trials
count = sum(len(trial.attempts) for trial in trials.values())
seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
import json
peak = open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]
print(json.dumps({"s": seconds, "cpu": cpu, "trials": count,
    "kb": int(peak)}))
"""
PARQUET = """
import sys, time
started, cpu = time.perf_counter(), time.process_time()
from pyarrow import dataset
import glob
names = ["trial", "status", *(f"parameters.x{i}" for i in range(10)), "mean.m0", "mean.m1"]
table = dataset.dataset(sorted(glob.glob(sys.argv[1] + "/snap/s*.parquet"))).to_table(names)
seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
import json
peak = open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]
print(json.dumps({"s": seconds, "cpu": cpu, "trials": table.num_rows,
    "kb": int(peak)}))
"""
OPTUNA_MAKE = """
import random, sys
import optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
study = optuna.create_study(study_name="x", storage=JournalStorage(JournalFileBackend(sys.argv[1])),
    directions=["minimize"] * 2)
chance = random.Random(0)
space = {f"x{i}": optuna.distributions.FloatDistribution(0.0, 1.0) for i in range(10)}
study.add_trials([
    optuna.trial.create_trial(params={name: chance.random() for name in space},
        distributions=space, values=[chance.random(), chance.random()])
    for _ in range(int(sys.argv[2]))
])
"""
OPTUNA = """
import sys, time
started, cpu = time.perf_counter(), time.process_time()
import optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
study = optuna.load_study(study_name="x", storage=JournalStorage(JournalFileBackend(sys.argv[1])))
count = len(study.get_trials(deepcopy=False))
seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
import json
peak = open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]
print(json.dumps({"s": seconds, "cpu": cpu, "trials": count,
    "kb": int(peak)}))
"""


@click.command()
@click.option("--trials", default=100_000, show_default=True, type=click.IntRange(200))
@click.option("--peers/--no-peers", default=True, help="Measure Optuna's journal in the same run.")
@click.option("--repeats", default=5, show_default=True, help="The best of so many is shown.")
@click.option("--json", "as_json", is_flag=True, help="JSON lines instead of a table.")
@click.option("--at", type=click.Path(path_type=Path), help="A folder to work in; made and kept.")
def main(trials: int, *, peers: bool, repeats: int, as_json: bool, at: Path | None) -> None:
    """Measure how long it takes to open an experiment of many trials."""
    folder = at or Path(tempfile.mkdtemp(prefix="armwright-open-"))
    try:
        url = folder / "experiment"
        if not url.exists():
            make(url, trials)
        rows = [
            measured("open", sys.executable, OPEN, url, repeats),
            measured("refresh, nothing new", sys.executable, REFRESH, url, repeats),
            measured("parameters and results with pyarrow", sys.executable, PARQUET, url, repeats),
            measured("every fact of every trial", sys.executable, READ_ALL, url, 1),
        ]
        rows += sealing()
        if peers:
            python = str(peer_python("optuna"))
            journal = folder / "journal.log"
            if not journal.exists():
                subprocess.run([python, "-c", OPTUNA_MAKE, str(journal), str(trials)], check=True)
            rows.append(measured("Optuna journal: open", python, OPTUNA, journal, 1))
    finally:
        if at is None:
            shutil.rmtree(folder)
    for row in rows:
        if as_json:
            print(json.dumps(row))
    if not as_json:
        show(rows)


def make(url: Path, trials: int) -> None:
    """An experiment of which all but the last hundred trials are in snapshots."""
    chance = random.Random(0)  # noqa: S311 not for secrets
    folder = ExperimentFolder.create(url, document={"name": "x"}, config={"x": 1})
    segments = trials // SEGMENT - 1
    snap = url / "snap"
    snap.mkdir()
    for first in range(0, segments, HUNDRED):
        parts = []
        for segment in range(first, min(first + HUNDRED, segments)):
            body, _ = snapshot_body(list(sealed(segment, chance)))
            parts.append((s1_path(segment), body))
        joint = None
        if len(parts) == HUNDRED:
            names = [(parse_name(path), body) for path, body in parts]
            joint = joined([Snapshot(name, body) for name, body in names if name])
        for path, body in parts if joint is None else [(s2_path(first // HUNDRED), joint[0])]:
            (url / path).write_bytes(body)
    folder.refresh()
    for number in range(segments * SEGMENT, trials):
        arm, end = facts_of(number, chance)
        folder.put_trial(number, arm.document, claim=arm.more["claim"])
        folder.end(number, 1, end.document)


def sealed(segment: int, chance: random.Random) -> Iterator[Any]:
    """The trials of a segment with their facts."""
    for number in range(segment * SEGMENT, (segment + 1) * SEGMENT):
        facts = {fact.name.path: fact for fact in facts_of(number, chance)}
        yield fold_trial(number, facts.values()), facts


def facts_of(number: int, chance: random.Random) -> tuple[Fact, Fact]:
    """Arm and end of a completed trial, as one of eight workers writes them."""
    worker = number % 8
    writer = {"id": f"{worker:032x}", "host": f"gpu{worker}", "pid": 4000 + worker}
    begun = datetime(2026, 11, 22) + timedelta(seconds=3 * number + chance.random())
    over = begun + timedelta(seconds=100 + 50 * chance.random())
    parameters = {f"x{index}": chance.random() for index in range(PARAMETERS)}
    run = {
        "__type": "GeneratorRun",
        "arms": [0],
        "weights": [1.0],
        "model_key": "Sobol",
        "fit_time": chance.random() * 1e-5,
        "gen_time": chance.random() * 1e-2,
        "model_kwargs": {"deduplicate": True, "seed": 964660315, "init_position": number},
        "bridge_kwargs": {},
        "gen_metadata": {"seed": 964660315, "init_position": number, "next_position": number + 1},
        "generation_step_index": 0,
        "time_created": local(begun, -150),
        "index": 0,
    }
    made = {
        "__type": "Trial",
        "trial_type": None,
        "time_created": local(begun, -100),
        "num_arms_created": 1,
        "generation_step_index": None,
        "generator_run": run,
    }
    arms = [{"name": f"{number}_0", "parameters": parameters}]
    status = {"__type": "TrialStatus", "name": "RUNNING"}
    rows = [
        {
            "arm_name": f"{number}_0",
            "metric_name": f"m{index}",
            "mean": chance.random(),
            "sem": None,
            "trial_index": number,
        }
        for index in range(METRICS)
    ]
    data = [{"timestamp": int(over.timestamp() * 1000), "rows": rows}]
    arm_name, end_name = parse_name(arm_path(number)), parse_name(end_path(number, 1))
    assert arm_name is not None  # noqa: S101
    assert end_name is not None  # noqa: S101
    arm = Fact(
        name=arm_name,
        token=f"{chance.getrandbits(128):032x}",
        writer=writer,
        at=f"{begun.isoformat(timespec='milliseconds')}Z",
        document={"config": 1, "arms": arms, "trial": made},
        more={"of": OF, "claim": {"status": status, "time_run_started": local(begun, -120)}},
    )
    end = Fact(
        name=end_name,
        token=f"{chance.getrandbits(128):032x}",
        writer=writer,
        at=f"{over.isoformat(timespec='milliseconds')}Z",
        document={"state": "completed", "data": data, "time_completed": local(over, -300)},
        more={"of": OF, "counted": []},
    )
    return arm, end


def local(moment: datetime, microseconds: int) -> dict[str, str]:
    """A time as armwright's documents have it."""
    text = (moment + timedelta(microseconds=microseconds)).isoformat(" ", "microseconds")
    return {"__type": "datetime", "value": text}


def sealing() -> list[dict[str, Any]]:
    """What it costs to make an s1, with the check that it gives back every fact, and an s2."""
    chance = random.Random(0)  # noqa: S311 not for secrets
    segments = [list(sealed(segment, chance)) for segment in range(HUNDRED)]
    parts, walls, processors, size = [], [], [], 0
    for segment, trials in enumerate(segments):
        name = parse_name(s1_path(segment))
        assert name is not None  # noqa: S101
        started, cpu = time.perf_counter(), time.process_time()
        body, _ = snapshot_body(trials)
        part = Snapshot(name, body)
        if any(part.facts(trial.number) != facts for trial, facts in trials):
            raise AssertionError(f"segment {segment} did not come back")
        walls.append(time.perf_counter() - started)
        processors.append(time.process_time() - cpu)
        parts.append(part)
        size += len(body)
    started, cpu = time.perf_counter(), time.process_time()
    joint = joined(parts)
    wall, processor = time.perf_counter() - started, time.process_time() - cpu
    assert joint is not None  # noqa: S101
    middle = len(walls) // 2
    small = {"s": round(sorted(walls)[middle], 4), "cpu_s": round(sorted(processors)[middle], 4)}
    large = {"s": round(wall, 4), "cpu_s": round(processor, 4)}
    none = {"process_s": "", "peak_mb": ""}
    return [
        {"case": "seal 100 trials", "trials": SEGMENT, **small, **none, "disk_mb": size / 1e8},
        {
            "case": "join 100 of those",
            "trials": SEGMENT * HUNDRED,
            **large,
            **none,
            "disk_mb": len(joint[0]) / 1e6,
        },
    ]


def measured(case: str, python: str, code: str, path: Path, repeats: int) -> dict[str, Any]:
    """The best of some fresh processes."""
    runs = []
    for _ in range(repeats):
        started = time.perf_counter()
        done = subprocess.run(
            [python, "-c", code, str(path)], capture_output=True, text=True, check=True
        )
        whole = time.perf_counter() - started
        runs.append({**json.loads(done.stdout), "process_s": whole})
    best = min(runs, key=lambda run: float(run["s"]))
    return {
        "case": case,
        "trials": best["trials"],
        "s": round(best["s"], 4),
        "cpu_s": round(best["cpu"], 4),
        "process_s": round(best["process_s"], 3),
        "peak_mb": round(best["kb"] / 1024, 1),
        "disk_mb": round(on_disk(path) / 1e6, 2),
    }


def on_disk(path: Path) -> int:
    """Bytes in files."""
    files = [path] if path.is_file() else [item for item in path.rglob("*") if item.is_file()]
    return sum(file.stat().st_size for file in files)


def show(rows: list[dict[str, Any]]) -> None:
    """Print a table."""
    table = Table()
    for heading in (
        "case",
        "trials",
        "seconds",
        "CPU seconds",
        "whole process",
        "peak MB",
        "MB on disk",
    ):
        table.add_column(heading, justify="left" if heading == "case" else "right")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    Console().print(table)


if __name__ == "__main__":
    main()
