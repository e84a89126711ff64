"""What callbacks are told of the trials of an experiment in memory."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from armwright.callbacks.telling import Teller
    from armwright.experiment import BaseTrial

__all__ = ["arms_of", "results_of", "take_in_trials", "tell_end_of"]


def arms_of(trial: BaseTrial) -> dict[str, dict[str, Any]]:
    """For each arm its parameters."""
    return {arm.name: dict(arm.parameters) for arm in trial.arms}


def results_of(trial: BaseTrial) -> dict[str, dict[str, tuple[float, float]]]:
    """For each arm that was not given up its results.

    Returns:
        By arm and metric the mean and its standard error, NaN where it is unknown.
    """
    found: dict[str, dict[str, tuple[float, float]]] = {}
    given_up = {arm.name for arm in trial.abandoned_arms}
    for row in trial.experiment.lookup_data_for_trial(trial.index)[0].df.to_dict("records"):
        sem = row.get("sem")
        pair = (float(row["mean"]), math.nan if sem is None else float(sem))
        if row["arm_name"] not in given_up:
            found.setdefault(str(row["arm_name"]), {})[str(row["metric_name"])] = pair
    return found


def tell_end_of(teller: Teller, trial: BaseTrial) -> None:
    """Tells that a trial has ended, as it stands in its experiment."""
    reason = trial.run_metadata.get("failure_reason") or trial.abandoned_reason or ""
    teller.ended(
        trial.index,
        arms_of(trial),
        state=trial.status.name.lower(),
        reason=str(reason),
        results=results_of(trial),
    )


def take_in_trials(teller: Teller, trials: Iterable[BaseTrial]) -> None:
    """Takes the completed ones into account that are not known yet as they are; tells nobody."""
    for trial in trials:
        if not trial.status.is_completed:
            teller.forget(trial.index)
            continue
        newest = max(trial.experiment.data_by_trial.get(trial.index, ()), default=-1)
        source = (newest, *sorted(arm.name for arm in trial.abandoned_arms))
        if not teller.knows(trial.index, source):
            teller.take_in(trial.index, arms_of(trial), results_of(trial), source=source)
