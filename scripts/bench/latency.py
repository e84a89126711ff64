"""Seconds to an arm: a cold process, and a warm one.

    python scripts/bench/latency.py

Cold: a new Python process from its start to its first model-based arm (n = 30, d = 6), with nothing
cached and with the compiled programs on disk; the same for a Sobol arm; and the whole command
`armwright ask`, its end included, on an experiment of 30 trials. Warm: one more arm in a process
that has its programs, from new observations, with the last fit's hyperparameters and from scratch.
Wall and CPU seconds are both shown, the latter of whole processes; on a busy machine compare these,
and the best wall seconds. README.md beside this file has results.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import numpy as np
from problems import BENCHMARKS
from rich.console import Console
from rich.table import Table

from armwright.optimizer import Observations, sobol, to_model

__all__ = ["Timing", "main"]

_PROBLEM = "hartmann6"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Repeated measurements of one case.

    Attributes:
        case: What was measured.
        repeats: How often.
        wall_s: Median wall seconds.
        best_s: Smallest wall seconds.
        cpu_s: Median CPU seconds, all threads and children.
    """

    case: str
    repeats: int
    wall_s: float
    best_s: float
    cpu_s: float


def observations(count: int) -> Observations:
    """The problem's values at its first Sobol points."""
    benchmark = BENCHMARKS[_PROBLEM]
    values = sobol(benchmark.problem, seed=0, start=0, count=count).values
    return Observations(
        x=to_model(benchmark.problem, values),
        y=np.array([benchmark.value(row) for row in values]),
    )


# What a cold process does, with nothing imported but what that takes: Sobol where count is 0.
FIRST_ARM = """
import sys
import numpy as np
from armwright.optimizer import Column, Observations, Problem, sobol
problem, count = Problem(columns=(Column(),) * 6), int(sys.argv[1])
x = sobol(problem, seed=0, start=0, count=count or 1).values
if count:
    from armwright.optimizer import suggest
    x = suggest(problem, Observations(x=x, y=np.sin(5 * x).sum(axis=1)), seed=1).values
print(x.tolist(), flush=True)
"""

DEFINITION = {
    "objective": {"metric": "loss"},
    "seed": 0,
    "parameters": [
        {"name": f"x{i}", "type": "range", "bounds": [0.0, 1.0], "value_type": "float"}
        for i in range(6)
    ],
}


def cold(count: int, cache: str) -> Callable[[], float]:
    """A new process that makes one arm and ends; gives the moment at which the arm was there."""
    command = [sys.executable, "-c", FIRST_ARM, str(count)]
    environment = os.environ | {"ARMWRIGHT_CACHE": cache}

    def measured() -> float:
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
            arm = process.stdout.readline() if process.stdout else b""
            there = time.perf_counter()
        if not arm:
            raise SystemExit("error: the process ended without an arm")
        return there

    return measured


def asking(folder: Path, cache: str) -> Callable[[], None]:
    """`armwright ask` on an experiment of 30 completed trials; each call adds a running one."""
    url, environment = str(folder / "experiment"), os.environ | {"ARMWRIGHT_CACHE": cache}
    armwright = [sys.executable, "-m", "armwright.cli"]

    def call(*words: str, text: str | None = None) -> None:
        subprocess.run(
            [*armwright, *words],
            check=True,
            env=environment,
            input=text,
            text=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    from armwright.persistence import StoredExperiment

    call("create", url, "--from", "-", text=json.dumps(DEFINITION))
    stored = StoredExperiment.open(url)
    for trial in stored.ask(30, within=0.0):  # the arms do not matter
        value = sum((v - 0.3) ** 2 for v in trial.arm.parameters.values())
        stored.tell(trial.number, {"loss": value})
    call("ask", url)
    return lambda: call("ask", url)


def warm(count: int, *, refit: bool) -> Callable[[], None]:
    """One more arm in this process, which has compiled the program already."""
    from armwright.optimizer import suggest

    problem, data = BENCHMARKS[_PROBLEM].problem, observations(count)
    fitted = suggest(problem, data, seed=0).hyperparameters
    seeds = iter(range(1, 10**6))

    def measured() -> None:
        suggest(problem, data, warm=None if refit else fitted, seed=next(seeds))

    measured()
    return measured


def timing(case: str, action: Callable[[], float | None], repeats: int) -> Timing:
    """Repeats an action and takes medians; wall seconds end where the action says, or with it."""
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), _cpu_seconds()
        there = action()
        walls.append((there or time.perf_counter()) - wall)
        cpus.append(_cpu_seconds() - cpu)
    return Timing(
        case=case,
        repeats=repeats,
        wall_s=statistics.median(walls),
        best_s=min(walls),
        cpu_s=statistics.median(cpus),
    )


def _cpu_seconds() -> float:
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def table(timings: list[Timing]) -> Table:
    """All cases, in milliseconds."""
    load = os.getloadavg()[0]
    result = Table(title=f"Milliseconds to an arm, {_PROBLEM} (load average {load:.1f})")
    result.add_column("case")
    for name in ("repeats", "median", "best", "CPU"):
        result.add_column(name, justify="right")
    for t in timings:
        numbers = (f"{1e3 * seconds:.1f}" for seconds in (t.wall_s, t.best_s, t.cpu_s))
        result.add_row(t.case, str(t.repeats), *numbers)
    return result


@click.command()
@click.option("--repeats", default=5, show_default=True, help="Cold processes per case.")
@click.option("--warm-repeats", default=20, show_default=True, help="Warm arms per case.")
@click.option(
    "--size", "sizes", multiple=True, type=int, default=(30, 200, 1000), show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="One JSON line per case on stdout.")
def main(*, repeats: int, warm_repeats: int, sizes: tuple[int, ...], as_json: bool) -> None:
    """Measure the seconds to an arm, cold and warm."""
    timings = [timing("cold process, Sobol arm", cold(0, "off"), repeats)]
    timings.append(timing("cold process, n = 30, nothing cached", cold(30, "off"), repeats))
    with tempfile.TemporaryDirectory() as folder:
        cache = str(Path(folder) / "cache")
        cold(30, cache)()
        timings.append(timing("cold process, n = 30, programs on disk", cold(30, cache), repeats))
        ask = asking(Path(folder), cache)
        timings.append(timing("armwright ask, n = 30, programs on disk", ask, repeats))
    for size in sizes:
        for refit, what in ((False, "from the last fit"), (True, "fit from scratch")):
            case = f"warm process, n = {size}, {what}"
            count = max(warm_repeats // (1 + size // 500), 3)
            timings.append(timing(case, warm(size, refit=refit), count))
    if as_json:
        for t in timings:
            click.echo(json.dumps(asdict(t), allow_nan=False))
        return
    Console().print(table(timings))


if __name__ == "__main__":
    main()
