"""The best arm of an experiment: by the model where one has predicted, else by raw results."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from armwright.experiment import Experiment, Objective, TParameterization

__all__ = ["best_point", "best_predicted_point", "best_raw_point"]

_Values = tuple[dict[str, float], dict[str, dict[str, float]] | None]


def best_point(experiment: Experiment) -> tuple[TParameterization, _Values | None] | None:
    """The best parameters and the values expected there; None where nothing is measured.

    The newest trial whose generator named a best arm decides; it is what the model knew when it
    made that trial, so the trial's own result is not considered. Before there is such a trial, the
    best raw result decides and constraints are ignored.

    Raises:
        NotImplementedError: There are several objectives, see `best_raw_point`.
    """
    return best_predicted_point(experiment) or best_raw_point(experiment)


def best_predicted_point(experiment: Experiment) -> tuple[TParameterization, _Values | None] | None:
    """What the newest trial's generator that named a best arm said of it; None if none did."""
    for index in sorted(experiment.trials, reverse=True):
        for run in experiment.trials[index].generator_runs:
            if run.best_arm_predictions is not None:
                arm, predictions = run.best_arm_predictions
                return arm.parameters, predictions
    return None


def best_raw_point(experiment: Experiment) -> tuple[TParameterization, _Values] | None:
    """The parameters of the arm with the best measured objective, and all it measured.

    A scalarized objective is the weighted sum of what an arm measured in one trial; arms that did
    not measure all of it do not count. Neither do failed and abandoned trials, nor values that are
    not finite.

    Raises:
        NotImplementedError: There are several objectives, so that no one arm is the best.
    """
    from armwright.generation.encoding import latest_data

    config = experiment.optimization_config
    if config is None:
        return None
    weights = _weights(config.objective)
    frame = latest_data(experiment).df
    if not len(frame):
        return None
    places = ["arm_name", *(["trial_index"] if "trial_index" in frame else [])]
    rows = frame[frame["metric_name"].isin(list(weights)) & frame["mean"].abs().lt(math.inf)]
    if "trial_index" in frame:
        gone = [i for i, trial in experiment.trials.items() if trial.did_not_complete]
        rows = rows[~rows["trial_index"].isin(gone)]
    best = _largest(rows, weights, places)
    if best is None:
        return None
    same = frame
    for place, value in best.items():
        same = same[same[place] == value]
    means_by_metric = {row["metric_name"]: float(row["mean"]) for _, row in same.iterrows()}
    covariances = {
        row["metric_name"]: {row["metric_name"]: float(row.get("sem", math.nan)) ** 2}
        for _, row in same.iterrows()
    }
    arm = experiment.arms_by_name[str(best["arm_name"])]
    return arm.parameters, (means_by_metric, covariances)


def _weights(objective: Objective) -> dict[str, float]:
    """What is to be made large: the metrics of the one objective and their factors."""
    from armwright.generation.outcomes import objective_weights

    objectives = objective_weights(objective)
    if len(objectives) > 1:
        raise NotImplementedError(
            f"{objective!r}: several objectives have no one best point; read the experiment's data"
        )
    return objectives[0]


def _largest(
    rows: pd.DataFrame, weights: dict[str, float], places: list[str]
) -> dict[str, object] | None:
    """The arm, and its trial where there are trials, with the largest weighted sum."""
    measured: dict[tuple[object, ...], dict[str, float]] = {}
    for *place, metric, mean in rows[[*places, "metric_name", "mean"]].itertuples(index=False):
        measured.setdefault(tuple(place), {})[metric] = float(mean)
    totals = {
        place: sum(weights[metric] * mean for metric, mean in means.items())
        for place, means in measured.items()
        if len(means) == len(weights)
    }
    if not totals:
        return None
    best = max(totals.items(), key=lambda item: item[1])[0]
    return dict(zip(places, best, strict=True))
