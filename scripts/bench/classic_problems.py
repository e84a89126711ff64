"""More test functions from the literature: a second family, on which no default was chosen."""

import numpy as np
from problems import Benchmark, box

__all__ = ["CLASSICS"]

Row = np.ndarray

_FOXHOLES = np.array(
    [
        [4, 1, 8, 6, 3, 2, 5, 8, 6, 7],
        [4, 1, 8, 6, 7, 9, 3, 1, 2, 3.6],
        [4, 1, 8, 6, 3, 2, 5, 8, 6, 7],
        [4, 1, 8, 6, 7, 9, 3, 1, 2, 3.6],
    ]
)
_DEPTHS = np.array([1, 2, 2, 4, 4, 6, 3, 7, 5, 5]) / 10


def _rastrigin(row: Row) -> float:
    """Rastrigin (1974): a bowl with a grid of optima."""
    return 10 * len(row) + float((row**2 - 10 * np.cos(2 * np.pi * row)).sum())


def _griewank(row: Row) -> float:
    """Griewank (1981), its optimum moved to 13.7."""
    moved = row - 13.7
    waves = np.cos(moved / np.sqrt(np.arange(1, len(row) + 1)))
    return float((moved**2).sum() / 4000 - np.prod(waves) + 1)


def _dixon_price(row: Row) -> float:
    """Dixon and Price (1989): a curved valley over five orders of magnitude."""
    place = np.arange(2, len(row) + 1)
    return float((row[0] - 1) ** 2 + (place * (2 * row[1:] ** 2 - row[:-1]) ** 2).sum())


def _camel(row: Row) -> float:
    """Dixon and Szego (1978): six optima, two of them the best."""
    x, y = row
    return float((4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (4 * y**2 - 4) * y**2)


def _goldstein_price(row: Row) -> float:
    """Goldstein and Price (1971): a narrow valley below six orders of magnitude."""
    x, y = row
    near = 19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2
    far = 18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2
    return float((1 + (x + y + 1) ** 2 * near) * (30 + (2 * x - 3 * y) ** 2 * far))


def _michalewicz(row: Row) -> float:
    """Michalewicz (1992): flat but for steep ravines."""
    place = np.arange(1, len(row) + 1)
    return -float((np.sin(row) * np.sin(place * row**2 / np.pi) ** 20).sum())


def _zakharov(row: Row) -> float:
    """Zakharov's plate, its optimum moved to 1.3."""
    moved = row - 1.3
    tilt = float((0.5 * np.arange(1, len(row) + 1) * moved).sum())
    return float((moved**2).sum()) + tilt**2 + tilt**4


def _shekel(row: Row) -> float:
    """Shekel (1971): ten foxholes."""
    return -float((1 / (((row[:, None] - _FOXHOLES) ** 2).sum(axis=0) + _DEPTHS)).sum())


CLASSICS = {
    name: Benchmark(name=name, problem=space, objective=function, minimum=least, trials=trials)
    for name, space, function, least, trials in (
        ("goldstein", box(-2, 2, 2), _goldstein_price, 3.0, 30),
        ("camel", box(-3, 3, 2), _camel, -1.031628453489877, 25),
        ("rastrigin4", box(-4, 5, 4), _rastrigin, 0.0, 60),
        ("shekel", box(0, 10, 4), _shekel, -10.536443153483534, 60),
        ("griewank5", box(-60, 100, 5), _griewank, 0.0, 50),
        ("michalewicz5", box(0, float(np.pi), 5), _michalewicz, -4.687658179088148, 60),
        ("dixon6", box(-10, 10, 6), _dixon_price, 0.0, 60),
        ("zakharov6", box(-5, 10, 6), _zakharov, 0.0, 60),
    )
}
