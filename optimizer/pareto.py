"""Which points are better than all others in something, and how much they dominate together.

Rows are points, columns objectives, larger is better.
"""

import numpy as np

from armwright.optimizer.shapes import Bool, Float

__all__ = ["hypervolume", "inferred_reference", "pareto_front"]

_MARGIN = 0.1  # of the front's extent, by which an inferred reference point lies below it


def pareto_front(values: Float[np.ndarray, "n g"]) -> Bool[np.ndarray, " n"]:
    """Whether no other point is at least as good in all objectives and better in one.

    Equal points are all on the front, or none is.
    """
    front = np.ones(len(values), bool)
    for index in np.argsort(-values.sum(axis=1), kind="stable"):
        if front[index]:  # strike out what this one dominates; time is rows times front
            point = values[index]
            front &= (values > point).any(axis=1) | (values >= point).all(axis=1)
    return front


def hypervolume(values: Float[np.ndarray, "n g"], reference: Float[np.ndarray, " g"]) -> float:
    """Volume of what the points dominate above a reference point, exactly.

    By slices along the last objective (two objectives: the staircase; each further one multiplies
    the work by the number of points on the front).
    """
    points = values[(values > reference).all(axis=1)]
    if not len(points):
        return 0.0
    if points.shape[1] == 1:
        return float(points.max() - reference[0])
    points = points[np.argsort(-points[:, -1], kind="stable")]
    ends = np.append(points[1:, -1], reference[-1])
    total = 0.0
    for count, (begin, end) in enumerate(zip(points[:, -1], ends, strict=True), start=1):
        if begin > end:
            total += (begin - end) * hypervolume(points[:count, :-1], reference[:-1])
    return float(total)


def inferred_reference(values: Float[np.ndarray, "n g"]) -> Float[np.ndarray, " g"]:
    """A reference point for points without one: a tenth of the front's extent below its worst.

    Where the front has no extent in an objective, that of all points stands in for it.
    """
    if not len(values):
        return np.zeros(values.shape[1])
    front = values[pareto_front(values)]
    worst = front.min(axis=0)
    with np.errstate(over="ignore"):
        extent = front.max(axis=0) - worst
        extent = np.where(extent > 0, extent, values.max(axis=0) - values.min(axis=0))
        magnitude = np.maximum(np.abs(worst), 1e-300)
        return np.asarray(worst - np.where(extent > 0, _MARGIN * extent, _MARGIN * magnitude))
