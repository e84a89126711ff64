"""What an observation may say: what was tried, and what was measured or that it failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.sigopt.constraint_rules import check_kept, is_active
from armwright.sigopt.core.tasks import task_named
from armwright.sigopt.domain import fill_in
from armwright.sigopt.exception import refused
from armwright.sigopt.fields import known_keys, listed, number_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["check_chosen", "given_values", "measured_anew", "measured_of", "tried", "values_of"]

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
        name = item.get("name") or None
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


def measured_anew(
    definition: Mapping[str, Any], run: Mapping[str, Any], body: Mapping[str, Any]
) -> Json:
    """What an update changes of what was measured; a standard deviation stays where none is given.

    Raises:
        ApiException: It does not fit what there is. Status 400.
    """
    before = run["observation"]
    failed = body.get("failed")
    if failed is not None and not isinstance(failed, bool):
        raise refused(f"failed should be true or false, got {failed!r}")
    gone = "values" in body and not body["values"] and body.get("value") is None
    if body.get("values") or body.get("value") is not None or body.get("value_stddev") is not None:
        if before["failed"] and failed is not False:
            raise refused("an observation that failed has no values, unless failed is set to false")
        if body.get("value") is None and body.get("values") is None and not before["failed"]:
            body = {**body, "value": _only(definition, before)}
        measured = measured_of(definition, body) or {}
        for item in body.get("values") or ():
            name = item.get("name") or definition["metrics"][0]["name"]
            if "value_stddev" not in item and name in before["values"]:
                measured[name]["value_stddev"] = before["values"][name]["value_stddev"]
        return {"observation": {"failed": False, "values": measured}}
    fails = before["failed"] if failed is None else failed
    if fails != before["failed"] and not (fails and gone):
        what = "values to be set to null" if fails else "values"
        raise refused(f"to set failed to {str(fails).lower()} an observation needs {what}")
    if gone and not fails:
        raise refused("an observation needs values, unless it failed, got none")
    return {"observation": {"failed": fails, "values": {}}} if fails != before["failed"] else {}


def _only(definition: Mapping[str, Any], before: Mapping[str, Any]) -> Any:
    name = definition["metrics"][0]["name"]
    return before["values"].get(name, {}).get("value")


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


def check_chosen(definition: Mapping[str, Any], chosen: Mapping[str, Any]) -> None:
    """Refuses values that parameters and conditionals cannot have.

    Raises:
        ApiException: One cannot be. Status 400.
    """
    for parameter in definition["parameters"]:
        if parameter["name"] in chosen:
            _assigned(parameter, chosen[parameter["name"]])
    for item in definition["conditionals"]:
        if item["name"] in chosen and chosen[item["name"]] not in item["values"]:
            raise refused(f"assignments: {item['name']!r} should be one of {item['values']}")


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


def values_of(definition: Mapping[str, Any], run: Mapping[str, Any]) -> Json:
    """A value of every parameter, as a run has tried them; its own alone, where it has others."""
    known = {item["name"] for kind in ("parameters", "conditionals") for item in definition[kind]}
    shown = {name: value for name, value in run["assignments"].items() if name in known}
    body = {"assignments": shown, **({"task": run["task"]} if run.get("task") else {})}
    return _whole(definition, body)


def given_values(definition: Mapping[str, Any], body: Mapping[str, Any]) -> Json:
    """A value of every parameter for what a caller wants to be tried, or has tried.

    Raises:
        ApiException: The assignments or the task cannot be, or break a linear constraint.
            Status 400.
    """
    values = _whole(definition, body)
    check_kept(definition["linear_constraints"], values)
    return values


def _whole(definition: Mapping[str, Any], body: Mapping[str, Any]) -> Json:
    """Assignments with the fill-in of each parameter that is not there, and with their task."""
    values = tried(definition, body.get("assignments"))
    for parameter in definition["parameters"]:
        values.setdefault(parameter["name"], fill_in(parameter))
    if definition.get("tasks"):
        if body.get("task") is None:
            raise refused("assignments need a task in this experiment, got none")
        values[definition["task_parameter"]] = task_named(definition, body["task"])
    elif body.get("task") is not None:
        task_named(definition, body["task"])
    return values
