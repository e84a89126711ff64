"""What `AxClient.complete_trial` is given, as data.

    {"loss": (0.3, 0.01), "cost": (5.0, None)}     metric name to (mean, sem)
    (0.3, 0.01)                                     mean and sem of the objective
    0.3                                             its mean, of unknown sem
    [({"epochs": 10}, {"loss": (0.3, 0.01)}), ...]  results at several fidelities

A sem of None is unknown. A bare number may stand wherever a pair may. Where several metrics are
optimized, outcomes need their names.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from armwright.ax.client_experiment import objective_names_of
from armwright.errors import UsageError
from armwright.experiment import Data
from armwright.experiment.scalars import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment import Arm, Trial

__all__ = ["data_from_raw", "has_finite", "only_arm", "trial_data"]

Pair = tuple[float, float | None]


def data_from_raw(
    raw_data: Any,
    *,
    arm_name: str,
    trial_index: int,
    objective_name: str | None,
    metadata: Mapping[str, Any] | None = None,
    sample_size: int | None = None,
) -> Data:
    """The rows of one arm.

    Args:
        raw_data: In one of the forms above.
        arm_name: The arm.
        trial_index: Its trial.
        objective_name: The metric that a form without names is about; None where there are several.
        metadata: Its `start_time` and `end_time`, milliseconds since 1970, UTC, go into the rows.
        sample_size: Number of samples behind the means.

    Raises:
        ValueError: The data have another form.
    """
    more: dict[str, Any] = {
        "trial_index": trial_index,
        "sample_sizes": {arm_name: sample_size} if sample_size else None,
        "start_time": (metadata or {}).get("start_time"),
        "end_time": (metadata or {}).get("end_time"),
    }
    if isinstance(raw_data, dict):
        return Data.from_evaluations({arm_name: _evaluation(raw_data)}, **more)
    if isinstance(raw_data, list):
        return Data.from_fidelity_evaluations(
            {arm_name: [_at_fidelity(item) for item in raw_data]}, **more
        )
    pair = _pair(raw_data)
    if objective_name is None:
        raise UsageError(
            "raw_data: several metrics are optimized, expected a dict of metric name to "
            f"(mean, sem), got {raw_data!r}"
        )
    return Data.from_evaluations({arm_name: {objective_name: pair}}, **more)


def trial_data(
    trial: Trial, raw_data: Any, metadata: Mapping[str, Any] | None, sample_size: int | None
) -> Data:
    """The rows of a trial's arm; see `data_from_raw`."""
    names = objective_names_of(trial.experiment)
    return data_from_raw(
        raw_data,
        arm_name=only_arm(trial).name,
        trial_index=trial.index,
        objective_name=names[0] if len(names) == 1 else None,
        metadata=metadata,
        sample_size=sample_size,
    )


def only_arm(trial: Trial) -> Arm:
    """The arm of a trial.

    Raises:
        UsageError: It has none.
    """
    if trial.arm is None:
        raise UsageError(f"trial {trial.index}: has no arm")
    return trial.arm


def has_finite(data: Data, metric_name: str) -> bool:
    """Whether the metric has a finite mean, or no row at all: its data may come later."""
    means = data.df.loc[data.df["metric_name"] == metric_name, "mean"]
    return means.empty or any(math.isfinite(mean) for mean in means)


def _at_fidelity(item: Any) -> tuple[dict[str, Any], dict[str, Pair]]:
    if (
        not isinstance(item, tuple)
        or len(item) != 2
        or not all(isinstance(part, dict) for part in item)
    ):
        raise UsageError(
            f"raw_data: a list should hold pairs (fidelities, results) of dicts, got {item!r}"
        )
    return item[0], _evaluation(item[1])


def _evaluation(values: Mapping[str, Any]) -> dict[str, Pair]:
    return {name: _pair(value) for name, value in values.items()}


def _pair(value: Any) -> Pair:
    if isinstance(value, tuple) and len(value) == 2:
        mean, sem = plain(value[0]), plain(value[1])
        if isinstance(mean, int | float) and (sem is None or isinstance(sem, int | float)):
            return mean, sem
    elif isinstance(mean := plain(value), int | float):
        return mean, None
    raise UsageError(
        "raw_data: expected a number, (mean, sem), a dict of metric name to (mean, sem), or a list "
        f"of (fidelities, such a dict), got {value!r}"
    )
