"""How likely arms are to give a result at all, by which failed and which did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from armwright.generation.encoding import encode
from armwright.optimizer import success_chance, to_model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from armwright.experiment import SearchSpace, TParameterization

__all__ = ["result_chance"]


def result_chance(
    space: SearchSpace, good: Iterable[TParameterization], failed: Iterable[TParameterization]
) -> Callable[[Sequence[TParameterization]], NDArray[np.float64]] | None:
    """The chance that a point gives a result, as the search for arms weighs it.

    As long as no arm gave one it is the same everywhere, by Laplace's rule: one of two more trials
    than there were.

    Args:
        space: Where arms come from; what lies outside of it says nothing.
        good: Parameters of the arms that gave a result.
        failed: Of those that came to nothing because of what they are, oldest first.

    Returns:
        Gives a chance for each of some points, values of all parameters within the search space;
        None where nothing has failed because of its arm.
    """
    encoding = encode(space)
    problem = encoding.problem

    def rows(points: Iterable[TParameterization]) -> list[tuple[float, ...]]:
        return [tuple(row) for point in points if (row := encoding.row(point)) is not None]

    lost = dict.fromkeys(rows(failed))
    if not lost:
        return None
    kept = [row for row in rows(good) if row not in lost]
    if not kept:
        return lambda points: np.full(len(points), 1.0 / (len(lost) + 2.0))
    succeeded, came_to_nothing = (
        to_model(problem, encoding.table(found)) for found in (kept, list(lost))
    )

    def chances(points: Sequence[TParameterization]) -> NDArray[np.float64]:
        asked = to_model(problem, encoding.table(rows(points)))
        return success_chance(problem, succeeded, came_to_nothing, asked)

    return chances
