r"""How likely a point is to give a result at all, from where trials failed: a kernel classifier.

A failed trial has no value that a model of values could learn from, but it says where not to look.
The chance that a point succeeds is the share of successes around it,

$$p(x) = \frac{a + \sum_i s_i\, k(x, x_i)}{a + b + \sum_i k(x, x_i)},$$

with s 1 for a success and 0 for a failure, the Matern-5/2 correlation k, and a little weight
$a : b$ in the proportion of all successes to all failures, which is what holds far from any. How
fast the chance changes along each column is chosen by leaving one trial out at a time.

References:
    Nadaraya (1964) and Watson (1964) for the estimator; Gelbart, Snoek and Adams (2014),
    arXiv:1403.5607, for weighing improvement by the chance of success.
"""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from armwright.optimizer.features import Features
from armwright.optimizer.kernel import matern52, squared_distance
from armwright.optimizer.linear_algebra import matmul
from armwright.optimizer.padding import bucket
from armwright.optimizer.shapes import Array, Float, operand

__all__ = ["Chance", "chance_of", "log_chance"]

_WEIGHT = 0.2  # of the overall share, in trials
_RATES = (0.25, 1.0, 2.0, 4.0, 8.0)  # of change, per column, over sqrt(columns) / 2
_ROUNDS = 2
_MOST = 400  # trials that the rates are chosen by


class Chance(NamedTuple):
    """The trials so far, and how much each counts where.

    Attributes:
        scaled: Features of the trials' points, times `rates`.
        success: 1 for successes, 0 for failures and padding.
        counted: 1 for trials, 0 for padding.
        rates: What features are multiplied by.
        share: Smoothed share of successes among all.
    """

    scaled: Float[Array, "z D"]
    success: Float[Array, " z"]
    counted: Float[Array, " z"]
    rates: Float[Array, " D"]
    share: Float[Array, ""]


def log_chance(features: Float[Array, "k D"], chance: Chance) -> Float[Array, " k"]:
    """Log of the chance that a point succeeds; always finite."""
    near = matern52(squared_distance(features * chance.rates, chance.scaled))
    good = _WEIGHT * chance.share + matmul(near, chance.success)
    return jnp.log(good / (_WEIGHT + matmul(near, chance.counted)))


def chance_of(
    features: Features, succeeded: Float[np.ndarray, "n d"], failed: Float[np.ndarray, "l d"]
) -> Chance | None:
    """The chance as it looks after these trials; None where none failed.

    Args:
        features: The way from model units.
        succeeded: Points of trials with a result, model units.
        failed: Points of trials without, model units.
    """
    if not len(failed):
        return None
    points = features.encode(np.concatenate([succeeded, failed]))
    success = np.concatenate([np.ones(len(succeeded)), np.zeros(len(failed))])
    share = (len(succeeded) + 1.0) / (len(points) + 2.0)
    step = max(1, len(points) // _MOST)
    rates = _rates(features, points[::step], success[::step], share) @ features.membership
    size = bucket(len(points))
    scaled, padded, counted = np.zeros((size, features.width)), np.zeros(size), np.zeros(size)
    scaled[: len(points)] = points * rates
    padded[: len(points)], counted[: len(points)] = success, 1.0
    return Chance(
        scaled=operand(scaled),
        success=operand(padded),
        counted=operand(counted),
        rates=operand(rates),
        share=operand(np.float64(share)),
    )


def _rates(
    features: Features,
    points: Float[np.ndarray, "z D"],
    success: Float[np.ndarray, " z"],
    share: float,
) -> Float[np.ndarray, " d"]:
    """Rates of change per column, one column after the other by the left-out trials' likelihood."""
    width = len(features.membership)
    options = [rate * 2.0 / np.sqrt(width) for rate in _RATES]
    distances = [
        _distances(points * features.membership[j]) for j in range(width)
    ]  # one [z, z] for each column
    rates = np.full(width, options[2])
    total = np.asarray(sum(rate**2 * apart for rate, apart in zip(rates, distances, strict=True)))
    best = _likelihood(total, success, share)
    for _ in range(_ROUNDS):
        for j, apart in enumerate(distances):
            for rate in options:
                tried = total + (rate**2 - rates[j] ** 2) * apart
                likelihood = _likelihood(tried, success, share)
                if likelihood > best + 1e-9:
                    best, total, rates[j] = likelihood, tried, rate
    return rates


def _distances(rows: Float[np.ndarray, "z D"]) -> Float[np.ndarray, "z z"]:
    used = rows[:, np.abs(rows).any(axis=0)]
    norms = (used**2).sum(axis=1)
    return np.asarray(np.maximum(norms[:, None] + norms - 2.0 * used @ used.T, 0.0))


def _likelihood(
    squared: Float[np.ndarray, "z z"], success: Float[np.ndarray, " z"], share: float
) -> float:
    """Log likelihood of each trial's end given all the others."""
    scaled = np.sqrt(5.0 * np.maximum(squared, 0.0))
    near = (1.0 + scaled + scaled**2 / 3.0) * np.exp(-scaled)
    np.fill_diagonal(near, 0.0)
    chance = (_WEIGHT * share + near @ success) / (_WEIGHT + near.sum(axis=1))
    return float(np.log(np.where(success > 0, chance, 1.0 - chance)).sum())
