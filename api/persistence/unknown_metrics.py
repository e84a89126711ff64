"""Metrics of classes that are not known here, so that their experiment can be opened all the same.

A metric's class says how to fetch data; the experiment's trials and the data it has do not depend
on it. So a plain `Metric` of the same name stands in its place.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from armwright.persistence.known_classes import class_called

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["with_known_metrics"]

# Where metrics stand: class of the document -> its keys.
_PLACES: dict[Any, tuple[str, ...]] = {
    "Objective": ("metric",),
    "MultiObjective": ("metrics",),
    "ScalarizedObjective": ("metrics",),
    "OutcomeConstraint": ("metric",),
}


def with_known_metrics(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The document of an experiment, with plain metrics in place of those of unknown classes.

    Warns of each class that it replaced. The document given stays as it is.
    """
    replaced: dict[str, list[str]] = {}
    changed = dict(document)
    if "tracking_metrics" in document:
        tracked = document["tracking_metrics"]
        changed["tracking_metrics"] = _known(tracked, replaced, is_metric=True)
    if "optimization_config" in document:
        changed["optimization_config"] = _known(document["optimization_config"], replaced)
    trials = {
        index: _known_runs(item, replaced) for index, item in document.get("trials", {}).items()
    }
    if not replaced:
        return document
    for kind, names in replaced.items():
        warnings.warn(
            f"the document holds a {kind}, a class of metric that is not known here; in place of "
            f"{', '.join(dict.fromkeys(names))} there is a plain Metric, which fetches no data. "
            f"Call armwright.ax.register_metric({kind}) before loading; load with strict=True "
            "refuses such documents",
            stacklevel=2,
        )
    return changed | {"trials": trials}


def _known_runs(trial: Any, replaced: dict[str, list[str]]) -> Any:
    """A trial whose generator runs, which keep what they optimized, hold known metrics."""

    def known(run: Any) -> Any:
        if not run or run.get("optimization_config") is None:
            return run
        config = _known(run["optimization_config"], replaced)
        return {**run, "optimization_config": config}

    if "generator_run_structs" in trial:
        structs = [
            {**struct, "generator_run": known(struct["generator_run"])}
            for struct in trial["generator_run_structs"]
        ]
        return {**trial, "generator_run_structs": structs}
    return {**trial, "generator_run": known(trial.get("generator_run"))}


def _known(value: Any, replaced: dict[str, list[str]], *, is_metric: bool = False) -> Any:
    if isinstance(value, list):
        return [_known(item, replaced, is_metric=is_metric) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("__type")
    if is_metric and isinstance(kind, str) and class_called(kind) is None and "name" in value:
        replaced.setdefault(kind, []).append(repr(value["name"]))
        lower_is_better = value.get("lower_is_better")
        return {"__type": "Metric", "name": value["name"], "lower_is_better": lower_is_better}
    places = _PLACES.get(kind, ()) if isinstance(kind, str) else ()
    return {key: _known(item, replaced, is_metric=key in places) for key, item in value.items()}
