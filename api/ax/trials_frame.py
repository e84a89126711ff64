"""The trials of an experiment as one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.generation.encoding import latest_data

if TYPE_CHECKING:
    import pandas as pd

    from armwright.experiment import Experiment

__all__ = ["trials_frame"]


def trials_frame(experiment: Experiment) -> pd.DataFrame:
    """A row for each arm of each trial; where a trial has one arm, a row for each trial.

    Columns: trial_index, arm_name, the mean of each metric (NaN where there is none), and the
    parameters.
    """
    import pandas as pd

    means: dict[tuple[Any, str], dict[str, float]] = {}
    for record in latest_data(experiment).df.to_dict("records"):
        key = (record["trial_index"], record["arm_name"])
        means.setdefault(key, {})[record["metric_name"]] = record["mean"]
    measured = dict.fromkeys(name for by_metric in means.values() for name in by_metric)
    metrics = list(dict.fromkeys([*experiment.metrics, *measured]))
    rows = [
        {
            "trial_index": index,
            "arm_name": arm.name,
            **{name: means.get((index, arm.name), {}).get(name) for name in metrics},
            **arm.parameters,
        }
        for index, trial in experiment.trials.items()
        for arm in trial.arms
    ]
    columns = ["trial_index", "arm_name", *metrics, *experiment.parameters]
    frame = pd.DataFrame(rows, columns=list(dict.fromkeys(columns)))
    return frame.astype(dict.fromkeys(metrics, "float64"))
