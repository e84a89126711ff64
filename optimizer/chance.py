r"""How likely a point is to give a result at all, from where trials failed: a kernel classifier.

A failed trial has no value that a model of values could learn from, but it says where not to look.
Successes count 1 and failures -1; a Gaussian process with Matern-5/2 correlation is fitted to these
labels as if they were numbers, and its mean and variance at a point are made a probability,

$$p(x) = \Phi\Bigl(\frac{a\,\mu(x)}{\sqrt{1 + a^2 \sigma^2(x)}}\Bigr),$$

which is about the share of all successes far from any trial, and sharp between the two kinds where
trials lie close. The factor a, the noise of the labels and how fast they change along each column
are chosen by what the others say of each trial (leave one out, in closed form).

Of very many trials of one kind only so many are kept, evenly over time, so that the kept ones are
no mirror of how rare failures are. What they say is the chance among trials as they were kept: its
odds are multiplied by how many times more successes than failures were left out,

$$\frac{p'}{1 - p'} = \frac{n_1 / k_1}{n_0 / k_0} \frac{p}{1 - p},$$

of n_1 successes k_1 kept, and of n_0 failures k_0.

References:
    Rasmussen and Williams (2006), 6.5 ("least-squares classification"), (6.40) and (5.12);
    Gelbart, Snoek and Adams (2014), arXiv:1403.5607, for weighing improvement by the chance;
    King and Zeng (2001), Political Analysis 9, 137, 4.1 ("prior correction"), for the odds.
"""

from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from armwright.optimizer.features import Features
from armwright.optimizer.kernel import matern52, squared_distance
from armwright.optimizer.linear_algebra import matmul
from armwright.optimizer.normal import log_probability_below
from armwright.optimizer.padding import bucket
from armwright.optimizer.shapes import Array, Float, operand

__all__ = ["Chance", "chance_like", "chance_of", "chance_rows", "log_chance"]

_RATES = (0.1, 1.0, 2.0, 4.0, 8.0, 16.0)  # of change, per column, over sqrt(columns) / 2
_FACTORS = (1.0, 2.0, 4.0, 8.0)
_NOISES = (1e-2, 0.1, 1.0)
_ROUNDS = 2
_MANY = 30  # columns; above, all change at one rate
_CHOSEN_BY = 128  # trials that all this is chosen by
_MOST = 512  # trials that are kept


class Chance(NamedTuple):
    """The classifier; padding has weight 0.

    Attributes:
        scaled: Features of the trials' points, times `rates`.
        rates: What features are multiplied by.
        weights: What the labels weigh, less their mean: K^-1 (t - m).
        inverse: Inverse of the lower Cholesky factor of K; 0 in padding.
        middle: Smoothed mean of the labels.
        factor: What the mean of the labels is multiplied by.
        log_odds: Added to the log odds, for what was left out; 0 where nothing was.
    """

    scaled: Float[Array, "z D"]
    rates: Float[Array, " D"]
    weights: Float[Array, " z"]
    inverse: Float[Array, "z z"]
    middle: Float[Array, ""]
    factor: Float[Array, ""]
    log_odds: Float[Array, ""]


def log_chance(features: Float[Array, "k D"], chance: Chance) -> Float[Array, " k"]:
    """Log of the chance that a point succeeds; always finite."""
    near = matern52(squared_distance(features * chance.rates, chance.scaled))
    mean = chance.middle + matmul(near, chance.weights)
    explained = matmul(near, chance.inverse.T)
    variance = jnp.maximum(1.0 - jnp.sum(explained * explained, axis=1), 0.0)
    score = chance.factor * mean / jnp.sqrt(1.0 + chance.factor**2 * variance)
    among_kept = log_probability_below(score)
    odds = chance.log_odds + among_kept - log_probability_below(-score)
    return jnp.where(chance.log_odds == 0.0, among_kept, -jnp.logaddexp(0.0, -odds))


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
    few = [_spaced(part, _CHOSEN_BY // 2) for part in (succeeded, failed)]
    rates, noise, factor = _chosen(features, features.encode(np.concatenate(few)), *_labels(few))
    kept = [_spaced(part, _MOST // 2) for part in (succeeded, failed)]
    labels, middle = _labels(kept)
    log_odds = 0.0
    if len(succeeded):
        log_odds = np.log(len(succeeded) / len(kept[0])) - np.log(len(failed) / len(kept[1]))
    per_feature = rates @ features.membership
    points = features.encode(np.concatenate(kept)) * per_feature
    covariance = _matern(_distances(points)) + noise * np.eye(len(points))
    root = np.linalg.inv(np.linalg.cholesky(covariance))
    size, count = bucket(len(points)), len(points)
    scaled, weights, inverse = np.zeros((size, features.width)), np.zeros(size), np.eye(size)
    scaled[:count], weights[:count] = points, root.T @ (root @ (labels - middle))
    inverse[count:], inverse[:count, :count] = 0.0, np.tril(root)
    return Chance(
        scaled=operand(scaled),
        rates=operand(per_feature),
        weights=operand(weights),
        inverse=operand(inverse),
        middle=operand(np.float64(middle)),
        factor=operand(np.float64(factor)),
        log_odds=operand(np.float64(log_odds)),
    )


def chance_rows(succeeded: int, failed: int) -> int:
    """How many trials are kept of so many of each kind."""
    return min(succeeded, _MOST // 2) + min(failed, _MOST // 2)


def chance_like(features: Features, rows: int) -> Chance:
    """Stands for what so many kept trials say, by its shapes."""
    size = bucket(rows)
    return Chance(
        scaled=operand(np.zeros((size, features.width))),
        rates=operand(np.zeros(features.width)),
        weights=operand(np.zeros(size)),
        inverse=operand(np.zeros((size, size))),
        middle=operand(np.float64(0.0)),
        factor=operand(np.float64(0.0)),
        log_odds=operand(np.float64(0.0)),
    )


def _labels(parts: Sequence[Float[np.ndarray, "_ d"]]) -> tuple[Float[np.ndarray, " z"], float]:
    """The label of each success and then of each failure, and their smoothed mean."""
    good, bad = map(len, parts)
    return np.repeat([1.0, -1.0], [good, bad]), (good - bad) / (good + bad + 2.0)


def _spaced(points: Float[np.ndarray, "k d"], most: int) -> Float[np.ndarray, "m d"]:
    """The points, or where they are more than `most` so many of them, the last one included."""
    if len(points) <= most:
        return points
    return points[np.linspace(0, len(points) - 1, most).astype(np.intp)]


def _chosen(
    features: Features,
    points: Float[np.ndarray, "z D"],
    labels: Float[np.ndarray, " z"],
    middle: float,
) -> tuple[Float[np.ndarray, " d"], float, float]:
    """Rates of change, one column after the other unless they are many; noise; factor."""
    width = len(features.membership)
    options = [rate * 2.0 / np.sqrt(width) for rate in _RATES]
    groups = [[j] for j in range(width)] if width <= _MANY else [list(range(width))]
    distances = [_distances(points * features.membership[group].sum(axis=0)) for group in groups]
    rates = np.full(width, options[1])
    total = np.asarray(sum(options[1] ** 2 * apart for apart in distances))

    def judged(squared: Float[np.ndarray, "z z"], noise: float) -> tuple[float, float]:
        return _likelihood(_matern(squared), labels, middle, noise)

    (best, factor), noise = max((judged(total, noise), noise) for noise in _NOISES)
    for _ in range(_ROUNDS):
        for group, apart in zip(groups, distances, strict=True):
            for rate in options:
                tried = total + (rate**2 - rates[group[0]] ** 2) * apart
                likelihood, a = judged(tried, noise)
                if likelihood > best + 1e-9:
                    best, factor, total, rates[group] = likelihood, a, tried, rate
        (best, factor), noise = max((judged(total, noise), noise) for noise in _NOISES)
    return rates, noise, factor


def _distances(rows: Float[np.ndarray, "z D"]) -> Float[np.ndarray, "z z"]:
    norms = (rows**2).sum(axis=1)
    return np.asarray(np.maximum(norms[:, None] + norms - 2.0 * rows @ rows.T, 0.0))


def _matern(squared: Float[np.ndarray, "z z"]) -> Float[np.ndarray, "z z"]:
    scaled = np.sqrt(5.0 * np.maximum(squared, 0.0))
    return np.asarray((1.0 + scaled + scaled**2 / 3.0) * np.exp(-scaled))


def _likelihood(
    near: Float[np.ndarray, "z z"], labels: Float[np.ndarray, " z"], middle: float, noise: float
) -> tuple[float, float]:
    """Log likelihood of how each trial ended given all the others; the factor that does best."""
    from scipy.special import log_ndtr

    precision = np.linalg.inv(near + noise * np.eye(len(labels)))
    left = 1.0 / np.diagonal(precision)
    mean = labels - (precision @ (labels - middle)) * left
    variance = np.maximum(left - noise, 0.0)
    return max(
        (float(log_ndtr(labels * a * mean / np.sqrt(1.0 + a * a * variance)).sum()), a)
        for a in _FACTORS
    )
