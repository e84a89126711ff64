"""The best arm of an experiment: by the model where one has predicted, else by raw results."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from armwright.experiment import Experiment, TParameterization

__all__ = ["best_point", "best_raw_point"]

_Values = tuple[dict[str, float], dict[str, dict[str, float]] | None]


def best_point(experiment: Experiment) -> tuple[TParameterization, _Values | None] | None:
    """The best parameters and the values expected there; None where nothing is measured.

    The newest trial whose generator named a best arm decides; it is what the model knew when it
    made that trial, so the trial's own result is not considered. Before there is such a trial, the
    best raw result decides and constraints are ignored.
    """
    for index in sorted(experiment.trials, reverse=True):
        for run in experiment.trials[index].generator_runs:
            if run.best_arm_predictions is not None:
                arm, predictions = run.best_arm_predictions
                return arm.parameters, predictions
    return best_raw_point(experiment)


def best_raw_point(experiment: Experiment) -> tuple[TParameterization, _Values] | None:
    """The parameters of the arm with the best measured objective, and all it measured.

    Failed and abandoned trials do not count, nor do values that are not finite.
    """
    from armwright.generation.encoding import latest_data

    config = experiment.optimization_config
    frame = latest_data(experiment).df
    if config is None or not len(frame):
        return None
    objective = config.objective.metric.name
    rows = frame[(frame["metric_name"] == objective) & frame["mean"].abs().lt(math.inf)]
    if "trial_index" in frame:
        gone = [i for i, trial in experiment.trials.items() if trial.did_not_complete]
        rows = rows[~rows["trial_index"].isin(gone)]
    if not len(rows):
        return None
    sign = 1.0 if config.objective.minimize else -1.0
    best = rows.iloc[int((sign * rows["mean"]).argmin())]
    same = frame[frame["arm_name"] == best["arm_name"]]
    if "trial_index" in frame:
        same = same[same["trial_index"] == best["trial_index"]]
    means_by_metric = {row["metric_name"]: float(row["mean"]) for _, row in same.iterrows()}
    covariances = {
        row["metric_name"]: {row["metric_name"]: float(row.get("sem", math.nan)) ** 2}
        for _, row in same.iterrows()
    }
    arm = experiment.arms_by_name[best["arm_name"]]
    return arm.parameters, (means_by_metric, covariances)
