"""CPU seconds for one more arm, beside peers in one run: n known points, then a few arms in turn.

    python scripts/bench/one_more.py --peers ax,optuna-gp

hartmann6, its first Sobol points known; each arm is told before the next is asked for. The first
arm of each is left out: it loads or compiles. One thread each. README.md beside this file has
results.
"""

import json
import os
import statistics
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import numpy as np
from peer_runs import PEERS
from peers import peer_python
from problems import BENCHMARKS
from rich.console import Console
from rich.table import Table

from armwright.optimizer import Observations, sobol, suggest

__all__ = ["Spent", "main"]

_SIDE = Path(__file__).parent / "peer_sides" / "one_more.py"
_PEERS = ("ax", "optuna-gp")
_PROBLEM = BENCHMARKS["hartmann6"]  # its columns reach from 0 to 1: raw values are model units


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one more arm took.

    Attributes:
        optimizer: Whose it is.
        known: How many points it knew at first.
        arms: How many arms were asked for after the first.
        cpu_s: Median CPU seconds of an arm.
        wall_s: Median wall seconds of an arm.
    """

    optimizer: str
    known: int
    arms: int
    cpu_s: float
    wall_s: float


def known_points(count: int) -> np.ndarray:
    """The first points, as every optimizer is told them."""
    return sobol(_PROBLEM.problem, seed=0, start=0, count=count).values


def ours(count: int, arms: int) -> Spent:
    """One more arm of ours, each from the last fit."""
    x, warm, spent = known_points(count), None, []
    y = np.array([_PROBLEM.value(row) for row in x])
    for seed in range(arms + 1):
        begun, wall = time.process_time(), time.perf_counter()
        found = suggest(_PROBLEM.problem, Observations(x=x, y=y), warm=warm, seed=seed)
        spent.append((time.process_time() - begun, time.perf_counter() - wall))
        x, warm = np.vstack([x, found.values]), found.fits
        y = np.append(y, _PROBLEM.value(found.values[0]))
    return _median("armwright", count, spent[1:])


def theirs(peer: str, count: int, arms: int) -> Spent:
    """One more arm of a peer."""
    x = known_points(count)
    task = {
        "points": x.tolist(),
        "losses": [-_PROBLEM.value(row) for row in x],
        "arms": arms + 1,
    }
    command = [str(peer_python(*PEERS[peer][0])), str(_SIDE), peer]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    spent = []
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if not (process.stdin and process.stdout):
            raise RuntimeError(f"{peer}: no pipes")
        print(json.dumps(task), file=process.stdin, flush=True)
        for _ in range(arms + 1):
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"{peer} ended after {len(spent)} arms")
            asked = json.loads(line)
            spent.append((asked["cpu_s"], asked["wall_s"]))
            print(-_PROBLEM.value(np.array(asked["point"])), file=process.stdin, flush=True)
    return _median(peer, count, spent[1:])


def _median(optimizer: str, count: int, spent: list[tuple[float, float]]) -> Spent:
    cpu, wall = (statistics.median(column) for column in zip(*spent, strict=True))
    return Spent(optimizer=optimizer, known=count, arms=len(spent), cpu_s=cpu, wall_s=wall)


def table(found: list[Spent]) -> Table:
    """All of it, with what others take as a multiple of ours."""
    load = os.getloadavg()[0]
    result = Table(title=f"One more arm, hartmann6, one thread (load average {load:.1f})")
    for name in ("known", "optimizer", "CPU ms", "wall ms", "times ours"):
        result.add_column(name, justify="left" if name == "optimizer" else "right")
    for one in found:
        mine = next(o for o in found if o.optimizer == "armwright" and o.known == one.known)
        numbers = (f"{1e3 * one.cpu_s:.1f}", f"{1e3 * one.wall_s:.1f}")
        result.add_row(str(one.known), one.optimizer, *numbers, f"{one.cpu_s / mine.cpu_s:.1f}")
    return result


@click.command()
@click.option("--peers", default="", help=f"Others beside it, with commas: {', '.join(_PEERS)}.")
@click.option("--size", "sizes", multiple=True, type=int, default=(50, 200), show_default=True)
@click.option("--arms", default=8, show_default=True, help="Arms after the first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line per optimizer and size.")
def main(*, peers: str, sizes: tuple[int, ...], arms: int, as_json: bool) -> None:
    """Measure the CPU seconds of one more arm beside others'."""
    others = [name for name in peers.split(",") if name]
    if unknown := set(others) - set(_PEERS):
        raise click.BadParameter(f"{', '.join(unknown)}; there are {', '.join(_PEERS)}")
    found = []
    for size in sizes:
        found.append(ours(size, arms))
        found += [theirs(peer, size, arms) for peer in others]
    if as_json:
        for one in found:
            click.echo(json.dumps(asdict(one), allow_nan=False))
        return
    Console().print(table(found))


if __name__ == "__main__":
    main()
