"""How likely points are to give a result at all, for people to look at; see `chance`."""

import numpy as np

from armwright.optimizer.chance import chance_of
from armwright.optimizer.columns import Problem
from armwright.optimizer.features import Features
from armwright.optimizer.precision import double_precision
from armwright.optimizer.shapes import Float

__all__ = ["success_chance"]


def success_chance(
    problem: Problem,
    succeeded: Float[np.ndarray, "n d"],
    failed: Float[np.ndarray, "l d"],
    x: Float[np.ndarray, "k d"],
) -> Float[np.ndarray, " k"]:
    """The chance that each point gives a result, by which the search for arms weighs it; 1 to 0.

    Args:
        problem: Columns.
        succeeded: Points of trials with a result, model units.
        failed: Points of trials without; where there is none, every chance is 1.
        x: Points to ask about, model units.
    """
    from scipy.spatial.distance import cdist
    from scipy.special import expit, log_ndtr

    features = Features.of(problem)
    with double_precision():
        found = chance_of(features, succeeded, failed)
    if found is None:
        return np.ones(len(x))
    known = [np.asarray(field) for field in found]
    scaled, rates, weights, inverse, middle, factor, log_odds = known
    apart = np.sqrt(5.0) * cdist(features.encode(x) * rates, scaled)
    near = (1.0 + apart + apart**2 / 3.0) * np.exp(-apart)
    mean = middle + near @ weights
    variance = np.maximum(1.0 - np.sum((near @ inverse.T) ** 2, axis=1), 0.0)
    score = factor * mean / np.sqrt(1.0 + factor**2 * variance)
    chances: Float[np.ndarray, " k"] = expit(log_ndtr(score) - log_ndtr(-score) + log_odds)
    return chances
