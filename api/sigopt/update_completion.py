"""What an update leaves out of parameters and metrics that are there: it stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.sigopt.exception import refused

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["completed"]

Json = dict[str, Any]

_OF_PARAMETERS = (
    *("type", "bounds", "categorical_values", "grid", "transformation", "prior", "conditions"),
    "default_value",
)
_OF_METRICS = ("objective", "strategy", "threshold")


def completed(definition: Mapping[str, Any], fields: Mapping[str, Any]) -> Json:
    """The fields of an update, with what they leave out of parameters and metrics.

    Null is said, not left out: it clears a prior, a default value or a threshold.

    Raises:
        ApiException: A metric's objective or strategy is null. Status 400.
    """
    given = dict(fields)
    if isinstance(given.get("parameters"), list):
        before = {item["name"]: item for item in definition["parameters"]}
        given["parameters"] = [_parameter(item, before) for item in given["parameters"]]
    if isinstance(given.get("metrics"), list):
        metrics = definition["metrics"]
        given["metrics"] = [_metric(item, metrics) for item in given["metrics"]]
    return given


def _parameter(item: Any, before: Mapping[str, Json]) -> Any:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str):
        return item
    old = before.get(item["name"])
    if old is None or item.get("type", old["type"]) != old["type"]:
        return item
    kept = {key: old[key] for key in _OF_PARAMETERS if old.get(key) is not None}
    if item.get("bounds") is not None and "grid" not in item:
        kept.pop("grid", None)
    return {**kept, **item}


def _metric(item: Any, metrics: list[Json]) -> Any:
    if not isinstance(item, dict):
        return item
    name = item.get("name")
    if name is None and len(metrics) == 1:
        name = metrics[0]["name"]
    for old in metrics:
        if old["name"] == name:
            for key in ("objective", "strategy"):
                if item.get(key, "?") is None:
                    raise refused(f"metric {name!r}: {key} cannot be null")
            kept = {key: old[key] for key in _OF_METRICS}
            if old["strategy"] == "constraint":
                del kept["threshold"]  # a constraint says it each time
            return {**kept, **item, "name": name}
    return item
