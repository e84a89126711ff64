"""Metrics of classes that are not known here, so that their experiment can be opened all the same.

A metric's class says how to fetch data; the experiment's trials and the data it has do not depend
on it. So a plain `Metric` of the same name stands in its place, and what the document said of the
metric is kept, for the next document.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from armwright.persistence.known_classes import class_called

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["warn_of_unknown", "with_known_metrics", "with_unknown_metrics"]

_Json = dict[str, Any]

# Where metrics stand: class of the document -> its keys.
_PLACES: dict[Any, tuple[str, ...]] = {
    "Objective": ("metric",),
    "MultiObjective": ("metrics",),
    "ScalarizedObjective": ("metrics",),
    "OutcomeConstraint": ("metric",),
}


def with_known_metrics(document: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[str, _Json]]:
    """The document of an experiment, with plain metrics in place of those of unknown classes.

    Returns:
        The document, and what the one given, which stays as it is, says of the metrics replaced.
    """
    unknown: dict[str, _Json] = {}

    def known(metric: _Json) -> _Json:
        kind = metric.get("__type")
        if not isinstance(kind, str) or class_called(kind) or "name" not in metric:
            return metric
        unknown[metric["name"]] = metric
        return _plain(metric)

    changed = _exchanged(document, known)
    return (changed if unknown else document), unknown


def with_unknown_metrics(
    document: Mapping[str, Any], unknown: Mapping[str, _Json]
) -> Mapping[str, Any]:
    """The document of an experiment or trial, with what was said of unknown metrics put back."""

    def own(metric: _Json) -> _Json:
        before = unknown.get(metric["name"])
        return metric if before is None or metric != _plain(before) else before

    return _exchanged(document, own) if unknown else document


def warn_of_unknown(unknown: Mapping[str, _Json]) -> None:
    """Warns that plain metrics stand in the place of these, if there are any."""
    for kind in dict.fromkeys(metric["__type"] for metric in unknown.values()):
        names = [repr(name) for name, metric in unknown.items() if metric["__type"] == kind]
        warnings.warn(
            f"the document holds a {kind}, a class of metric that is not known here; in place of "
            f"{', '.join(names)} there is a plain Metric, which fetches no data. Call "
            f"armwright.ax.register_metric({kind}) before loading; load with strict=True refuses "
            "such documents",
            stacklevel=3,
        )


def _plain(metric: _Json) -> _Json:
    lower_is_better = metric.get("lower_is_better")
    return {"__type": "Metric", "name": metric["name"], "lower_is_better": lower_is_better}


def _exchanged(document: Mapping[str, Any], exchange: Callable[[_Json], _Json]) -> _Json:
    """A document of an experiment or trial, or a part of one, with other metrics in it."""
    changed = dict(document)
    if "tracking_metrics" in document:
        changed["tracking_metrics"] = [exchange(item) for item in document["tracking_metrics"]]
    if document.get("optimization_config") is not None:
        changed["optimization_config"] = _walked(document["optimization_config"], exchange)
    # Generator runs keep what they optimized.
    if document.get("generator_run") is not None:
        changed["generator_run"] = _exchanged(document["generator_run"], exchange)
    if "generator_run_structs" in document:
        structs = document["generator_run_structs"]
        changed["generator_run_structs"] = [_exchanged(item, exchange) for item in structs]
    if "trials" in document:
        trials = document["trials"].items()
        changed["trials"] = {index: _exchanged(trial, exchange) for index, trial in trials}
    return changed


def _walked(value: Any, exchange: Callable[[_Json], _Json]) -> Any:
    if isinstance(value, list):
        return [_walked(item, exchange) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("__type")
    walked = {key: _walked(item, exchange) for key, item in value.items()}
    for place in _PLACES.get(kind, ()) if isinstance(kind, str) else ():
        if isinstance(value.get(place), dict):
            walked[place] = exchange(value[place])
        elif isinstance(value.get(place), list):
            walked[place] = [exchange(item) for item in value[place]]
    return walked
