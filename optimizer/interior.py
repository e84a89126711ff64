"""Random feasible points where rejection from the box finds too few: hit-and-run.

From a feasible point, a random direction and a uniform draw on the chord that stays inside the box
and the constraints; repeated, the points become uniform over the polytope (Smith 1984, Operations
Research 32, 1296). Works in raw units, on the continuous relaxation of stepped columns.
"""

import numpy as np

from armwright.optimizer.columns import Problem, feasible, to_model, to_values
from armwright.optimizer.shapes import Float

__all__ = ["hit_and_run", "interior_point"]


def interior_point(problem: Problem) -> Float[np.ndarray, " d"] | None:
    """Centre of the largest ball inside the box and the constraints; None where there is none.

    The radius is measured with every column scaled to [0, 1], so it may be zero for a region
    without volume. SciPy's linear programming is loaded only here.
    """
    from scipy.optimize import linprog

    if problem.constraint_weights is None or problem.constraint_bounds is None:
        return None
    lower, upper = _box(problem)
    span = upper - lower
    weights = problem.constraint_weights * span
    bounds = problem.constraint_bounds - problem.constraint_weights @ lower
    lengths = np.linalg.norm(weights, axis=1)
    size = np.where(lengths > 0, lengths, 1.0)
    width = len(lower)
    box = np.vstack([np.eye(width), -np.eye(width)])
    radius = np.concatenate([lengths / size, np.tile((span > 0).astype(float), 2)])
    found = linprog(
        c=np.append(np.zeros(width), -1.0),
        A_ub=np.column_stack([np.vstack([weights / size[:, None], box]), radius]),
        b_ub=np.concatenate([bounds / size, np.ones(width), np.zeros(width)]),
        bounds=[(0.0, 1.0)] * width + [(0.0, 1.0)],
        method="highs",
    )
    return None if found.x is None else np.asarray(lower + found.x[:width] * span)


def hit_and_run(
    problem: Problem,
    begin: Float[np.ndarray, " d"],
    *,
    rng: np.random.Generator,
    count: int,
    thin: int = 3,
) -> Float[np.ndarray, "k d"]:
    """Feasible raw values from a walk that starts at a point inside; at most `count` of them.

    Args:
        problem: Columns and constraints.
        begin: Raw values inside the box and the constraints, steps not needed.
        rng: Source of directions and draws.
        count: Points wanted; fewer come back where snapping to the steps leaves the region.
        thin: Moves between two points that are kept, times the number of columns.
    """
    lower, upper = _box(problem)
    span = upper - lower
    weights, bounds = problem.constraint_weights, problem.constraint_bounds
    if weights is None or bounds is None:
        raise ValueError("hit_and_run: the problem has no constraints")
    choices = [j for j, column in enumerate(problem.columns) if column.kind == "choice"]
    point, kept = begin.astype(np.float64).copy(), []
    for _ in range(count):
        for _ in range(thin):
            direction = rng.standard_normal(len(span)) * span
            if rng.random() < 0.5:  # along one column, which reaches into corners
                keep = rng.integers(len(span))
                direction *= np.arange(len(span)) == keep
            low, high = _chord(point, direction, lower, upper, weights, bounds)
            if high > low:
                point = point + rng.uniform(low, high) * direction
        for j in choices:
            point[j] = rng.integers(problem.columns[j].levels)
        kept.append(point.copy())
    values = to_values(problem, to_model(problem, np.array(kept)))
    return np.asarray(values[feasible(problem, values)])


def _chord(
    point: Float[np.ndarray, " d"],
    direction: Float[np.ndarray, " d"],
    lower: Float[np.ndarray, " d"],
    upper: Float[np.ndarray, " d"],
    weights: Float[np.ndarray, "r d"],
    bounds: Float[np.ndarray, " r"],
) -> tuple[float, float]:
    """Smallest and largest t with point + t * direction inside; (0, 0) where only the point is."""
    rates = np.concatenate([direction, -direction, weights @ direction])
    room = np.concatenate([upper - point, point - lower, bounds - weights @ point])
    room = np.maximum(room, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = room / rates
    high = np.min(t[rates > 0], initial=np.inf)
    low = np.max(t[rates < 0], initial=-np.inf)
    return (float(low), float(high)) if np.isfinite(high - low) else (0.0, 0.0)


def _box(problem: Problem) -> tuple[Float[np.ndarray, " d"], Float[np.ndarray, " d"]]:
    """Bounds per column in raw units; the codes of a choice."""
    lower = [0.0 if c.kind == "choice" else c.lower for c in problem.columns]
    upper = [c.levels - 1.0 if c.kind == "choice" else c.upper for c in problem.columns]
    return np.array(lower, np.float64), np.array(upper, np.float64)
