"""Which of a few measured arms is the best, as a probability; and means shrunk toward each other.

Notation, the same in every function below:

    means, sds   estimates and their standard deviations, shape (arms,) or (arms, metrics), in each
                 metric's own unit; normal and independent of each other
    weights      of the metrics in the objective, shape (metrics,); larger sums are better

All functions are pure; those that draw take the generator to draw from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Bound", "combined", "probability_best", "shrunk"]

_AT_ONCE = 4_000_000  # numbers drawn in one piece, 32 MB
_FEWEST = 4  # arms; of fewer there is nothing to gain by shrinking


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A bound that an arm's outcome has to keep: `sign * outcome <= sign * bound`.

    Attributes:
        column: The metric's place among the metrics.
        sign: 1.0 for an upper bound, -1.0 for a lower one.
        bound: In the metric's unit.
    """

    column: int
    sign: float
    bound: float


def combined(means: NDArray[np.float64], sds: NDArray[np.float64]) -> tuple[float, float]:
    """One estimate from several independent ones of the same quantity, by inverse variance.

    Estimates without error, where there are any, are averaged and the others are ignored.
    """
    exact = sds == 0.0
    if exact.any():
        return float(means[exact].mean()), 0.0
    precision = sds**-2.0
    total = float(precision.sum())
    return float((precision * means).sum() / total), total**-0.5


def shrunk(
    means: NDArray[np.float64], sds: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Empirical Bayes estimates: each mean is moved toward the weighted mean of all.

    The arms' true means are taken to be drawn from a normal distribution whose variance $A$ is
    estimated from how far the means spread beyond their errors. The part of the way to move is

    $$B_i = \frac{k-3}{k-1} \, \frac{\sigma_i^2}{\sigma_i^2 + A}$$

    which for equal errors is the James-Stein rule. The variance of the result counts in that both
    the middle and $A$ are estimates.

    Args:
        means: Shape (k,).
        sds: Their standard deviations, same unit.

    Returns:
        The new means and standard deviations; the old ones where there are fewer than 4 arms or
        one of them has no error.

    References:
        Morris (1983), "Parametric empirical Bayes inference: theory and applications", JASA 78.
        A is the moment estimator of DerSimonian and Laird (1986). Dimmery, Bakshy and Sekhon
        (2019), "Shrinkage estimators in online experiments", arXiv:1904.12918, for the use.
    """
    count = len(means)
    if count < _FEWEST or (sds == 0.0).any():
        return means.copy(), sds.copy()
    variances = sds**2
    precision = 1.0 / variances
    middle = (precision * means).sum() / precision.sum()
    spread = (precision * (means - middle) ** 2).sum()
    freedom = precision.sum() - (precision**2).sum() / precision.sum()
    between = max(0.0, float(spread - (count - 1)) / float(freedom))
    part = (count - 3) / (count - 1) * variances / (variances + between)
    moved = means + part * (middle - means)
    variance = variances * (1.0 - (count - 1) / count * part)
    variance += 2.0 / (count - 3) * part**2 * (means - middle) ** 2
    return moved, np.sqrt(variance)


def probability_best(
    means: NDArray[np.float64],
    sds: NDArray[np.float64],
    weights: NDArray[np.float64],
    bounds: Sequence[Bound],
    *,
    rng: np.random.Generator,
    num_samples: int,
) -> NDArray[np.float64]:
    """How often each arm is the best one, over draws of all arms' outcomes.

    In each draw the best arm is the one with the largest weighted sum of outcomes among those that
    keep all bounds; where none does, it is the one that oversteps them least, in units of the
    metrics' spread over the arms.

    Args:
        means: Shape (arms, metrics).
        sds: Likewise.
        weights: Shape (metrics,); zero for metrics that are only bounded.
        bounds: What outcomes have to keep.
        rng: Where draws come from.
        num_samples: How many draws.

    Returns:
        Shape (arms,), adding up to 1. Its standard error is at most 0.5 / sqrt(num_samples).

    References:
        Thompson (1933), "On the likelihood that one unknown probability exceeds another in view of
        the evidence of two samples", Biometrika 25. Scott (2010), "A modern Bayesian look at the
        multi-armed bandit", for the draws.
    """
    wins = np.zeros(len(means))
    scale = means.std(axis=0) + sds.mean(axis=0)
    scale[scale == 0.0] = 1.0
    piece = max(1, _AT_ONCE // means.size)
    for start in range(0, num_samples, piece):
        size = min(piece, num_samples - start)
        drawn = means + sds * rng.standard_normal((size, *means.shape))
        value = drawn @ weights
        if bounds:
            over = np.zeros(value.shape)
            for bound in bounds:
                excess = bound.sign * (drawn[:, :, bound.column] - bound.bound)
                over += np.maximum(excess, 0.0) / scale[bound.column]
            least = over.min(axis=1, keepdims=True)
            # With a feasible arm in the draw, `least` is zero: then, and else, only those with the
            # least excess are looked at.
            value = np.where(over <= least, value, -np.inf)
        wins += np.bincount(value.argmax(axis=1), minlength=len(means))
    return wins / num_samples
