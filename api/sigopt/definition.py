"""The definition of an experiment: what was asked for, checked and filled in, as it is kept.

Every rule that needs more than one field is here: names, budgets, what excludes what.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from armwright.fault_path import at
from armwright.sigopt.constraint_rules import (
    check_activity,
    checked_conditionals,
    checked_constraints,
)
from armwright.sigopt.exception import refused
from armwright.sigopt.fields import (
    checked_name,
    distinct,
    known_keys,
    metadata_of,
    plain_json,
    whole_of,
    without_kinds,
)
from armwright.sigopt.metric_rules import checked_metrics, with_strategy
from armwright.sigopt.parameter_rules import checked_parameter
from armwright.sigopt.validate import check_shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["checked_parameters", "definition_from_fields"]

Json = dict[str, Any]

_KEYS = (
    *("name", "parameters", "metrics", "type", "budget", "parallel_bandwidth", "num_solutions"),
    *("conditionals", "linear_constraints", "metadata"),
)
_TYPES = ("offline", "random", "grid")


def definition_from_fields(fields: Mapping[str, Any]) -> Json:
    """Checks the fields of `create_experiment`.

    Returns:
        Every field, with its default where nothing was said; parameters and metrics sorted by name.

    Raises:
        ValidationError: A field is of the wrong shape.
        ApiException: A value is refused, status 400.
    """
    check_shape(fields)
    known_keys(fields, _KEYS, "an experiment")
    given = without_kinds(plain_json(fields))
    with at("name"):
        name = checked_name(given["name"], "the name of an experiment")
    conditionals = checked_conditionals(given.get("conditionals"))
    parameters = checked_parameters(given["parameters"], conditionals)
    kept: Json = {
        "name": name,
        "type": given.get("type") or "offline",
        "parameters": parameters,
        "metrics": checked_metrics(given["metrics"]),
        "conditionals": conditionals,
        "linear_constraints": checked_constraints(given.get("linear_constraints"), parameters),
        "metadata": _metadata(given),
        "budget": _optional(given, "budget"),
        "parallel_bandwidth": _optional(given, "parallel_bandwidth"),
        "num_solutions": _optional(given, "num_solutions"),
    }
    if kept["type"] not in _TYPES:
        with at("type"):
            raise refused(f"type should be one of {', '.join(_TYPES)}, got {kept['type']!r}")
    if conditionals:
        check_activity(conditionals, parameters)
        if not with_strategy(kept["metrics"], "optimize"):
            raise refused("conditionals need an optimized metric, this has constraints alone")
    with at("budget" if kept["budget"] is not None else "type"):
        _check_grid(kept)
    with at("num_solutions"):
        _check_solutions(kept)
    _check_budget(kept)
    return kept


def checked_parameters(given: Iterable[Json], conditionals: Iterable[Json]) -> list[Json]:
    """Parameters as they are kept, sorted by name."""
    choices = {item["name"]: item["values"] for item in conditionals}
    kept = sorted(
        (_parameter(place, item, choices) for place, item in enumerate(given)),
        key=lambda item: str(item["name"]),
    )
    distinct([*choices, *(item["name"] for item in kept)], "the names of parameters")
    return kept


def _parameter(place: int, given: Json, choices: Mapping[str, list[str]]) -> Json:
    with at("parameters", place):
        return checked_parameter(given, choices)


def _optional(given: Mapping[str, Any], key: str) -> int | None:
    value = given.get(key)
    with at(key):
        return None if value is None else whole_of(value, key, 1)


def _metadata(given: Mapping[str, Any]) -> Json:
    with at("metadata"):
        return metadata_of(given.get("metadata"))


def _check_grid(kept: Json) -> None:
    """Refuses what is no grid, and computes its budget."""
    if kept["type"] != "grid":
        return
    if kept["conditionals"]:
        raise refused("an experiment of type grid has no conditionals")
    size = 1
    for parameter in kept["parameters"]:
        if parameter["type"] != "categorical" and not parameter["grid"]:
            raise refused(f"parameter {parameter['name']!r}: type grid needs its values as grid")
        if parameter["type"] == "categorical":
            parameter["grid"] = [item["name"] for item in parameter["categorical_values"]]
        size *= len(parameter["grid"])
    if kept["budget"] not in (None, size):
        raise refused(f"budget of a grid of {size} points should be {size}, got {kept['budget']}")
    kept["budget"] = size


def _check_solutions(kept: Json) -> None:
    count = kept["num_solutions"]
    if count is None or count == 1:
        return
    if len(with_strategy(kept["metrics"], "optimize")) != 1:
        raise refused("num_solutions above 1 needs exactly one optimized metric")
    if count > (kept["budget"] or math.inf):
        raise refused(f"num_solutions should not exceed the budget, got {count}")
    if kept["conditionals"]:
        raise refused("num_solutions above 1 excludes conditionals")
    if any(parameter["type"] == "categorical" for parameter in kept["parameters"]):
        raise refused("num_solutions above 1 excludes categorical parameters")


def _check_budget(kept: Json) -> None:
    if kept["budget"] is not None:
        return
    for wanted, reason in (
        (len(with_strategy(kept["metrics"], "optimize")) == 2, "two optimized metrics"),
        (with_strategy(kept["metrics"], "constraint"), "a constraint metric"),
        ((kept["num_solutions"] or 1) > 1, "num_solutions above 1"),
    ):
        if wanted:
            raise refused(f"an experiment with {reason} needs a budget, got none")
