"""Test functions in boxes around a point that each seed moves: the middle tells nothing.

A third family. Most test functions have their optimum in the middle of their box or near it, which
an optimizer that begins there, as ours does, finds too easily. Here every seed draws the optimum
anew, each coordinate uniformly from the middle 70 % of its range.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from classic_problems import CLASSICS
from problems import BENCHMARKS, Benchmark, box

__all__ = ["MOVED", "moved"]

Row = np.ndarray

_REACH = 0.7  # of half a range


@dataclass(frozen=True, slots=True, kw_only=True)
class _Function:
    """A function of any number of columns.

    Attributes:
        objective: Function of a row; its minimum is 0.
        optimum: Where, in every column.
        columns: How many.
        half: Half of each range.
        trials: Evaluations of a run.
    """

    objective: Callable[[Row], float]
    optimum: float
    columns: int
    half: float
    trials: int


def moved(name: str, seed: int) -> Benchmark:
    """One of the problems as a seed has it."""
    function = MOVED[name]
    columns, half = function.columns, function.half
    rng = np.random.default_rng([seed, 991, columns])
    center = rng.uniform(-_REACH * half, _REACH * half, columns)
    return Benchmark(
        name=name,
        problem=box(-half, half, columns),
        objective=lambda row: function.objective(row - center + function.optimum),
        minimum=0.0,
        trials=function.trials,
    )


def _salomon(row: Row) -> float:
    """Salomon (1996): rings around the optimum."""
    radius = float(np.linalg.norm(row))
    return 1 - float(np.cos(2 * np.pi * radius)) + 0.1 * radius


def _alpine(row: Row) -> float:
    """Rahnamayan et al. (2007): ridges, not smooth."""
    return float(np.abs(row * np.sin(row) + 0.1 * row).sum())


def _cosine_mixture(row: Row) -> float:
    """Breiman and Cutler (1993): a bowl with shallow waves."""
    return float((row**2).sum() - 0.1 * np.cos(5 * np.pi * row).sum()) + 0.1 * len(row)


def _powell(row: Row) -> float:
    """Powell (1962), singular at its optimum."""
    a, b, c, d = row.reshape(-1, 4).T
    near, far = (a + 10 * b) ** 2 + 5 * (c - d) ** 2, (b - 2 * c) ** 4 + 10 * (a - d) ** 4
    return float((near + far).sum())


_ROTATION = np.linalg.qr(np.random.default_rng(5).standard_normal((8, 8)))[0]
_AXES = 10.0 ** np.linspace(0, 3, 8)


def _ellipsoid(row: Row) -> float:
    """A rotated bowl, a thousand times as steep along one axis as along another."""
    return float((_AXES * (_ROTATION @ row) ** 2).sum())


_KNOWN = BENCHMARKS | CLASSICS
MOVED = {
    f"moved-{name}": _Function(
        objective=objective, optimum=optimum, columns=columns, half=half, trials=trials
    )
    for name, objective, optimum, columns, half, trials in (
        ("levy8", _KNOWN["levy8"].objective, 1.0, 8, 10.0, 80),
        ("levy4", _KNOWN["levy8"].objective, 1.0, 4, 10.0, 50),
        ("ackley10", _KNOWN["ackley10"].objective, 0.0, 10, 26.0, 80),
        ("ackley5", _KNOWN["ackley10"].objective, 0.0, 5, 20.0, 60),
        ("rastrigin6", _KNOWN["rastrigin4"].objective, 0.0, 6, 4.5, 70),
        ("griewank6", _KNOWN["griewank5"].objective, 13.7, 6, 80.0, 60),
        ("rosenbrock5", _KNOWN["rosenbrock8"].objective, 1.0, 5, 5.0, 60),
        ("salomon5", _salomon, 0.0, 5, 20.0, 60),
        ("alpine6", _alpine, 0.0, 6, 8.0, 60),
        ("ellipsoid8", _ellipsoid, 0.0, 8, 4.0, 60),
        ("cosines6", _cosine_mixture, 0.0, 6, 2.0, 50),
        ("powell8", _powell, 0.0, 8, 4.0, 70),
        ("sphere6", lambda row: float((row**2).sum()), 0.0, 6, 5.0, 40),
    )
}
