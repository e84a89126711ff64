"""What `armwright summary` takes: seconds, CPU seconds, peak memory, and the size of the page.

    python scripts/bench/summary.py                       # 20, 1,000 and 10,000 trials
    python scripts/bench/summary.py --trials 500 --json

The experiments have seven parameters of all kinds, a noisy loss with standard errors and a bound on
a second metric. One trial in twenty fails, one in thirty is preempted once. All but the last
hundred trials lie in snapshots, as compaction leaves them. No arm was made by a model, so that its
hyperparameters have to be fitted for the page as well: the worst case.

Each summary is a fresh process, the same as a user's; the seconds are those of the whole of it. Run
it twice: the first time, programs are compiled that are then kept on disk.
"""

import json
import math
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from armwright import ax
from armwright.persistence import StoredExperiment
from armwright.store.fact import Fact, encode
from armwright.store.fold import fold_trial
from armwright.store.layout import arm_path, claim_path, end_path, parse_name, s1_path
from armwright.store.snapshot import snapshot_body

SEGMENT = 100
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
WORKERS = 16


@click.command()
@click.option(
    "--trials", "counts", multiple=True, type=click.IntRange(1), default=(20, 1000, 10000)
)
@click.option("--json", "as_json", is_flag=True, help="JSON lines instead of a table.")
@click.option("--at", type=click.Path(path_type=Path), help="A folder to work in; made and kept.")
def main(counts: tuple[int, ...], *, as_json: bool, at: Path | None) -> None:
    """Measure `armwright summary`."""
    folder = at or Path(tempfile.mkdtemp(prefix="armwright-summary-"))
    rows = []
    try:
        for count in counts:
            url = folder / str(count)
            if not url.exists():
                make(url, count)
            rows.append(measured(url, folder / f"{count}.html", count))
            if as_json:
                print(json.dumps(rows[-1]))
    finally:
        if at is None:
            shutil.rmtree(folder)
    if not as_json:
        table = Table()
        for name in rows[0]:
            table.add_column(name, justify="right")
        for row in rows:
            table.add_row(*map(str, row.values()))
        Console().print(table)


def measured(url: Path, page: Path, count: int) -> dict[str, Any]:
    """One summary, in a process of its own."""
    words = ["summary", str(url), "-o", str(page)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    watched = [sys.executable, "-c", WATCHED, *words]
    done = subprocess.run(watched, capture_output=True, text=True, check=True)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "trials": count,
        "seconds": round(wall, 1),
        "cpu_s": round(cpu, 1),
        "peak_mb": round(int(done.stderr.split()[-1]) / 1000),
        "page_mb": round(page.stat().st_size / 1e6, 2),
    }


WATCHED = """
import sys
from armwright.cli import main
try:
    main(sys.argv[1:])
finally:
    peak = open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]
    print(peak, file=sys.stderr)
"""


def make(url: Path, trials: int) -> None:
    """An experiment with results; all but the last hundred trials are in snapshots."""
    chance = random.Random(0)  # noqa: S311 not for secrets
    stored = StoredExperiment.create(url, definition(), budget=trials + 10, seed=1)
    folder, snap = stored._folder, url / "snap"
    segments = max(trials - 1, 0) // SEGMENT
    snap.mkdir()
    for segment in range(segments):
        numbers = range(segment * SEGMENT, (segment + 1) * SEGMENT)
        sealed = []
        for number in numbers:
            facts = {fact.name.path: fact for fact in facts_of(number, chance)}
            sealed.append((fold_trial(number, facts.values()), facts))
        body, _ = snapshot_body(sealed)
        (url / s1_path(segment)).write_bytes(body)
    folder.refresh()
    for number in range(segments * SEGMENT, trials):
        for fact in facts_of(number, chance):
            path = url / fact.name.path
            path.parent.mkdir(parents=True, exist_ok=True)
            body = encode(
                fact.name,
                fact.document,
                token=fact.token,
                writer=fact.writer,
                at=fact.at,
                more=fact.more,
            )
            path.write_bytes(body)


def definition() -> ax.Experiment:
    """A training that is tuned."""
    parameters: list[ax.Parameter] = [
        ax.RangeParameter("lr", ax.ParameterType.FLOAT, 1e-5, 1e-1, log_scale=True),
        ax.RangeParameter("layers", ax.ParameterType.INT, 1, 8),
        ax.ChoiceParameter("optimizer", ax.ParameterType.STRING, ["adam", "sgd", "lion"]),
    ]
    parameters += [ax.RangeParameter(f"x{i}", ax.ParameterType.FLOAT, 0.0, 1.0) for i in range(4)]
    bound = ax.OutcomeConstraint(ax.Metric("size"), ax.ComparisonOp.LEQ, 14.0, relative=False)
    objective = ax.Objective(ax.Metric("loss", lower_is_better=True), minimize=True)
    return ax.Experiment(
        name="training",
        search_space=ax.SearchSpace(parameters),
        optimization_config=ax.OptimizationConfig(objective, [bound]),
    )


def facts_of(number: int, chance: random.Random) -> list[Fact]:
    """All facts of a trial: its arm, its end, and in between what a preemption leaves."""
    parameters: dict[str, Any] = {
        "lr": 10 ** chance.uniform(-5, -1),
        "layers": chance.randint(1, 8),
        "optimizer": chance.choice(["adam", "sgd", "lion"]),
        **{f"x{i}": chance.random() for i in range(4)},
    }
    began = BEGAN + timedelta(seconds=40 * (number // WORKERS))
    ended = began + timedelta(seconds=chance.uniform(20, 39))
    trial = {
        "__type": "Trial",
        "trial_type": None,
        "time_created": local(began),
        "num_arms_created": 1,
        "generation_step_index": None,
        "generator_run": run_of(number, began),
    }
    claim = {
        "status": {"__type": "TrialStatus", "name": "RUNNING"},
        "time_run_started": local(began),
    }
    arms = [{"name": f"{number}_0", "parameters": parameters}]
    made = {"config": 1, "arms": arms, "trial": trial}
    found = [fact(arm_path(number), began, number, chance, made, claim=claim)]
    attempt = 1
    if number % 30 == 7:
        lost = {"state": "preempted", "reason": "scheduler", "time_completed": local(ended)}
        found.append(fact(end_path(number, 1), ended, number, chance, lost, counted=[]))
        began, ended = ended, ended + timedelta(seconds=10)
        claimed = {"time_run_started": local(began)}
        found.append(fact(claim_path(number, 2), began, number, chance, claimed))
        attempt = 2
    end = end_of(number, parameters, ended, chance)
    found.append(fact(end_path(number, attempt), ended, number, chance, end, counted=[]))
    return found


def fact(
    path: str,
    at: datetime,
    number: int,
    chance: random.Random,
    document: dict[str, Any],
    **more: Any,
) -> Fact:
    """A fact, as one of the workers writes it."""
    worker = number % WORKERS
    name = parse_name(path)
    assert name is not None  # noqa: S101
    return Fact(
        name=name,
        token=f"{chance.getrandbits(128):032x}",
        writer={"id": f"{worker:032x}", "host": f"gpu{worker}", "pid": 4000 + worker},
        at=f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z",
        document=document,
        more=more,
    )


def run_of(number: int, made: datetime) -> dict[str, Any]:
    """Which generator made the arm."""
    return {
        "__type": "GeneratorRun",
        "arms": [0],
        "weights": [1.0],
        "model_key": "Sobol",
        "model_kwargs": {"deduplicate": True, "seed": 1, "init_position": number},
        "bridge_kwargs": {},
        "gen_metadata": {"seed": 1, "init_position": number, "next_position": number + 1},
        "generation_step_index": 0,
        "time_created": local(made),
        "index": 0,
    }


def end_of(
    number: int, parameters: dict[str, Any], ended: datetime, chance: random.Random
) -> dict[str, Any]:
    """How the trial ends."""
    document: dict[str, Any] = {"time_completed": local(ended)}
    if number % 20 == 3:
        return {**document, "state": "failed", "reason": "oom" if number % 40 == 3 else "nan"}
    loss = 0.2 * (math.log10(parameters["lr"]) + 3) ** 2 + 0.02 * (parameters["layers"] - 5) ** 2
    loss += {"adam": 0.0, "sgd": 0.3, "lion": 0.15}[parameters["optimizer"]]
    loss += sum(0.2 * (i + 1) * (parameters[f"x{i}"] - 0.4) ** 2 for i in range(4))
    values = {
        "loss": (loss + chance.gauss(0, 0.03), 0.03),
        "size": (1.5 * parameters["layers"] + 5 * parameters["x0"], None),
    }
    rows = [
        {
            "arm_name": f"{number}_0",
            "metric_name": name,
            "mean": mean,
            "sem": sem,
            "trial_index": number,
        }
        for name, (mean, sem) in values.items()
    ]
    data = [{"timestamp": int(ended.timestamp() * 1000), "rows": rows}]
    return {**document, "state": "completed", "data": data}


def local(moment: datetime) -> dict[str, str]:
    """A time as armwright's documents have it."""
    text = moment.replace(tzinfo=None).isoformat(" ", "microseconds")
    return {"__type": "datetime", "value": text}


if __name__ == "__main__":
    main()
