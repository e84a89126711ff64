"""Which observations a model keeps where there are too many for all of them.

Hyperparameters are well determined by some hundred observations: the best ones, near which the
model has to be right, and others spread over the space. What the model is conditioned on is all of
them for as long as their matrices are small, then a part: the best, those nearest to where the
search looks closest, and others spread over the space, so that it is not forgotten either.

References:
    Gonzalez (1985), "Clustering to minimize the maximum intercluster distance", for the spread;
    Gramacy and Apley (2015), arXiv:1303.0383, for local posteriors.
"""

import numpy as np

from armwright.optimizer.features import Features
from armwright.optimizer.goal import Goal
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.incumbents import ranked
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.settings import Settings
from armwright.optimizer.shapes import Float, Int

__all__ = ["SLACK", "most_exact", "rows_near", "rows_to_fit"]

SLACK = 1.25  # as many more rows are fitted whole: leaving a few out is worth nothing
_BEST = 0.25  # most that the best are among the rows
_NEAR = 0.75  # share of the best and the nearest among the rows of a local posterior
_BEST_HERE = 128
_POOL = 4096  # rows from which those spread over the space are picked
_NARROW = 64  # features up to which their distances are worth computing


def most_exact(outcomes: int, settings: Settings) -> int:
    """How many observations a model is conditioned on at most, given that each outcome has one."""
    return max(int(settings.exact_rows / np.sqrt(outcomes)), 2)


def rows_to_fit(
    measured: Measurements, goal: Goal, features: Features, settings: Settings
) -> Int[np.ndarray, " m"] | None:
    """The rows hyperparameters are fitted to, in order; None for all."""
    if len(measured.x) <= SLACK * settings.fit_rows:
        return None
    most = settings.fit_rows
    order = ranked(measured, goal)
    complete = np.isfinite(measured.y).all(axis=1)
    if complete.sum() < most:  # outcomes that are rarely measured together
        complete[:] = True
    order, points = order[complete[order]], features.encode(measured.x)
    return _filled_up(points, order[: max(int(_BEST * most), 1)], np.flatnonzero(complete), most)


def rows_near(
    centers: Float[np.ndarray, "c d"],
    measured: Measurements,
    goal: Goal,
    features: Features,
    fits: tuple[Hyperparameters, ...],
    settings: Settings,
) -> Int[np.ndarray, " m"] | None:
    """The rows a model is conditioned on, in order; None for all.

    Args:
        centers: Where the model is to be most exact; model units.
        measured: All that is known.
        goal: Decides which points are the best.
        features: The map to features.
        fits: Say what is near.
        settings: Sizes.
    """
    exact = most_exact(measured.outcomes, settings)
    if len(measured.x) <= exact:
        return None
    most = min(settings.local_rows, exact)
    rates = np.mean([1.0 / np.array(one.lengthscales) for one in fits], axis=0)
    scales = rates @ features.membership
    points = features.encode(measured.x) * scales
    distance = np.full(len(points), np.inf)
    for center in features.encode(centers) * scales:
        distance = np.minimum(distance, ((points - center) ** 2).sum(axis=1))
    best = ranked(measured, goal)[: min(_BEST_HERE, max(int(_BEST * most), 1))]
    nearest = np.argsort(distance, kind="stable")
    nearest = nearest[~np.isin(nearest, best)]
    near = np.concatenate([best, nearest[: max(int(_NEAR * most) - len(best), 0)]])
    return _filled_up(points, near, np.arange(len(points)), most)


def _filled_up(
    points: Float[np.ndarray, "n D"],
    chosen: Int[np.ndarray, " c"],
    among: Int[np.ndarray, " k"],
    most: int,
) -> Int[np.ndarray, " m"]:
    """The chosen rows, and others `among` them as far from all chosen ones as can be; in order."""
    rest = np.setdiff1d(among, chosen)
    missing = min(max(most - len(chosen), 0), len(rest))
    if points.shape[1] > _NARROW:
        rest = rest[np.linspace(0, len(rest) - 1, missing).astype(np.intp)]
        return np.sort(np.concatenate([chosen, rest]))
    rest = rest[np.linspace(0, len(rest) - 1, min(len(rest), _POOL)).astype(np.intp)]
    pool = points[rest]
    distance = np.full(len(pool), np.inf)
    for row in points[chosen]:
        distance = np.minimum(distance, ((pool - row) ** 2).sum(axis=1))
    picked = np.empty(min(missing, len(pool)), np.intp)
    for place in range(len(picked)):
        picked[place] = np.argmax(distance)
        distance = np.minimum(distance, ((pool - pool[picked[place]]) ** 2).sum(axis=1))
        distance[picked[place]] = -1.0
    return np.sort(np.concatenate([chosen, rest[picked]]))
