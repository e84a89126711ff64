"""Points of a sequence that are feasible and new: draw, and draw again where one is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from armwright.optimizer import feasible, from_unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from armwright.optimizer import Problem

__all__ = ["accepted"]

_LIMIT = 10_000  # draws without one that is accepted
_CHUNK = 256


def accepted(
    problem: Problem,
    unit_points: Callable[[int, int], NDArray[np.float64]],
    *,
    start: int,
    count: int,
    exclude: NDArray[np.float64] | None,
) -> tuple[NDArray[np.float64], int]:
    """The next points of a sequence that keep the constraints.

    Args:
        problem: Columns and constraints.
        unit_points: The sequence: points number `start` to `start + count - 1` in the unit cube.
        start: Position in the sequence to begin at.
        count: Points wanted.
        exclude: Raw values not to be drawn, nor is any point drawn twice; None to allow repeats.

    Returns:
        Raw values, fewer than `count` where 10000 draws in a row were rejected, and the position
        after the last one drawn.
    """
    kept: list[NDArray[np.float64]] = []
    seen = set() if exclude is None else {row.tobytes() for row in exclude + 0.0}
    position, rejected = start, 0
    while len(kept) < count and rejected < _LIMIT:
        values = from_unit(problem, unit_points(position, _CHUNK)) + 0.0  # no negative zero
        for row, good in zip(values, feasible(problem, values), strict=True):
            position += 1
            if not good or (exclude is not None and row.tobytes() in seen):
                rejected += 1
                continue
            kept.append(row)
            seen.add(row.tobytes())
            rejected = 0
            if len(kept) == count:
                break
    return np.array(kept).reshape(len(kept), len(problem.columns)), position
