"""How likely points are to give a result at all, for people to look at; see `chance`."""

import numpy as np

from armwright.optimizer.chance import chance_of
from armwright.optimizer.columns import Problem
from armwright.optimizer.features import Features
from armwright.optimizer.precision import double_precision
from armwright.optimizer.shapes import Float

__all__ = ["success_chance"]

_MOST_OF_A_KIND = 256  # trials that the classifier keeps, see `chance`


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
    from scipy.special import ndtr

    features = Features.of(problem)
    kept = [_evenly(part) for part in (succeeded, failed)]
    with double_precision():
        found = chance_of(features, *kept)
    if found is None:
        return np.ones(len(x))
    # Fewer of one kind than of the other are kept: the odds that these say are put right.
    shares = [
        len(part) / max(len(few), 1) for part, few in zip((succeeded, failed), kept, strict=True)
    ]
    odds = shares[0] / shares[1] if len(succeeded) else 1.0
    known = [np.asarray(field) for field in found]
    scaled, rates, weights, inverse, middle, factor = known
    apart = np.sqrt(5.0) * cdist(features.encode(x) * rates, scaled)
    near = (1.0 + apart + apart**2 / 3.0) * np.exp(-apart)
    mean = middle + near @ weights
    variance = np.maximum(1.0 - np.sum((near @ inverse.T) ** 2, axis=1), 0.0)
    chances: Float[np.ndarray, " k"] = ndtr(factor * mean / np.sqrt(1.0 + factor**2 * variance))
    return odds * chances / (odds * chances + (1.0 - chances))


def _evenly(points: Float[np.ndarray, "k d"]) -> Float[np.ndarray, "m d"]:
    """As many points as the classifier keeps of a kind."""
    if len(points) <= _MOST_OF_A_KIND:
        return points
    return points[np.linspace(0, len(points) - 1, _MOST_OF_A_KIND).astype(np.intp)]
