"""What a metric's data say of arms, once the rows are gone that no model should learn from."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    from armwright.experiment import Arm, Data, Experiment

__all__ = ["Result", "results"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One usable row of the data.

    Attributes:
        arm: What was observed.
        mean: Of the metric, as measured.
        sem: Standard error of the mean, same unit; NaN where it is not known.
        trial: Index of the trial it was observed in; None where the data do not say.
    """

    arm: Arm
    mean: float
    sem: float
    trial: int | None = None


def results(
    experiment: Experiment, data: Data, metric_name: str
) -> tuple[list[Result], dict[str, int]]:
    """A metric's results, and how many rows of it were left out, by reason.

    Rows of failed and abandoned trials, of abandoned arms, and values that are not finite are no
    results.
    """
    found: list[Result] = []
    dropped = {"of failed or abandoned arms": 0, "not finite": 0}
    table = [record for record in data.records() if record["metric_name"] == metric_name]
    gone, by_name = _abandoned(experiment), experiment.arms_by_name
    for record in table:
        arm = by_name.get(record["arm_name"])
        trial_index = record.get("trial_index", math.nan)
        if arm is None or trial_index in gone or (trial_index, record["arm_name"]) in gone:
            dropped["of failed or abandoned arms"] += 1
        elif not math.isfinite(record["mean"]):
            dropped["not finite"] += 1
        else:
            sem = float(record.get("sem", math.nan))
            trial = int(trial_index) if math.isfinite(trial_index) else None
            found.append(Result(arm=arm, mean=float(record["mean"]), sem=sem, trial=trial))
    return found, dropped


def _abandoned(experiment: Experiment) -> set[Any]:
    gone: set[Any] = set()
    for index, trial in experiment.trials.items():
        if trial.status.is_failed or trial.status.is_abandoned:
            gone.add(index)
        gone.update((index, arm.name) for arm in trial.abandoned_arms)
    return gone
