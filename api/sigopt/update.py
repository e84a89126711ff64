"""What may change about an experiment once it is there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from armwright.sigopt.definition import checked_parameters
from armwright.sigopt.exception import refused
from armwright.sigopt.fields import (
    checked_name,
    known_keys,
    metadata_of,
    plain_json,
    whole_of,
    without_kinds,
)
from armwright.sigopt.metric_rules import checked_metrics, with_strategy
from armwright.sigopt.update_completion import completed
from armwright.sigopt.validate import check_shape

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["updated"]

Json = dict[str, Any]

_KEYS = ("name", "parameters", "metrics", "metadata", "budget", "parallel_bandwidth", "state")


def updated(definition: Json, fields: Mapping[str, Any]) -> Json:
    """The definition with some fields changed.

    Raises:
        ValidationError: A field is of the wrong shape.
        ApiException: It cannot change so. Status 400.
    """
    given = completed(definition, without_kinds(plain_json(fields)))
    check_shape(given)
    given.pop("no_optimize", None)  # what is suggested next is made when it is asked for
    known_keys(given, _KEYS, "an update")
    kept = {**definition, "updated": int(time.time())}
    if "name" in given:
        kept["name"] = checked_name(given["name"], "the name of an experiment")
    if "metadata" in given:
        metadata = given["metadata"]
        kept["metadata"] = None if metadata is None else metadata_of(metadata)
    if "parallel_bandwidth" in given:
        width = given["parallel_bandwidth"]
        kept["parallel_bandwidth"] = (
            None if width is None else whole_of(width, "parallel_bandwidth")
        )
    if "state" in given:
        if given["state"] not in ("active", "deleted"):
            raise refused(f"state should be active or deleted, got {given['state']!r}")
        kept["state"] = given["state"]
    if "metrics" in given:
        kept["metrics"] = _metrics(definition["metrics"], given["metrics"])
    if "budget" in given:
        kept["budget"] = _budget(definition, given["budget"])
    if "parameters" in given:
        kept["parameters"] = _parameters(definition, given["parameters"])
        kept["category_indices"] = _all_indices(definition)
    return kept


def _metrics(before: list[Json], given: list[Json]) -> list[Json]:
    after = checked_metrics(given)
    fixed = ("name", "objective", "strategy")
    if [[item[key] for key in fixed] for item in before] != [
        [item[key] for key in fixed] for item in after
    ]:
        raise refused("of metrics only the thresholds can change")
    return after


def _budget(definition: Json, budget: Any) -> int | None:
    if definition["type"] == "grid":
        raise refused("the budget of a grid cannot change")
    if len(with_strategy(definition["metrics"], "optimize")) == 2:
        raise refused("the budget cannot change where two metrics are optimized")
    if (definition["num_solutions"] or 1) > 1:
        raise refused("the budget cannot change where num_solutions is above 1")
    if budget is None:
        if with_strategy(definition["metrics"], "constraint"):
            raise refused("an experiment with a constraint metric needs a budget, got none")
        return None
    return whole_of(budget, "budget", 1)


def _parameters(definition: Json, given: list[Json]) -> list[Json]:
    if definition["type"] == "grid":
        raise refused("the parameters of a grid cannot change")
    if definition["linear_constraints"]:
        raise refused("parameters cannot change where there are linear constraints")
    before = {item["name"]: item for item in definition["parameters"]}
    for item in given:
        old = before.get(item.get("name", ""))
        if item.get("conditions") and (old is None or item["conditions"] != old["conditions"]):
            raise refused(f"parameter {item.get('name')!r}: conditions cannot change")
    indices = _all_indices(definition)
    after = checked_parameters(
        [
            _with_indices(_with_new_grid(item, before), indices.get(str(item.get("name")), {}))
            for item in given
        ],
        definition["conditionals"],
    )
    for item in after:
        old = before.get(item["name"])
        what = f"parameter {item['name']!r}"
        if old is None:
            if item["default_value"] is None:
                raise refused(f"{what} is new: it needs a default_value, got none")
            continue
        for key in ("type", "transformation"):
            if item[key] != old[key]:
                raise refused(f"{what}: {key} cannot change, from {old[key]!r} to {item[key]!r}")
    return after


def _with_new_grid(item: Json, before: Mapping[str, Json]) -> Json:
    """The parameter without bounds that are left from before its grid was given."""
    old = before.get(item.get("name", ""))
    if old is None or item.get("grid") is None or item.get("bounds") != old["bounds"]:
        return item
    return {**item, "bounds": None}


def _all_indices(definition: Json) -> dict[str, dict[str, int]]:
    """The index of each category that there ever was, by parameter and name."""
    found: dict[str, dict[str, int]] = dict(definition.get("category_indices") or {})
    for parameter in definition["parameters"]:
        if parameter["type"] == "categorical":
            now = {item["name"]: item["enum_index"] for item in parameter["categorical_values"]}
            found[parameter["name"]] = {**found.get(parameter["name"], {}), **now}
    return found


def _with_indices(item: Json, known: Mapping[str, int]) -> Json:
    """The parameter with the indices that its categories had; new ones get indices of their own."""
    categories = item.get("categorical_values")
    if not known or not isinstance(categories, list):
        return item
    free, numbered = max(known.values()), []
    for category in categories:
        name = category.get("name") if isinstance(category, dict) else category
        if not isinstance(name, str):
            return item
        if name not in known:
            free += 1
        numbered.append({"name": name, "enum_index": known.get(name, free)})
    return {**item, "categorical_values": numbered}
