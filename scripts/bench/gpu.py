"""Seconds to fit, to condition and to score a million candidates, on a GPU and on the CPU.

    python scripts/bench/gpu.py                                   # where JAX has a GPU
    python scripts/bench/gpu.py --device cpu --rows 500 --candidates 20000

For each number of observations: one evaluation of the posterior density with its gradient (what a
fit repeats 5 to 60 times), conditioning, and mean and standard deviation of the candidates. With a
GPU the same is computed by the CPU for a part of the candidates, and the largest difference shown.
The fraction of the peak is of the floating-point operations that the factorisations and products
need (10/3 n^3 for an evaluation, 4/3 n^3 to condition, 2 n^2 per candidate), in float64.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import click
import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from rich.console import Console
from rich.table import Table

from armwright.optimizer.likelihood import Rows, negative_log_posterior
from armwright.optimizer.posterior import Posterior, condition, marginals
from armwright.optimizer.precision import double_precision
from armwright.optimizer.threads import one_blas_thread

__all__ = ["Measured", "main"]

_COLUMNS = 6
_CHECKED = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One task on one device.

    Attributes:
        device: Its kind.
        rows: Observations.
        task: What was done.
        seconds: Median, compiling left out.
        teraflops: Operations needed, per second and 1e12.
        share: Of the device's peak; None where that was not given.
        difference: Largest from the CPU's results, relative; None where nothing was compared.
    """

    device: str
    rows: int
    task: str
    seconds: float
    teraflops: float
    share: float | None
    difference: float | None


def observations(count: int) -> tuple[Rows, np.ndarray]:
    """Observations of a smooth function, and hyperparameters that suit it."""
    rng = np.random.default_rng(0)
    x = rng.random((count, _COLUMNS))
    y = np.sin(5 * x).sum(axis=1)
    rows = Rows(
        features=x,
        y=(y - y.mean()) / y.std(),
        noise=np.full(count, np.nan),
        observed=np.ones(count, bool),
        pending=np.zeros(count, bool),
        membership=np.eye(_COLUMNS),
        jitter=np.float64(0.0),
    )
    return rows, np.log(np.array([0.5] * _COLUMNS + [2.0, 1e-4]))


def scored(posterior: Posterior, candidates: jax.Array, *, chunk: int) -> tuple[Any, Any]:
    """Mean and standard deviation of many candidates, a chunk in memory at a time."""
    parts = candidates.reshape(-1, chunk, candidates.shape[1])
    mean, sd = lax.map(partial(marginals, posterior), parts)
    return mean.reshape(-1), sd.reshape(-1)


def seconds(action: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Median seconds of an action that JAX computes, and its result."""
    result = jax.block_until_ready(action())
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        result = jax.block_until_ready(action())
        times.append(time.perf_counter() - begun)
    return float(np.median(times)), result


def difference(found: Any, expected: Any) -> float:
    """Largest difference, relative to the largest expected value."""
    found, expected = np.asarray(found), np.asarray(expected)
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def on_device(
    device: jax.Device, count: int, candidates: int, chunk: int, repeats: int
) -> dict[str, tuple[float, float, Any]]:
    """Seconds, operations and result of each task."""
    rows, log_hyperparameters = observations(count)
    points = np.random.default_rng(1).random((-(-candidates // chunk) * chunk, _COLUMNS))
    with jax.default_device(device):
        rows, theta, points = jax.device_put((rows, log_hyperparameters, points), device)
        evaluate = jax.jit(jax.value_and_grad(negative_log_posterior))
        one, energy = seconds(lambda: evaluate(theta, rows), repeats)
        draws = jnp.zeros((count, 1))
        learn = jax.jit(condition)
        two, posterior = seconds(lambda: learn(theta, rows, draws), repeats)
        score = jax.jit(partial(scored, chunk=chunk))
        three, results = seconds(lambda: score(posterior, points), repeats)
    cubes = float(count) ** 3
    return {
        "one evaluation of a fit": (
            one,
            10 / 3 * cubes,
            jnp.concatenate([energy[0][None], energy[1]]),
        ),
        "condition": (two, 4 / 3 * cubes, posterior.means),
        f"score {len(points):,} candidates": (
            three,
            2.0 * count**2 * len(points),
            jnp.stack(results)[:, :_CHECKED],
        ),
    }


def table(measured: list[Measured]) -> Table:
    """All of it."""
    result = Table(title="Seconds on devices")
    for name in ("device", "rows", "task"):
        result.add_column(name)
    for name in ("s", "TFLOP/s", "of the peak", "differs by"):
        result.add_column(name, justify="right")
    for m in measured:
        share = "" if m.share is None else f"{m.share:.0%}"
        apart = "" if m.difference is None else f"{m.difference:.1e}"
        numbers = (f"{m.seconds:.4g}", f"{m.teraflops:.3g}", share, apart)
        result.add_row(m.device, f"{m.rows:,}", m.task, *numbers)
    return result


@click.command()
@click.option("--device", default="gpu", type=click.Choice(["gpu", "cpu"]), show_default=True)
@click.option(
    "--rows", "sizes", multiple=True, type=int, default=(1000, 5000, 10000), show_default=True
)
@click.option("--candidates", default=1_000_000, show_default=True)
@click.option("--chunk", default=8192, show_default=True, help="Candidates in memory at a time.")
@click.option("--repeats", default=3, show_default=True)
@click.option("--peak", type=float, help="The device's peak in float64, TFLOP/s (H200: 67).")
@click.option("--json", "as_json", is_flag=True, help="One JSON line per measurement on stdout.")
def main(
    *,
    device: str,
    sizes: tuple[int, ...],
    candidates: int,
    chunk: int,
    repeats: int,
    peak: float | None,
    as_json: bool,
) -> None:
    """Measure what a GPU gains, and check its results against the CPU's."""
    try:
        chosen = jax.local_devices(backend=device)[0]
    except RuntimeError:
        platforms = ", ".join(sorted({one.platform for one in jax.local_devices()}))
        raise click.ClickException(
            f"JAX finds no {device} here, only {platforms}: install jax[cuda12] where there is "
            "one, or measure with --device cpu"
        ) from None
    measured = []
    jax.block_until_ready(jnp.linalg.cholesky(jnp.eye(2)))  # loads the BLAS that is limited below
    with double_precision(), one_blas_thread():
        for count in sizes:
            found = on_device(chosen, count, candidates, min(chunk, candidates), repeats)
            expected = {}
            if device != "cpu":
                processor = jax.local_devices(backend="cpu")[0]
                part = min(candidates, _CHECKED)
                expected = on_device(processor, count, part, part, 1)
            pairs = zip(found.items(), expected.values() or [None] * len(found), strict=True)
            for (task, (spent, operations, result)), other in pairs:
                rate = operations / spent / 1e12
                measured.append(
                    Measured(
                        device=chosen.device_kind,
                        rows=count,
                        task=task,
                        seconds=spent,
                        teraflops=rate,
                        share=None if peak is None else rate / peak,
                        difference=None if other is None else difference(result, other[2]),
                    )
                )
                if other is not None:
                    measured.append(
                        Measured(
                            device="cpu",
                            rows=count,
                            task=task if "score" not in task else f"score {part:,} candidates",
                            seconds=other[0],
                            teraflops=other[1] / other[0] / 1e12,
                            share=None,
                            difference=None,
                        )
                    )
    if as_json:
        for one in measured:
            click.echo(json.dumps(asdict(one), allow_nan=False))
        return
    Console().print(table(measured))


if __name__ == "__main__":
    main()
