"""What an observation may say: what was tried, and what was measured or that it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.sigopt.constraint_rules import is_active
from armwright.sigopt.core.tasks import task_named
from armwright.sigopt.domain import fill_in
from armwright.sigopt.exception import refused
from armwright.sigopt.fields import known_keys, listed, number_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["given_values", "measured_of", "tried"]

Json = dict[str, Any]


def measured_of(definition: Mapping[str, Any], body: Mapping[str, Any]) -> Json | None:
    """The values of the metrics, by name; None where the observation failed.

    Raises:
        ApiException: They are not those of the experiment's metrics. Status 400.
    """
    names = [metric["name"] for metric in definition["metrics"]]
    failed = body.get("failed") or False
    if not isinstance(failed, bool):
        raise refused(f"failed should be true or false, got {failed!r}")
    values = body.get("values")
    if body.get("value") is not None:
        if values is not None:
            raise refused("give value or values, not both")
        if len(names) > 1:
            raise refused(f"value is for one metric: give values, of {', '.join(names)}")
        values = [{"value": body["value"], "value_stddev": body.get("value_stddev")}]
    elif body.get("value_stddev") is not None:
        raise refused("value_stddev needs a value, got none")
    if failed:
        if values:
            raise refused(f"an observation that failed has no values, got {values}")
        return None
    found: Json = {}
    for item in listed(values, "values"):
        if not isinstance(item, dict):
            raise refused(f"a value should be an object with name and value, got {item!r}")
        known_keys(item, ("name", "value", "value_stddev", "object"), "a value")
        name = item.get("name")
        if name is None and len(names) == 1:
            name = names[0]
        if not isinstance(name, str) or name not in names:
            raise refused(f"values should be of the metrics {', '.join(names)}, got {name!r}")
        if name in found:
            raise refused(f"values should have each metric once, got {name!r} twice")
        found[name] = _value(name, item)
    missing = [name for name in names if name not in found]
    if missing:
        raise refused(f"an observation needs a value of each metric, or failed: {missing} missing")
    return found


def _value(name: str, item: Mapping[str, Any]) -> Json:
    spread = item.get("value_stddev")
    if spread is not None and number_of(spread, f"metric {name!r}: value_stddev") < 0:
        raise refused(f"metric {name!r}: value_stddev should be 0 or more, got {spread}")
    value = number_of(item.get("value"), f"metric {name!r}: value")
    return {"name": name, "value": value, "value_stddev": spread}


def tried(definition: Mapping[str, Any], assignments: Any) -> Json:
    """Assignments as they are kept: a value of each parameter that is there, and of conditionals.

    Raises:
        ApiException: One is missing, or is not of its parameter's kind. Status 400.
    """
    if not isinstance(assignments, dict):
        raise refused(f"assignments should be an object, got {assignments!r}")
    kept: Json = {}
    for item in definition["conditionals"]:
        value = assignments.get(item["name"])
        if value not in item["values"]:
            raise refused(f"assignments: {item['name']!r} should be one of {item['values']}")
        kept[item["name"]] = value
    for parameter in definition["parameters"]:
        name, there = parameter["name"], is_active(parameter, kept)
        if there and assignments.get(name) is None:
            raise refused(f"assignments: {name!r} is missing")
        if there:
            kept[name] = _assigned(parameter, assignments[name])
    unknown = [name for name in assignments if name not in kept]
    if unknown:
        raise refused(f"assignments: {unknown[0]!r} is no parameter, or not there")
    return kept


def _assigned(parameter: Mapping[str, Any], value: Any) -> Any:
    """A value of a parameter; it may lie outside the bounds."""
    what = f"assignments: {parameter['name']!r}"
    if parameter["type"] == "categorical":
        names = [category["name"] for category in parameter["categorical_values"]]
        if value not in names:
            raise refused(f"{what} should be one of {names}, got {value!r}")
        return value
    number = number_of(value, what)
    if parameter["type"] == "int" and number != int(number):
        raise refused(f"{what} should be a whole number, got {value!r}")
    if parameter["grid"] and number not in parameter["grid"]:
        raise refused(f"{what} should be one of {parameter['grid']}, got {value!r}")
    if parameter["transformation"] == "log" and number <= 0:
        raise refused(f"{what} should be above 0, got {value!r}")
    return int(number) if parameter["type"] == "int" else float(number)


def given_values(definition: Mapping[str, Any], body: Mapping[str, Any]) -> Json:
    """A value of every parameter for what a caller wants to be tried, or has tried.

    Raises:
        ApiException: The assignments or the task cannot be. Status 400.
    """
    values = tried(definition, body.get("assignments"))
    for parameter in definition["parameters"]:
        values.setdefault(parameter["name"], fill_in(parameter))
    if definition["tasks"]:
        if body.get("task") is None:
            raise refused("assignments need a task in this experiment, got none")
        values[definition["task_parameter"]] = task_named(definition, body["task"])
    elif body.get("task") is not None:
        task_named(definition, body["task"])
    return values
