"""What a run printed or returned, as the mean and standard error of one metric.

    {"accuracy": 0.93, "seconds": [12.0, 0.1]}     metric name to mean, or to mean and sem
    0.93                                            the mean of whichever metric is asked for
    [0.93, 0.01]                                    its mean and sem

A sem that is left out is unknown, and inferred when a model is fitted.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from armwright.experiment import Data
from armwright.experiment.scalars import plain

if TYPE_CHECKING:
    from armwright.experiment import BaseTrial

__all__ = ["data_of", "outcome_of"]

Pair = tuple[float, float | None]


def outcome_of(value: Any, metric_name: str) -> Pair | None:
    """The mean and sem of a metric in a value of one of the forms above; None if not in it."""
    if isinstance(value, Mapping):
        return outcome_of(value[metric_name], metric_name) if metric_name in value else None
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = [plain(item) for item in value]
        if len(items) == 2 and _is_number(items[0]) and (items[1] is None or _is_number(items[1])):
            return float(items[0]), None if items[1] is None else float(items[1])
        return None
    number = plain(value)
    return (float(number), None) if _is_number(number) else None


def data_of(trial: "BaseTrial", metric_name: str, outcomes: Mapping[str, Pair]) -> Data:
    """A row for each arm of a trial that has an outcome."""
    return Data.from_evaluations(
        {arm: {metric_name: pair} for arm, pair in outcomes.items()}, trial.index
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
