"""What linear constraints and conditionals of an experiment may say."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from armwright.sigopt.exception import refused
from armwright.sigopt.fields import checked_name, distinct, known_keys, listed, number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["check_activity", "checked_conditionals", "checked_constraints", "is_active"]

Json = dict[str, Any]

_MOST_WHOLE = 10


def checked_conditionals(given: Any) -> list[Json]:
    """Conditionals as they are kept."""
    kept = []
    for item in listed(given, "conditionals"):
        known_keys(item, ("name", "values"), "a conditional")
        name = checked_name(item.get("name"), "the name of a conditional")
        values = [
            checked_name(value, f"conditional {name!r}: a value")
            for value in listed(item.get("values"), f"conditional {name!r}: values")
        ]
        if len(values) < 2:
            raise refused(f"conditional {name!r}: values should be two or more, got {len(values)}")
        distinct(values, f"conditional {name!r}: values")
        kept.append({"name": name, "values": values})
    distinct([item["name"] for item in kept], "the names of conditionals")
    return sorted(kept, key=lambda item: str(item["name"]))


def is_active(parameter: Mapping[str, Any], assignments: Mapping[str, Any]) -> bool:
    """Whether a parameter is there, given the values of the conditionals."""
    return all(
        assignments.get(name) in values for name, values in (parameter["conditions"] or {}).items()
    )


def check_activity(conditionals: Sequence[Json], parameters: Sequence[Json]) -> None:
    """Refuses conditionals without use, or under which no parameter is left."""
    for item in conditionals:
        if not any(item["name"] in (parameter["conditions"] or {}) for parameter in parameters):
            raise refused(f"conditional {item['name']!r}: no parameter has it as a condition")
    names = [item["name"] for item in conditionals]
    for values in product(*(item["values"] for item in conditionals)):
        chosen = dict(zip(names, values, strict=True))
        if not any(is_active(parameter, chosen) for parameter in parameters):
            raise refused(f"no parameter is active where {chosen}")


def checked_constraints(given: Any, parameters: Iterable[Json]) -> list[Json]:
    """Linear constraints as they are kept."""
    by_name = {parameter["name"]: parameter for parameter in parameters}
    kept, whole = [], set()
    for place, item in enumerate(listed(given, "linear_constraints")):
        what = f"linear_constraints[{place}]"
        known_keys(item, ("type", "threshold", "terms"), what)
        if item.get("type") not in ("less_than", "greater_than"):
            raise refused(f"{what}: type should be less_than or greater_than, got {item}")
        threshold = number_of(item.get("threshold"), f"{what}: threshold")
        terms = [_term(term, what, by_name) for term in listed(item.get("terms"), what)]
        distinct([term["name"] for term in terms], f"{what}: its parameters")
        if sum(term["weight"] != 0 for term in terms) < 2:
            raise refused(f"{what} should have two or more terms with a weight")
        kinds = {by_name[term["name"]]["type"] for term in terms}
        if len(kinds) > 1:
            raise refused(f"{what} should have parameters of one type, got {sorted(kinds)}")
        if kinds == {"int"}:
            whole |= {term["name"] for term in terms}
        kept.append({"type": item["type"], "threshold": threshold, "terms": terms})
    if len(whole) > _MOST_WHOLE:
        raise refused(f"at most {_MOST_WHOLE} int parameters can be constrained, got {len(whole)}")
    return kept


def _term(given: Any, what: str, by_name: Mapping[str, Json]) -> Json:
    if not isinstance(given, dict):
        raise refused(f"{what}: a term should be an object with name and weight, got {given!r}")
    known_keys(given, ("name", "weight"), f"{what}: a term")
    name = given.get("name")
    weight = number_of(given.get("weight"), f"{what}: the weight of {name!r}")
    parameter = by_name.get(name) if isinstance(name, str) else None
    if parameter is None:
        raise refused(f"{what}: there is no parameter {name!r}")
    for wrong, problem in (
        (parameter["type"] == "categorical", "is categorical"),
        (parameter["conditions"], "has conditions"),
        (parameter["transformation"], "has a transformation"),
        (parameter["grid"], "has a grid"),
    ):
        if wrong:
            raise refused(f"{what}: {name!r} {problem}, so no linear constraint can hold it")
    return {"name": name, "weight": weight}
