"""Test functions whose values are heard with noise; regret is that of the best true value seen.

A fourth family: `noisy-` ones have noise of 5 % of the function's standard deviation over its box,
`loud-` ones of 20 %. All but Branin's and Hartmann's have their optimum where each seed moves it
(`moved_problems`).
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
from moved_problems import moved
from problems import BENCHMARKS, Benchmark

__all__ = ["NOISY", "noisy"]

_SHARES = {"noisy": 0.05, "loud": 0.2}
_FUNCTIONS: dict[str, Callable[[int], Benchmark]] = {
    "branin": lambda _: BENCHMARKS["branin"],
    "hartmann6": lambda _: BENCHMARKS["hartmann6"],
    "levy4": lambda seed: moved("moved-levy4", seed),
    "ackley5": lambda seed: moved("moved-ackley5", seed),
    "rosenbrock5": lambda seed: moved("moved-rosenbrock5", seed),
    "griewank6": lambda seed: moved("moved-griewank6", seed),
    "cosines6": lambda seed: moved("moved-cosines6", seed),
}
_POINTS = 4096  # that a standard deviation is taken over

# noisy-hartmann6 is older than this family: its noise is 0.1, which is 26 %.
NOISY = tuple(
    f"{level}-{name}"
    for level in _SHARES
    for name in _FUNCTIONS
    if (level, name) != ("noisy", "hartmann6")
)


def noisy(name: str, seed: int) -> Benchmark:
    """One of the problems as a seed has it."""
    level, _, function = name.partition("-")
    benchmark = _FUNCTIONS[function](seed)
    return replace(benchmark, name=name, noise=_SHARES[level] * _spread(function))


@cache
def _spread(function: str) -> float:
    """Standard deviation over the box, with the optimum where the first seed has it."""
    benchmark = _FUNCTIONS[function](0)
    columns = benchmark.problem.columns
    lower, upper = np.array([(column.lower, column.upper) for column in columns]).T
    points = np.random.default_rng(0).uniform(lower, upper, (_POINTS, len(columns)))
    return float(np.std([benchmark.value(point) for point in points]))
