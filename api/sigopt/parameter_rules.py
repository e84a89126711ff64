"""What a parameter of an experiment may say, and how it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.fault_path import at
from armwright.sigopt.exception import refused
from armwright.sigopt.fields import checked_name, distinct, known_keys, listed, number_of, whole_of

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["checked_parameter", "is_value_of"]

Json = dict[str, Any]

_KEYS = (
    *("name", "type", "bounds", "categorical_values", "grid", "transformation", "prior"),
    *("conditions", "default_value", "tunable", "precision"),
)
_LEAST_WIDTH = 1e-8
_PRIORS = {"normal": ("mean", "scale"), "beta": ("shape_a", "shape_b")}
_MOST_OF_A_CATEGORY = 50


def checked_parameter(given: Mapping[str, Any], conditionals: Mapping[str, list[str]]) -> Json:
    """A parameter as it is kept: checked, with every key, None where nothing was said.

    Args:
        given: What the caller wrote.
        conditionals: The values of each conditional, by name.

    Raises:
        ApiException: It cannot be; says what and why. Status 400.
    """
    known_keys(given, _KEYS, "a parameter")
    with at("name"):
        name = checked_name(given.get("name"), "the name of a parameter")
    what = f"parameter {name!r}"
    kind = given.get("type")
    if kind not in ("double", "int", "categorical"):
        with at("type"):
            raise refused(f"{what}: type should be double, int or categorical, got {kind!r}")
    with at("conditions"):
        conditions = _conditions(given, what, conditionals)
    kept: Json = dict.fromkeys(_KEYS)
    kept |= {"name": name, "type": kind, "conditions": conditions}
    if kind == "categorical":
        with at("categorical_values"):
            kept["categorical_values"] = _categories(given, what)
    else:
        if given.get("categorical_values"):
            with at("categorical_values"):
                raise refused(f"{what}: categorical_values are for parameters of type categorical")
        with at("bounds" if given.get("grid") is None else "grid"):
            _add_range(kept, given, what)
    with at("transformation"):
        kept["transformation"] = _transformation(given, kept, what)
    with at("prior"):
        kept["prior"] = _prior(given, kept, what)
    default = given.get("default_value")
    if default is not None:
        if not is_value_of(kept, default):
            with at("default_value"):
                raise refused(f"{what}: default_value should be one of its values, got {default!r}")
        kept["default_value"] = int(default) if kind == "int" else default
    return kept


def is_value_of(parameter: Mapping[str, Any], value: Any) -> bool:
    """Whether a kept parameter can have the value."""
    if parameter["type"] == "categorical":
        return any(value == item["name"] for item in parameter["categorical_values"])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if parameter["type"] == "int" and value != int(value):
        return False
    if parameter["grid"]:
        return value in parameter["grid"]
    return bool(parameter["bounds"]["min"] <= value <= parameter["bounds"]["max"])


def _categories(given: Mapping[str, Any], what: str) -> list[Json]:
    if given.get("bounds") is not None:
        raise refused(f"{what}: bounds are for numbers, not for categories")
    names, before = [], {}
    for item in listed(given.get("categorical_values"), f"{what}: categorical_values"):
        name = item.get("name") if isinstance(item, dict) else item
        name = checked_name(name, f"{what}: a category", _MOST_OF_A_CATEGORY)
        names.append(name)
        if isinstance(item, dict) and isinstance(item.get("enum_index"), int):
            before[name] = item["enum_index"]
    if len(names) < 2:
        raise refused(f"{what}: categorical_values should be two or more, got {len(names)}")
    distinct(names, f"{what}: categorical_values")
    if given.get("grid") is not None and given["grid"] != names:  # as a grid's are read
        raise refused(f"{what}: grid is for numbers: categories are all tried")
    free = max(before.values(), default=0)
    kept = []
    for name in names:
        if name not in before:
            free += 1
        kept.append({"name": name, "enum_index": before.get(name, free)})
    return kept


def _add_range(kept: Json, given: Mapping[str, Any], what: str) -> None:
    """Bounds, or a grid with the bounds it spans."""
    whole = kept["type"] == "int"
    read = whole_of if whole else number_of
    bounds, grid = given.get("bounds"), given.get("grid")
    if grid is not None:
        given_as = listed(grid, f"{what}: grid")
        values = [read(value, f"{what}: a value of its grid") for value in given_as]
        if len(values) < 2:
            raise refused(f"{what}: grid should have two or more values, got {len(values)}")
        distinct(values, f"{what}: the values of its grid")
        kept["grid"] = sorted(values)
        kept["bounds"] = {"min": kept["grid"][0], "max": kept["grid"][-1]}
        as_it_was_read = bounds == kept["bounds"] and values == kept["grid"]
        if bounds is not None and not as_it_was_read:
            raise refused(f"{what}: give bounds or a grid, not both")
        return
    if not isinstance(bounds, dict):
        raise refused(f"{what}: bounds should be an object with min and max, got {bounds!r}")
    known_keys(bounds, ("min", "max"), f"{what}: bounds")
    with at("min"):
        low = read(bounds.get("min"), f"{what}: bounds.min")
    with at("max"):
        high = read(bounds.get("max"), f"{what}: bounds.max")
    if not high - low >= _LEAST_WIDTH:
        raise refused(f"{what}: bounds.min should be below bounds.max, got {low} and {high}")
    kept["bounds"] = {"min": low, "max": high}


def _transformation(given: Mapping[str, Any], kept: Json, what: str) -> str | None:
    wanted = given.get("transformation")
    if wanted in (None, "none"):
        return None
    if wanted != "log":
        raise refused(f"{what}: transformation should be log or none, got {wanted!r}")
    if kept["type"] != "double":
        raise refused(f"{what}: transformation is for parameters of type double")
    if kept["bounds"]["min"] <= 0:
        raise refused(f"{what}: values on a log scale should be above 0")
    return "log"


def _prior(given: Mapping[str, Any], kept: Json, what: str) -> Json | None:
    prior = given.get("prior")
    if prior is None:
        return None
    if kept["type"] != "double" or kept["transformation"] or kept["grid"]:
        raise refused(f"{what}: a prior is for type double, without grid and transformation")
    if not isinstance(prior, dict) or prior.get("name") not in list(_PRIORS):
        raise refused(f"{what}: prior should have a name, normal or beta, got {prior!r}")
    keys = _PRIORS[prior["name"]]
    said = {key: item for key, item in prior.items() if item is not None}
    known_keys(said, ("name", *keys), f"{what}: prior")
    numbers = {key: number_of(prior.get(key), f"{what}: prior.{key}") for key in keys}
    for key in keys:
        if key != "mean" and numbers[key] <= 0:
            raise refused(f"{what}: prior.{key} should be above 0, got {numbers[key]}")
    mean, bounds = numbers.get("mean"), kept["bounds"]
    if mean is not None and not bounds["min"] <= mean <= bounds["max"]:
        raise refused(f"{what}: prior.mean should lie within the bounds, got {mean}")
    return {"name": prior["name"], **numbers}


def _conditions(
    given: Mapping[str, Any], what: str, conditionals: Mapping[str, list[str]]
) -> dict[str, list[str]]:
    conditions = given.get("conditions")
    if not conditions:
        return {}
    if not isinstance(conditions, dict):
        raise refused(f"{what}: conditions should be a mapping, got {conditions!r}")
    kept = {}
    for name, values in conditions.items():
        if name not in conditionals:
            raise refused(f"{what}: conditions name {name!r}, which is no conditional")
        kept[name] = [values] if isinstance(values, str) else listed(values, f"{what}: {name}")
        unknown = [value for value in kept[name] if value not in conditionals[name]]
        if unknown or not kept[name]:
            raise refused(f"{what}: {name!r} can be {conditionals[name]}, got {kept[name]}")
    return kept
