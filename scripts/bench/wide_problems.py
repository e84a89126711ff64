"""Problems of many columns, few of which matter: a small test function embedded in a large box."""

from collections.abc import Callable, Sequence

import numpy as np
from problems import BENCHMARKS, Benchmark, box

from armwright.optimizer import Column, Problem

__all__ = ["WIDE"]

Row = np.ndarray


def _embedded(name: str, inner: str, columns: int, trials: int) -> Benchmark:
    """A problem whose function sees some of its columns alone, spread evenly over them."""
    small = BENCHMARKS[inner]
    width = len(small.problem.columns)
    seen = np.linspace(0, columns - 1, width + 2).round().astype(int)[1:-1]
    outer = [Column()] * columns
    for place, column in zip(seen, small.problem.columns, strict=True):
        outer[place] = column
    return Benchmark(
        name=name,
        problem=Problem(columns=tuple(outer)),
        objective=_restricted(small.objective, seen.tolist()),
        minimum=small.minimum,
        trials=trials,
    )


def _restricted(function: Callable[[Row], float], seen: Sequence[int]) -> Callable[[Row], float]:
    return lambda row: function(row[list(seen)])


def _slope(row: Row) -> float:
    """A bowl whose columns matter less and less, its bottom away from the middle."""
    place = np.arange(len(row))
    return float((0.95**place * (row - 0.3 - 0.4 * (place % 2)) ** 2).sum())


WIDE: dict[str, Benchmark] = {
    benchmark.name: benchmark
    for benchmark in (
        _embedded("hartmann6-in-20", "hartmann6", 20, 80),
        _embedded("branin-in-100", "branin", 100, 80),
        Benchmark(
            name="bowl100", problem=box(0, 1, 100), objective=_slope, minimum=0.0, trials=100
        ),
    )
}
