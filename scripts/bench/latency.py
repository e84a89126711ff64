"""Seconds to an arm: a cold process, and a warm one.

    python scripts/bench/latency.py

Cold: a new Python process from its start to its first model-based arm (n = 30, d = 6), with nothing
cached and with the compiled program on disk; the same for a Sobol arm. Warm: one more arm in a
process that has its program, from new observations, with the last fit's hyperparameters and from
scratch. Wall and CPU seconds are both shown; on a busy machine compare the CPU seconds.
README.md beside this file has results.
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


def first_arm(count: int) -> None:
    """What a cold process does: one arm from so many observations, Sobol where there are none."""
    problem = BENCHMARKS[_PROBLEM].problem
    if count == 0:
        sobol(problem, seed=0, start=0, count=1)
        return
    from armwright.optimizer import suggest

    suggest(problem, observations(count), seed=1)


def cold(count: int, cache: str) -> Callable[[], None]:
    """A new process that makes one arm and ends."""
    command = [sys.executable, __file__, "--first-arm", str(count)]
    environment = os.environ | {"ARMWRIGHT_CACHE": cache}

    def measured() -> None:
        subprocess.run(command, check=True, env=environment)

    return measured


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


def timing(case: str, action: Callable[[], None], repeats: int) -> Timing:
    """Repeats an action and takes medians."""
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), _cpu_seconds()
        action()
        walls.append(time.perf_counter() - wall)
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
@click.option("--size", "sizes", multiple=True, type=int, default=(30, 200), show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON line per case on stdout.")
@click.option("--first-arm", "only", type=int, hidden=True, help="Make one arm and end.")
def main(
    *, repeats: int, warm_repeats: int, sizes: tuple[int, ...], as_json: bool, only: int | None
) -> None:
    """Measure the seconds to an arm, cold and warm."""
    if only is not None:
        first_arm(only)
        return
    timings = [timing("cold process, Sobol arm", cold(0, "off"), repeats)]
    timings.append(timing("cold process, n = 30, nothing cached", cold(30, "off"), repeats))
    with tempfile.TemporaryDirectory() as folder:
        cache = str(Path(folder) / "cache")
        cold(30, cache)()
        timings.append(timing("cold process, n = 30, program on disk", cold(30, cache), repeats))
    for size in sizes:
        for refit, what in ((False, "from the last fit"), (True, "fit from scratch")):
            case = f"warm process, n = {size}, {what}"
            timings.append(timing(case, warm(size, refit=refit), warm_repeats))
    if as_json:
        for t in timings:
            click.echo(json.dumps(asdict(t), allow_nan=False))
        return
    Console().print(table(timings))


if __name__ == "__main__":
    main()
