"""`sigopt.params` and `sigopt.log_...` without a run of their own.

With no run in force, what is logged is checked and goes nowhere, and parameters are kept in this
process: they are what every later run has where nothing was suggested.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from armwright.sigopt.log_values import checked_metric, checked_text, metric_values
from armwright.sigopt.run_params import RunParams

__all__ = [
    "global_params",
    "log_checkpoint",
    "log_dataset",
    "log_failure",
    "log_image",
    "log_metadata",
    "log_metric",
    "log_metrics",
    "log_model",
    "params",
]

params = RunParams({}, frozenset(), lambda _: None)


def global_params() -> dict[str, Any]:
    """What was set in `sigopt.params`."""
    return dict(params)


def log_metric(name: str, value: Any, stddev: Any = None) -> None:
    """Checks a metric's value."""
    checked_metric(name, value, stddev)


def log_metrics(*args: Any, **kwargs: Any) -> None:
    """Checks the values of metrics."""
    metric_values(*args, **kwargs)


def log_metadata(key: str, value: Any) -> None:  # noqa: ARG001 - there is no run to note it of
    """Checks a key of metadata."""
    checked_text(key, "a key of metadata")


def log_dataset(name: str) -> None:
    """Checks the name of a data set."""
    checked_text(name, "the name of a dataset")


def log_model(type: Any = None) -> None:  # noqa: A002 - the name that callers use
    """Accepts any model."""


def log_failure() -> None:
    """Has no run to end."""


def log_checkpoint(values: Mapping[str, Any]) -> None:
    """Checks the values of a checkpoint."""
    if not isinstance(values, Mapping):
        raise ValueError(f"a checkpoint should be a dict of metrics, got {values!r}")
    metric_values({name: value for name, value in values.items() if value is not None})


def log_image(image: Any, name: str | None = None) -> None:
    """Accepts any image."""
