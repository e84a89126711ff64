"""The names of `ax.service.utils.report_utils`: an experiment as a table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from armwright.ax.trials_frame import trials_frame
from armwright.generation.outcomes import objective_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from armwright.experiment import BaseTrial, Experiment, Metric

__all__ = ["exp_to_df", "get_best_trial", "get_shortest_trial"]

_DURATION = "runtime_seconds"


def exp_to_df(
    exp: Experiment,
    metrics: Sequence[Metric] | None = None,
    key_components: Sequence[str] | None = None,
    run_metadata_fields: Sequence[str] | None = None,
    **kwargs: Any,
) -> pd.DataFrame:
    """A row for each arm of each trial.

    Args:
        exp: The experiment.
        metrics: Whose means to show; all that are measured when left out.
        key_components: Which of `trial_index` and `arm_name` to show; both when left out.
        run_metadata_fields: What of the trials' run metadata to show.
        **kwargs: Accepted as in the release, and without effect.

    Returns:
        Columns: the key, trial_status, generator_model, each metric, each parameter, and the run
        metadata asked for.
    """
    del kwargs
    frame = trials_frame(exp)
    trials = [exp.trials[index] for index in frame["trial_index"]]
    frame.insert(2, "trial_status", [trial.status.name for trial in trials])
    frame.insert(3, "generator_model", [_model(trial) for trial in trials])
    for name in run_metadata_fields or ():
        frame[name] = [trial.run_metadata.get(name) for trial in trials]
    if metrics is not None:
        wanted = {metric.name for metric in metrics}
        measured = {*exp.metrics} | {metric.name for metric in metrics}
        frame = frame.drop(columns=[n for n in measured - wanted if n in frame])
    if key_components is not None:
        unwanted = [n for n in ("trial_index", "arm_name") if n not in key_components]
        frame = frame.drop(columns=unwanted)
    return frame


def get_best_trial(
    exp: Experiment,
    additional_metrics: Sequence[Metric] | None = None,
    run_metadata_fields: Sequence[str] | None = None,
    **kwargs: Any,
) -> pd.DataFrame | None:
    """The row of `exp_to_df` with the best measured objective; None where nothing is measured."""
    frame = exp_to_df(exp, None, None, run_metadata_fields, **kwargs)
    config = exp.optimization_config
    if config is None:
        return None
    total = 0.0 * frame["trial_index"].astype("float64")
    for name, weight in objective_weights(config.objective)[0].items():
        total = total + weight * frame[name]
    if total.isna().all():
        return None
    best = frame.loc[[total.idxmax()]]
    kept = set(config.metrics) | {metric.name for metric in additional_metrics or ()}
    return best.drop(columns=[n for n in exp.metrics if n not in kept and n in best])


def get_shortest_trial(
    exp: Experiment,
    additional_metrics: Sequence[Metric] | None = None,
    run_metadata_fields: Sequence[str] | None = None,
    **kwargs: Any,
) -> pd.DataFrame | None:
    """The row of `exp_to_df` whose trial took least time, with that; None where none has ended."""
    frame = exp_to_df(exp, None, None, run_metadata_fields, **kwargs)
    del additional_metrics
    frame[_DURATION] = [_seconds(exp.trials[index]) for index in frame["trial_index"]]
    if frame[_DURATION].isna().all():
        return None
    return frame.loc[[frame[_DURATION].idxmin()]]


def _model(trial: BaseTrial) -> str:
    keys = [run._model_key or "Manual" for run in trial.generator_runs]
    return ", ".join(dict.fromkeys(keys)) or "Manual"


def _seconds(trial: BaseTrial) -> float:
    if trial.time_completed is None or trial.time_run_started is None:
        return math.nan
    return (trial.time_completed - trial.time_run_started).total_seconds()
