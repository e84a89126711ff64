"""Which observed arm to call the best: by what the models expect, as far as constraints hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from armwright.generation.outcomes import Outcomes

__all__ = ["best_row"]


def best_row(known: Outcomes, mean: NDArray[np.float64], sd: NDArray[np.float64]) -> int:
    """The row with the largest expected gain over the worst row, times P(constraints hold).

    Without an objective the row that most probably keeps the constraints.

    Args:
        known: The rows and the goal.
        mean: Posterior means at the rows, a column per outcome.
        sd: Their standard deviations, positive.
    """
    goal = known.goal
    width = goal.weights.shape[1]
    score = np.zeros(len(mean))
    if goal.objectives:
        value = mean[:, :width] @ goal.weights[0]
        if not len(goal.lower):
            return int(np.argmax(value))
        with np.errstate(divide="ignore"):
            score = np.log(value - value.min())
    from scipy.special import log_ndtr

    above = (mean[:, width:] - goal.lower) / sd[:, width:]
    below = (goal.upper - mean[:, width:]) / sd[:, width:]
    # Phi(near) - Phi(-far), the chance to be within both, in logarithms
    near, far = np.minimum(above, below), np.maximum(above, below)
    log_near = log_ndtr(near)
    with np.errstate(divide="ignore"):
        log_kept = log_near + np.log1p(-np.exp(np.minimum(log_ndtr(-far) - log_near, 0.0)))
    if np.isneginf(score + log_kept.sum(axis=1)).all():
        return int(np.argmax(log_kept.sum(axis=1)))
    return int(np.argmax(score + log_kept.sum(axis=1)))
