"""The space-filling start: feasible points of a scrambled Sobol sequence, as raw values.

A draw continues where the last one stopped: keep `next_position` and pass it as `start`. NumPy
only, except that a region too small for rejection asks SciPy once for a point inside it.

A search may begin in the middle of the space instead of at the sequence's first point: a box is
drawn around what its owner thinks likely, and no other point is as near to all the rest. A model
learns more from it than from one more point near the surface, where those of many columns lie: in
scripts/bench it pays also where the optimum lies anywhere in the box.
"""

from dataclasses import dataclass

import numpy as np

from armwright.optimizer.columns import Problem, feasible, from_unit, lattice
from armwright.optimizer.interior import hit_and_run, interior_point
from armwright.optimizer.seen import SeenPoints
from armwright.optimizer.sequence import sobol_points
from armwright.optimizer.shapes import Float

__all__ = ["SobolDraw", "sobol"]

_CHUNK = 256
_MOST_REJECTED = 1 << 14  # about 10 ms; a region missed by so many points is walked through instead
_LATTICE_LIMIT = 1 << 17


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SobolDraw:
    """Points of the sequence.

    Attributes:
        values: Raw values, snapped and feasible, one row per point.
        next_position: Where the next draw should start.
        exhausted: True where a countable space has no further unseen point, so that fewer points
            came than were asked for.
    """

    values: Float[np.ndarray, "k d"]
    next_position: int
    exhausted: bool = False


def sobol(
    problem: Problem,
    *,
    seed: int,
    start: int,
    count: int,
    exclude: Float[np.ndarray, "n d"] | None = None,
    middle_first: bool = False,
) -> SobolDraw:
    """Draws the next points of the sequence that are feasible and new.

    Args:
        problem: Columns and constraints.
        seed: The scramble, not negative; equal arguments give equal bits.
        start: Position in the sequence to begin at.
        count: Points wanted.
        exclude: Raw values already used; in a countable space they are not drawn again, nor is
            any point twice.
        middle_first: Whether position 0 is the middle of the ranges, on their own scale; the levels
            of choices, tasks and fidelities are the sequence's. Where the middle breaks a
            constraint or is excluded the sequence's own point stays.

    Returns:
        `count` points, or fewer with `exhausted` set.

    Raises:
        ValueError: Where no feasible point could be found.
    """
    if seed < 0 or start < 0 or count < 0:
        raise ValueError(f"seed, start and count must not be negative, got {(seed, start, count)}")
    width = len(problem.columns)
    seen = SeenPoints(np.empty((0, width)) if exclude is None else exclude)
    kept: list[Float[np.ndarray, " d"]] = []
    position = start
    while len(kept) < count and position - start < _MOST_REJECTED + 16 * count:
        unit = sobol_points(width, seed=(seed,), start=position, count=_CHUNK)
        values = from_unit(problem, unit)
        if middle_first and position == 0:
            values[:1] = _middle(problem, unit[:1], values[:1], seen)
        for row, good in zip(values, feasible(problem, values), strict=True):
            position += 1
            if good and not (problem.discrete and row in seen):
                kept.append(row)
                seen.add(row)
            if len(kept) == count:
                break
    exhausted = False
    if len(kept) < count:
        more, exhausted = _beyond_rejection(problem, seen, seed, position, count - len(kept))
        kept.extend(more)
    values = np.array(kept) if kept else np.empty((0, width))
    return SobolDraw(values=values, next_position=position, exhausted=exhausted)


def _middle(
    problem: Problem,
    unit: Float[np.ndarray, "1 d"],
    values: Float[np.ndarray, "1 d"],
    seen: SeenPoints,
) -> Float[np.ndarray, "1 d"]:
    """The point moved to the middle of its ranges; as it was where that point cannot be used."""
    ranges = [column.kind == "range" and column.role == "plain" for column in problem.columns]
    middle = from_unit(problem, np.where(ranges, 0.5, unit))
    usable = feasible(problem, middle)[0] and middle[0] not in seen
    return middle if usable else values


def _beyond_rejection(
    problem: Problem, seen: SeenPoints, seed: int, position: int, count: int
) -> tuple[list[Float[np.ndarray, " d"]], bool]:
    """Points by enumeration or by hit-and-run, and whether the space has no more."""
    rng = np.random.default_rng([seed, position])
    points = lattice(problem, limit=_LATTICE_LIMIT)
    if points is not None:
        if len(points) == 0:
            raise ValueError("no point of the space satisfies the linear constraints")
        rest = points[~seen.contains(points)]
        rest = rest[rng.permutation(len(rest))[:count]]
        return list(rest), len(rest) < count
    kept: list[Float[np.ndarray, " d"]] = []
    begin = interior_point(problem) if problem.constrained else None
    if begin is not None:
        for row in hit_and_run(problem, begin, rng=rng, count=max(64 * count, 1024)):
            if not (problem.discrete and row in seen):
                kept.append(row)
                seen.add(row)
            if len(kept) == count:
                return kept, False
    if not kept and not len(seen):
        raise ValueError(
            "no feasible point found: the linear constraints leave no room, or none that the "
            "columns' steps can meet"
        )
    return kept, True
