"""Points to screen before the search: Sobol points, and the neighbourhoods of good points.

All are raw values, snapped and feasible. NumPy only; randomness is a generator passed in.
"""

from dataclasses import replace

import numpy as np

from armwright.optimizer.columns import (
    Problem,
    active,
    feasible,
    from_unit,
    settled,
    to_model,
    to_values,
)
from armwright.optimizer.interior import hit_and_run, interior_point
from armwright.optimizer.sequence import sobol_points
from armwright.optimizer.shapes import Float

__all__ = ["global_candidates", "local_candidates", "neighbours"]

_SPREADS = (0.02, 0.1)
_MOVED = 20.0  # coordinates moved at once, in expectation, where there are more of them
_FLIP = 0.2
_ATTEMPTS = 8


def global_candidates(
    problem: Problem, *, seed: tuple[int, ...], count: int, inside: Float[np.ndarray, "c d"]
) -> Float[np.ndarray, "k d"]:
    """Feasible points spread over the whole space; at most `count`.

    Args:
        problem: Columns and constraints.
        seed: Scramble of the sequence and seed of the walk.
        count: Points wanted.
        inside: Feasible raw values to start a walk from, should rejection find too few.
    """
    width = len(problem.columns)
    kept = np.empty((0, width))
    for attempt in range(_ATTEMPTS if problem.constrained else 1):
        unit = sobol_points(width, seed=seed, start=attempt * count, count=count)
        values = from_unit(problem, unit)
        kept = np.concatenate([kept, values[feasible(problem, values)]])
        if len(kept) >= count:
            return kept[:count]
    rng = np.random.default_rng([*seed, 1])
    begin = inside[0] if len(inside) else interior_point(problem)
    if begin is not None and problem.constrained:
        kept = np.concatenate([kept, hit_and_run(problem, begin, rng=rng, count=count - len(kept))])
    return kept


def local_candidates(
    problem: Problem,
    centers: Float[np.ndarray, "c d"],
    *,
    rng: np.random.Generator,
    count: int,
) -> Float[np.ndarray, "k d"]:
    """Feasible points near the centers, which are raw values; at most `count`.

    Range coordinates get Gaussian steps of two sizes in model units, choices another level now and
    then. With many columns only some move at once (Regis and Shoemaker 2013).
    """
    width = len(problem.columns)
    begin = np.resize(to_model(problem, centers), (count * 2, width))
    moved = np.less(rng.random(begin.shape), min(1.0, _MOVED / width))
    moved[np.arange(len(begin)), rng.integers(width, size=len(begin))] = True
    spread = np.resize(np.repeat(_SPREADS, len(centers)), len(begin))[:, None]
    x = begin + moved * spread * rng.standard_normal(begin.shape)
    for j, column in enumerate(problem.columns):
        if column.kind == "choice":
            flip = rng.random(len(begin)) < _FLIP
            level = rng.integers(column.levels, size=len(begin))
            x[:, j] = np.where(flip, level, begin[:, j])
        else:  # reflect at the bounds, so that steps out of the box do not all end on its faces
            x[:, j] = np.abs(x[:, j])
            x[:, j] = np.where(x[:, j] > 1.0, 2.0 - x[:, j], x[:, j])
    if problem.conditions:  # what begins to count begins anywhere
        counts = np.resize(active(problem, centers), begin.shape)
        anywhere = to_model(
            problem, from_unit(replace(problem, conditions=()), rng.random(x.shape))
        )
        x = np.where(counts, x, anywhere)
    values = to_values(problem, x)
    return np.asarray(values[feasible(problem, values)][:count])


def neighbours(problem: Problem, values: Float[np.ndarray, "c d"]) -> Float[np.ndarray, "k d"]:
    """Feasible points one step away in one discrete column: next value up or down, other level."""
    found = [np.empty((0, len(problem.columns)))]
    for j, column in enumerate(problem.columns):
        if column.kind == "choice":
            steps = [np.full(len(values), float(level)) for level in range(column.levels)]
        elif column.step > 0:
            first, last = column.multiples
            multiple = np.rint(values[:, j] / column.step)
            steps = [column.at(np.clip(multiple + move, first, last)) for move in (-1.0, 1.0)]
        else:
            continue
        for step in steps:
            changed = values[step != values[:, j]].copy()
            changed[:, j] = step[step != values[:, j]]
            found.append(changed)
    points = settled(problem, np.concatenate(found))
    return np.asarray(points[feasible(problem, points)])
