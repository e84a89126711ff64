"""Seconds until a task of a large array has its parameters, with and without a stock.

    python scripts/bench/start.py                       # 500 tasks; a minute or two
    python scripts/bench/start.py --tasks 100 --json

Five hundred tasks that start at once cannot run on one machine. So a few driver processes stand for
them: each opens the experiment once for every task of its share, all wait for each other, and then
each task takes its trial from what it saw before any of them had taken one, which is the worst that
can happen. What counts for a task is its own opening and taking; the drivers disturb each other as
nodes with one file server would. What an interpreter and its imports take is in the rows of whole
processes, whose processor time depends less on what else runs.

A worker's overhead is what a trial takes beyond its command, run as often without a worker.
"""

import gc
import importlib
import json
import multiprocessing
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

import armwright
from armwright.persistence import StoredExperiment
from armwright.persistence.stock import Stock
from armwright.store import ExperimentFolder
from armwright.working import TrialStarted, Worker, WorkerOptions

DRIVERS = 4
RESULTS = 30
PARAMETERS = 6
_PATIENCE_S = 300.0
Row = dict[str, Any]


@click.command()
@click.option("--tasks", default=500, show_default=True, type=click.IntRange(DRIVERS))
@click.option("--processes", default=10, show_default=True, help="Whole processes of each kind.")
@click.option("--trials", default=100, show_default=True, help="Trials of the worker.")
@click.option("--json", "as_json", is_flag=True, help="JSON lines instead of a table.")
@click.option("--at", type=click.Path(path_type=Path), help="Where; a new folder if left out.")
def main(tasks: int, processes: int, trials: int, *, as_json: bool, at: Path | None) -> None:
    """Measure how long tasks wait for their parameters."""
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    folder = Path(tempfile.mkdtemp(prefix="armwright-start-", dir=at))
    try:
        rows = [
            together(folder / "stock", tasks, stock=True),
            together(folder / "none", tasks, stock=False),
            whole(folder / "ask-stock", processes, results=0, stock=True),
            whole(folder / "ask-sobol", processes, results=0, stock=False),
            whole(folder / "ask-model", processes, results=RESULTS, stock=False),
            whole(folder / "ask-model-stock", processes, results=RESULTS, stock=True),
            overhead(folder / "worker", trials),
        ]
    finally:
        shutil.rmtree(folder)
    for row in rows:
        if as_json:
            print(json.dumps(row))
    if not as_json:
        show(rows)


def experiment(url: Path, *, results: int = 0, stock: int = 0) -> ExperimentFolder:
    """An experiment with some results and some trials that wait."""
    names = [f"x{at}" for at in range(PARAMETERS)]
    definition = {
        "objective": {"metric": "loss", "minimize": True},
        "parameters": [{"name": n, "type": "range", "bounds": [0.0, 1.0]} for n in names],
    }
    stored = armwright.create(url, definition, seed=1)
    for trial in stored.ask(results) if results else ():
        values = [float(value) for value in trial.arm.parameters.values()]  # type: ignore[arg-type]
        stored.tell(trial.number, {"loss": sum((value - 0.3) ** 2 for value in values)})
    folder = ExperimentFolder.open(url)
    if stock:
        Stock(folder, target=stock).fill()
    return folder


def together(url: Path, tasks: int, *, stock: bool) -> Row:
    """Tasks that all look at the same moment, and then take or make their trials."""
    began = time.perf_counter()
    experiment(url, stock=tasks if stock else 0)
    making = time.perf_counter() - began
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(DRIVERS), context.Queue()
    shares = [tasks // DRIVERS + (at < tasks % DRIVERS) for at in range(DRIVERS)]
    drivers = [
        context.Process(target=drive, args=(str(url), share, barrier, answers)) for share in shares
    ]
    for driver in drivers:
        driver.start()
    found = [answer for _ in drivers for answer in answers.get(timeout=_PATIENCE_S)]
    for driver in drivers:
        driver.join()
    arms = {json.dumps(arm, sort_keys=True) for _, arm, _ in found}
    name = f"{tasks} tasks at once, " + ("a full stock" if stock else "no stock")
    if not len(arms) == len({number for _, _, number in found}) == tasks:
        raise click.ClickException(f"{name}: got {len(arms)} different arms")
    return {**summary(name, [seconds for seconds, _, _ in found]), "stock_s": making}


def drive(url: str, tasks: int, barrier: Any, answers: Any) -> None:
    """Stands for some of the tasks; what Python loads once does not count."""
    importlib.import_module("armwright.generation")

    StoredExperiment.open(url)
    gc.disable()  # no task has a hundred experiments in memory
    looked = []
    for _ in range(tasks):
        began = time.perf_counter()
        stored = StoredExperiment.open(url)
        looked.append((time.perf_counter() - began, stored))
    barrier.wait()
    found = []
    for opening, stored in looked:
        began = time.perf_counter()
        (trial,) = _from_what_it_saw(stored)
        seconds = opening + time.perf_counter() - began
        found.append((seconds, trial.arm.parameters, trial.number))
    answers.put(found)


def _from_what_it_saw(stored: StoredExperiment) -> Any:
    """Asks without the look that comes first, as if all tasks had looked at the same moment."""
    folder = stored.asker._folder
    refresh = folder.refresh

    def once() -> Any:
        folder.refresh = refresh  # type: ignore[method-assign]
        return folder.state

    folder.refresh = once  # type: ignore[method-assign]
    return stored.asker.ask(1, None)


def whole(url: Path, processes: int, *, results: int, stock: bool) -> Row:
    """`armwright ask` from the start of its interpreter to its end, one after the other."""
    experiment(url, results=results, stock=processes if stock else 0)
    seconds, cpu = [], _cpu_of_children()
    for _ in range(processes):
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "armwright.cli", "ask", str(url)],
            check=True,
            capture_output=True,
        )
        seconds.append(time.perf_counter() - began)
    kind = "a full stock" if stock else f"no stock, {results} results" if results else "no stock"
    row = summary(f"armwright ask, whole process, {kind}", seconds)
    return {**row, "cpu_ms": (_cpu_of_children() - cpu) / processes * 1000}


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def overhead(url: Path, trials: int) -> Row:
    """What a trial of a worker takes beyond its command."""
    experiment(url, stock=trials)
    words = ["sh", "-c", "echo 0.5"]
    waits: list[float] = []

    def note(event: object) -> None:
        if isinstance(event, TrialStarted):
            waits.append(event.wait_s)

    options = WorkerOptions(count=trials, tops_up=False)
    worker = Worker(url, words, options=options, report=note)
    began = time.perf_counter()
    worker.run()
    total = time.perf_counter() - began
    began = time.perf_counter()
    for _ in range(trials):
        subprocess.run(words, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    alone = time.perf_counter() - began
    row = summary("worker, a full stock: to the command's start", waits)
    return {**row, "overhead_ms": (total - alone) / trials * 1000}


def summary(name: str, seconds: list[float]) -> Row:
    """Of some times."""
    return {
        "what": name,
        "count": len(seconds),
        "median_ms": statistics.median(seconds) * 1000,
        "worst_ms": max(seconds) * 1000,
    }


def show(rows: list[Row]) -> None:
    """Prints a table."""
    table = Table("what", "count", "median ms", "worst ms", "besides")
    for row in rows:
        besides = ""
        if "stock_s" in row:
            besides = f"{row['stock_s']:.1f} s to make the experiment and its stock"
        if "cpu_ms" in row:
            besides = f"{row['cpu_ms']:.0f} ms of processor time"
        if "overhead_ms" in row:
            besides = f"{row['overhead_ms']:.1f} ms a trial beyond its command"
        numbers = (f"{row[key]:.1f}" for key in ("median_ms", "worst_ms"))
        table.add_row(row["what"], str(row["count"]), *numbers, besides)
    Console().print(table)


if __name__ == "__main__":
    main()
