"""Which results a model is made of that only looks: all, or of very many a part that says enough.

A model that makes arms is given all results. For a picture, or to tell which of the good results
is not just lucky, one thousand say as much as ten, at a tenth of the cost.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from armwright.experiment import MultiObjective, ScalarizedObjective

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from armwright.experiment import Objective, OptimizationConfig

__all__ = ["FIT_ROWS", "MOST_RESULTS", "chosen_results"]

MOST_RESULTS = 1000
FIT_ROWS = 256  # of those chosen, to which hyperparameters are fitted where no arm brings any
_BEST = 4  # the best that keep the constraints are this part of those chosen


def chosen_results(
    frame: pd.DataFrame, config: OptimizationConfig, *, most: int = MOST_RESULTS
) -> pd.DataFrame:
    """The rows of at most `most` arms in trials; all rows where there are no more than that.

    A quarter are the best by the objective, of several objectives by each in turn, that keep the
    constraints as far as these are absolute. The others are spread evenly over the trials, the
    first and the last among them, so that the model sees where nothing good was found as well.

    Args:
        frame: Results as `Data.df` has them.
        config: Says what is best.
        most: How many arms in trials.
    """
    keys = ["trial_index", "arm_name"]
    arms = frame[keys].drop_duplicates()
    if len(arms) <= most:
        return frame
    means = frame.drop_duplicates([*keys, "metric_name"], keep="last")
    means = means.pivot(index=keys, columns="metric_name", values="mean").sort_index()
    taken = _best(_scores(means, config), most // _BEST)
    others = np.setdiff1d(np.arange(len(means)), taken)
    spread = np.linspace(0, len(others) - 1, most - len(taken)).round().astype(np.intp)
    chosen = means.index[np.sort(np.concatenate([taken, others[spread]]))]
    return frame[frame.set_index(keys).index.isin(chosen)]


def _scores(means: pd.DataFrame, config: OptimizationConfig) -> list[NDArray[np.float64]]:
    """Of each objective the values, smaller is better; NaN for what breaks a constraint."""
    kept = np.ones(len(means), np.bool_)
    for item in config.outcome_constraints:
        if not item.relative and item.metric.name in means:
            values = means[item.metric.name].to_numpy(np.float64)
            kept &= values >= item.bound if item.is_lower_bound else values <= item.bound
    found = []
    for factors in _objectives(config.objective):
        total = np.zeros(len(means))
        for name, factor in factors.items():
            total += factor * (means[name].to_numpy(np.float64) if name in means else math.nan)
        found.append(np.where(kept & np.isfinite(total), total, np.nan))
    return found


def _objectives(objective: Objective) -> list[dict[str, float]]:
    """Each objective as a weighted sum of metrics, smaller is better."""
    sign = 1.0 if objective.minimize else -1.0
    if isinstance(objective, MultiObjective):
        return [{metric.name: sign * weight} for metric, weight in objective.metric_weights]
    if isinstance(objective, ScalarizedObjective):
        return [{metric.name: sign * weight for metric, weight in objective.metric_weights}]
    return [{objective.metric.name: sign}]


def _best(scores: list[NDArray[np.float64]], most: int) -> NDArray[np.intp]:
    """The rows of the best values, of several objectives by each in turn."""
    taken: dict[int, None] = {}
    orders = [np.argsort(score, kind="stable")[: np.isfinite(score).sum()] for score in scores]
    for place in range(max(map(len, orders), default=0)):
        for order in orders:
            if place < len(order) and len(taken) < most:
                taken[int(order[place])] = None
        if len(taken) >= most:
            break
    return np.array(list(taken), np.intp)
