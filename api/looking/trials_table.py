"""The trials as columns, as the page and the terminal show them."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

from armwright.looking.figure_style import short
from armwright.looking.looked_at import SeenTrial

if TYPE_CHECKING:
    from collections.abc import Callable

    from armwright.looking.looked_at import LookedAt

__all__ = ["column_of", "column_of_metric", "trials_columns", "why"]

_Column = dict[str, Any]
_OWN = ("trial", "arm", "status", "why", "model", "reason")


def trials_columns(seen: LookedAt) -> list[_Column]:
    """A column for each thing that trials have: `name` and `values`, a value per arm.

    Numbers have six digits; what is not known is None. A parameter that is named like another
    column has "parameter" before its name, a metric "metric". Columns that would be empty are left
    out.
    """
    found: list[_Column] = []

    def add(name: str, value: Callable[[SeenTrial], Any], *, always: bool = True) -> None:
        values = [short(value(trial)) for trial in seen.trials]
        if always or any(item not in (None, "") for item in values):
            found.append({"name": name, "values": values})

    add("trial", lambda trial: trial.trial)
    add("arm", lambda trial: trial.arm)
    add("status", lambda trial: trial.status)
    add("why", why, always=False)
    measured = (name for trial in seen.trials for name in trial.values)
    metrics = dict.fromkeys([*seen.metrics, *measured])
    for metric in metrics:
        add(column_of_metric(metric), partial(SeenTrial.mean, metric=metric))
        add(f"{metric} ± sem", partial(_sem, metric=metric), always=False)
    for axis in seen.axes:
        name = f"parameter {axis.name}" if axis.name in {*_OWN, *metrics} else axis.name
        add(name, partial(_value, parameter=axis.name))
    for aim in seen.aims:
        add(f"expected {aim.metric}", partial(_expected, metric=aim.metric), always=False)
    add("model", lambda trial: trial.model, always=False)
    add("reason", lambda trial: trial.reason, always=False)
    return found


def column_of(seen: LookedAt, parameter: str) -> str:
    """The name of a parameter's column."""
    measured = {name for trial in seen.trials for name in trial.values}
    taken = {*_OWN, *seen.metrics, *measured}
    return f"parameter {parameter}" if parameter in taken else parameter


def column_of_metric(metric: str) -> str:
    """The name of a metric's column."""
    return f"metric {metric}" if metric in _OWN else metric


def why(trial: SeenTrial) -> str:
    """Why a trial has its arm, what was expected of it, in words; empty where nobody knows."""
    words = [trial.why] if trial.why else []
    for metric, (mean, sd) in trial.expected.items():
        words.append(f"{metric} was expected to be {mean:.4g} ± {sd:.2g}")
    return "; ".join(words)


def _value(trial: SeenTrial, parameter: str) -> Any:
    value = trial.parameters.get(parameter)
    return str(value) if isinstance(value, bool) else value


def _sem(trial: SeenTrial, metric: str) -> float:
    return trial.values.get(metric, (0.0, math.nan))[1]


def _expected(trial: SeenTrial, metric: str) -> float:
    return trial.expected.get(metric, (math.nan, 0.0))[0]
