"""Simple regret after a fixed number of trials: problems x seeds x optimizer.

    python scripts/bench/regret.py --problem hartmann6 --problem branin --seeds 20
    python scripts/bench/regret.py --problem issue --peers ax,optuna-gp --peer-seeds 5
    python scripts/bench/regret.py --problem tuning --seeds 8    # small tuning jobs of scikit-learn
    python scripts/bench/regret.py --problem hartmann6 --batch 8 --trials 64
    python scripts/bench/regret.py --problem hartmann6 --pending 7 --trials 64    # eight workers
    python scripts/bench/regret.py --problem moved --seeds 8     # optima that each seed moves
    python scripts/bench/regret.py --problem noisy --seeds 8     # values heard with noise
    python scripts/bench/regret.py --problem noisy-hartmann6 --draws 8    # of hyperparameters
    python scripts/bench/regret.py --problem levy8 --output-warp likeliest

Each run starts with a Sobol point per column, 5 to 16 of them or whole batches, and then asks for
one arm, or one batch, at a time. With --pending it asks for one arm while so many others await
their results, which come in the order in which the arms were made; space-filling arms are then made
until there are as many and half as many results, as `default_generation_strategy` has it.
Prints quartiles over seeds, or with --json one line per run. README.md beside this file has
results.
"""

import json
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from typing import Literal

import click
import numpy as np
from classic_problems import CLASSICS
from moved_problems import MOVED, moved
from noisy_problems import NOISY, noisy
from peer_runs import PEERS, peer_run
from peers import peer_python
from problems import BENCHMARKS, ISSUE, Benchmark
from rich.console import Console
from rich.table import Table
from tuning_problems import TUNING
from wide_problems import WIDE

from armwright.optimizer import Measurements, Policy, Settings, initial_points, sobol, to_model

__all__ = ["OPTIMIZERS", "Run", "main"]

OPTIMIZERS = ("armwright", "sobol")
PROBLEMS = BENCHMARKS | CLASSICS | TUNING | WIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of one optimizer on one problem.

    Attributes:
        problem: Name of the problem.
        optimizer: Name of the optimizer.
        seed: Seed of the run.
        trials: Evaluations.
        regret: Best value found, less the known minimum; of two objectives the area not dominated.
            Infinite where nothing kept the constraints; null in JSON.
        cpu_s: CPU seconds of this process per model-based arm, compiling included.
        notes: Fallbacks the optimizer reported.
    """

    problem: str
    optimizer: str
    seed: int
    trials: int
    regret: float
    cpu_s: float
    notes: tuple[str, ...]


def run(
    problem: str,
    optimizer: str,
    seed: int,
    trials: int | None,
    batch: int | None,
    pending: int,
    policy: Policy,
    begin_with: str = "middle",
    settings: Settings | None = None,
) -> Run:
    """Runs one optimizer on one problem from one seed, so many arms at a time."""
    benchmark = _benchmark(problem, seed)
    budget = trials or benchmark.trials
    batch = batch or benchmark.batch
    if optimizer in PEERS:
        _, y, seconds, why = peer_run(benchmark, optimizer, seed, budget, batch)
        ended = (
            f"{optimizer} ended after {len(y)} of {budget} arms of {problem}, seed {seed}: {why}"
        )
        return Run(
            problem=problem,
            optimizer=optimizer,
            seed=seed,
            trials=budget,
            regret=benchmark.regret(y),
            cpu_s=seconds,
            notes=(ended,) if why else (),
        )
    least = initial_points(len(benchmark.problem.columns))
    begin = min(budget, -(-least // batch) * batch)
    if pending:
        begin = min(budget, max(least, pending + -(-least // 2)))
    first = budget if optimizer == "sobol" else begin
    middle_first = optimizer == "armwright" and begin_with == "middle"
    draw = sobol(benchmark.problem, seed=seed, start=0, count=first, middle_first=middle_first)
    values = draw.values
    y = np.array([benchmark.outcomes(row) for row in values])
    notes: set[str] = set()
    seconds = 0.0
    if optimizer == "armwright":
        y, seconds, notes = _model_based(
            benchmark, values, y, budget, seed, batch, pending, policy, settings
        )
    return Run(
        problem=problem,
        optimizer=optimizer,
        seed=seed,
        trials=budget,
        regret=benchmark.regret(y),
        cpu_s=seconds / max(budget - begin, 1),
        notes=tuple(sorted(notes)),
    )


def _benchmark(problem: str, seed: int) -> Benchmark:
    """A problem by its name, as a seed has it."""
    if problem in NOISY:
        return noisy(problem, seed)
    return moved(problem, seed) if problem in MOVED else PROBLEMS[problem]


def _model_based(
    benchmark: Benchmark,
    values: np.ndarray,
    y: np.ndarray,
    budget: int,
    seed: int,
    batch: int,
    pending: int,
    policy: Policy | None = None,
    settings: Settings | None = None,
) -> tuple[np.ndarray, float, set[str]]:
    """Outcomes, CPU seconds of all arms without their evaluations, and notes.

    Of the last `pending` arms nobody has told a result when the next one is asked for.
    """
    from armwright.optimizer import suggest

    warm, notes, seconds = None, set(), 0.0
    while len(y) < budget:
        told = len(y) - pending
        x, heard = to_model(benchmark.problem, values), benchmark.heard(y, seed)
        started = time.process_time()
        proposal = suggest(
            benchmark.problem,
            Measurements(x=x[:told], y=heard[:told]),
            goal=benchmark.goal,
            pending=x[told:],
            warm=warm,
            seed=1000 * seed + len(y),
            count=min(batch, budget - len(y)),
            remaining=budget - len(y),
            policy=policy,
            settings=settings,
        )
        seconds += time.process_time() - started
        warm = proposal.fits
        notes.update(proposal.notes)
        if proposal.exhausted:
            break
        values = np.concatenate([values, proposal.values])
        y = np.vstack([y, *([benchmark.outcomes(row)] for row in proposal.values)])
    return y, seconds, notes


def _named(problems: tuple[str, ...]) -> tuple[str, ...]:
    """Names of problems; of no names those that need nothing but NumPy."""
    if not problems:
        return tuple(BENCHMARKS | CLASSICS)
    families = {"issue": ISSUE, "tuning": tuple(TUNING), "moved": tuple(MOVED), "noisy": NOISY}
    each = (families.get(name, (name,)) for name in problems)
    return tuple(name for names in each for name in names)


def table(runs: list[Run]) -> Table:
    """Quartiles of the regret, per problem and optimizer."""
    result = Table(title="Simple regret")
    for name in ("problem", "trials", "optimizer", "seeds", "25 %", "median", "75 %", "worst"):
        result.add_column(name, justify="left" if name in ("problem", "optimizer") else "right")
    result.add_column("CPU ms/arm", justify="right")
    for key in dict.fromkeys((r.problem, r.optimizer) for r in runs):
        same = [r for r in runs if (r.problem, r.optimizer) == key]
        regrets = [r.regret for r in same]
        method = "linear" if np.isfinite(regrets).all() else "inverted_cdf"  # no inf - inf
        quartiles = np.quantile(regrets, [0.25, 0.5, 0.75, 1.0], method=method)
        result.add_row(
            key[0],
            str(same[0].trials),
            key[1],
            str(len(same)),
            *(f"{value:.2g}" for value in quartiles),
            f"{1e3 * np.median([r.cpu_s for r in same]):.0f}" if key[1] != "sobol" else "-",
        )
    return result


@click.command()
@click.option(
    "--problem",
    "problems",
    multiple=True,
    type=click.Choice(["issue", "tuning", "moved", "noisy", *PROBLEMS, *MOVED, *NOISY]),
    help="Problem to run, or a family of them; repeat; leave out for BENCHMARKS and classics.",
)
@click.option(
    "--optimizer",
    "optimizers",
    multiple=True,
    type=click.Choice(OPTIMIZERS),
    help="Optimizer to run; repeat for several, leave out for all.",
)
@click.option("--peers", default="", help=f"Others beside them, with commas: {', '.join(PEERS)}.")
@click.option("--peer-seeds", type=int, help="Seeds for peers, which are slow; SEEDS if left out.")
@click.option("--seeds", default=20, show_default=True, help="Seeds 0 .. SEEDS - 1.")
@click.option("--trials", type=int, help="Evaluations per run; each problem's own if left out.")
@click.option(
    "--batch",
    type=click.IntRange(min=1),
    help="Arms asked for at a time; each problem's own if left out.",
)
@click.option(
    "--pending",
    default=0,
    type=click.IntRange(min=0),
    show_default=True,
    help="Arms that await their results whenever one is asked for.",
)
@click.option(
    "--draws",
    default=0,
    type=click.IntRange(min=0),
    show_default=True,
    help="Draws of the hyperparameters that ours averages over.",
)
@click.option(
    "--output-warp",
    type=click.Choice(["turns", "likeliest", "none"]),
    default="turns",
    show_default=True,
    help="The scale that ours models objectives on.",
)
@click.option("--input-warp", is_flag=True, help="Let ours warp ranges.")
@click.option("--processes", default=2, show_default=True, help="Runs at a time.")
@click.option(
    "--begin",
    "begin_with",
    default="middle",
    type=click.Choice(["middle", "sobol"]),
    show_default=True,
    help="Our first point: the middle, or the first of Sobol's.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON line per run on stdout.")
def main(
    problems: tuple[str, ...],
    optimizers: tuple[str, ...],
    *,
    peers: str,
    peer_seeds: int | None,
    seeds: int,
    trials: int | None,
    batch: int | None,
    pending: int,
    draws: int,
    output_warp: Literal["turns", "likeliest", "none"],
    input_warp: bool,
    processes: int,
    begin_with: str,
    as_json: bool,
) -> None:
    """Measure simple regret over problems, seeds and optimizers."""
    others = [name for name in peers.split(",") if name]
    if pending and ((batch or 1) > 1 or others):
        raise click.BadParameter("--pending goes with one arm at a time, and without --peers")
    if unknown := set(others) - set(PEERS):
        raise click.BadParameter(f"{', '.join(unknown)}; there are {', '.join(PEERS)}")
    for name in others:
        peer_python(*PEERS[name][0])  # once, before several processes want it
    how = Policy(draws=draws), begin_with
    settings = Settings(output_warp=output_warp, input_warp=input_warp)
    jobs = [
        (problem, optimizer, seed, trials, batch, pending, *how, settings)
        for problem in _named(problems)
        for optimizer in (*(optimizers or OPTIMIZERS), *others)
        for seed in range(seeds if optimizer in OPTIMIZERS else (peer_seeds or seeds))
    ]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(run, *job) for job in jobs]
        runs = []
        for future in futures:
            runs.append(future.result())
            if as_json:
                line = asdict(runs[-1])
                line["regret"] = line["regret"] if np.isfinite(line["regret"]) else None
                click.echo(json.dumps(line, allow_nan=False))
    if not as_json:
        Console().print(table(runs))
        for note in sorted({note for r in runs for note in r.notes}):
            click.echo(f"note: {note}")


if __name__ == "__main__":
    main()
