"""The points whose neighbourhoods are worth a closer look: the best of those known."""

import numpy as np

from armwright.optimizer.goal import Goal
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.pareto import pareto_front
from armwright.optimizer.shapes import Float, Int

__all__ = ["incumbents", "ranked"]

_BEST = 3
_OF_A_FRONT = 6


def incumbents(measured: Measurements, goal: Goal) -> Float[np.ndarray, "c d"]:
    """Points in model units, the best first.

    Among points within all bounds those with the best objective, or spread over the front where
    there are several. Where none is within, those that miss the bounds by the least, each in units
    of that outcome's standard deviation.
    """
    eligible = np.flatnonzero(goal.eligible(measured))
    if not len(eligible):
        return measured.x[np.argsort(_excess(measured, goal), kind="stable")[:_BEST]]
    values = goal.values(measured.y[eligible])
    if goal.objectives == 0:
        chosen = np.arange(len(eligible))[-_BEST:]
    elif goal.objectives == 1:
        chosen = np.argsort(-values[:, 0], kind="stable")[:_BEST]
    else:
        front = np.flatnonzero(pareto_front(values))
        front = front[np.argsort(values[front, 0], kind="stable")]
        places = np.linspace(0, len(front) - 1, min(len(front), _OF_A_FRONT))
        chosen = front[np.rint(places).astype(int)]
    return measured.x[eligible[chosen]]


def ranked(measured: Measurements, goal: Goal) -> Int[np.ndarray, " n"]:
    """All rows, the best first: those within all bounds, by their objectives, then the others.

    Of several objectives each counts by its ranks; with none the newest rows come first. The others
    are ordered by how far they miss the bounds.
    """
    eligible = goal.eligible(measured)
    inside, outside = np.flatnonzero(eligible), np.flatnonzero(~eligible)
    if goal.objectives == 0:
        inside = inside[::-1]
    else:
        values = goal.values(measured.y[inside])
        ranks = np.argsort(np.argsort(values, axis=0, kind="stable"), axis=0, kind="stable")
        inside = inside[np.argsort(-ranks.sum(axis=1), kind="stable")]
    outside = outside[np.argsort(_excess(measured, goal)[outside], kind="stable")]
    return np.concatenate([inside, outside])


def _excess(measured: Measurements, goal: Goal) -> Float[np.ndarray, " n"]:
    """By how much each point misses the bounds in all; an outcome that is missing counts as 1."""
    bounded = measured.y[:, goal.weights.shape[1] :]
    with np.errstate(over="ignore", invalid="ignore"):
        over = np.maximum(np.maximum(goal.lower - bounded, bounded - goal.upper), 0.0)
        spread = np.nanstd(bounded, axis=0) if bounded.size else np.ones(bounded.shape[1])
        share = over / np.where(spread > 0, spread, 1.0)
    return np.asarray(np.where(np.isnan(share), 1.0, share).sum(axis=1))
