"""What linear constraints and conditionals of an experiment may say."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from armwright.fault_path import at
from armwright.sigopt.exception import refused
from armwright.sigopt.fields import checked_name, distinct, known_keys, listed, number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "check_activity",
    "check_kept",
    "check_room",
    "checked_conditionals",
    "checked_constraints",
    "is_active",
]

Json = dict[str, Any]

_MOST_WHOLE = 10
_LEAST_ROOM = 1e-9  # the radius of the largest ball, where each parameter has a width of 1
_ROUNDING = 1e-9  # of a sum, relative to its largest term: what is suggested keeps its constraints


def checked_conditionals(given: Any) -> list[Json]:
    """Conditionals as they are kept."""
    with at("conditionals"):
        kept = [_conditional(*entry) for entry in enumerate(listed(given, "conditionals"))]
        distinct([item["name"] for item in kept], "the names of conditionals")
    return sorted(kept, key=lambda item: str(item["name"]))


def _conditional(place: int, given: Any) -> Json:
    with at(place):
        known_keys(given, ("name", "values"), "a conditional")
        with at("name"):
            name = checked_name(given.get("name"), "the name of a conditional")
        what = f"conditional {name!r}"
        with at("values"):
            values = [
                checked_name(value, f"{what}: a value")
                for value in listed(given.get("values"), f"{what}: values")
            ]
            if len(values) < 2:
                raise refused(f"{what}: values should be two or more, got {len(values)}")
            distinct(values, f"{what}: values")
        return {"name": name, "values": values}


def is_active(parameter: Mapping[str, Any], assignments: Mapping[str, Any]) -> bool:
    """Whether a parameter is there, given the values of the conditionals."""
    return all(
        assignments.get(name) in values for name, values in (parameter["conditions"] or {}).items()
    )


def check_activity(conditionals: Sequence[Json], parameters: Sequence[Json]) -> None:
    """Refuses conditionals that decide nothing, or under which no parameter is left."""
    if not any(parameter["conditions"] for parameter in parameters):
        raise refused("conditionals decide nothing: no parameter has conditions")
    names = [item["name"] for item in conditionals]
    for values in product(*(item["values"] for item in conditionals)):
        chosen = dict(zip(names, values, strict=True))
        if not any(is_active(parameter, chosen) for parameter in parameters):
            raise refused(f"no parameter is active where {chosen}")


def checked_constraints(given: Any, parameters: Iterable[Json]) -> list[Json]:
    """Linear constraints as they are kept."""
    by_name = {parameter["name"]: parameter for parameter in parameters}
    kept, whole = [], set()
    for place, given_as in enumerate(listed(given, "linear_constraints")):
        with at("linear_constraints", place):
            item = _constraint(given_as, f"linear_constraints[{place}]", by_name)
        names = [term["name"] for term in item["terms"]]
        if by_name[names[0]]["type"] == "int":
            whole |= set(names)
        kept.append(item)
    if len(whole) > _MOST_WHOLE:
        raise refused(f"at most {_MOST_WHOLE} int parameters can be constrained, got {len(whole)}")
    return kept


def _constraint(given: Any, what: str, by_name: Mapping[str, Json]) -> Json:
    known_keys(given, ("type", "threshold", "terms"), what)
    if given.get("type") not in ("less_than", "greater_than"):
        with at("type"):
            raise refused(f"{what}: type should be less_than or greater_than, got {given}")
    with at("threshold"):
        threshold = number_of(given.get("threshold"), f"{what}: threshold")
    with at("terms"):
        terms = [_term(term, what, by_name) for term in listed(given.get("terms"), what)]
        distinct([term["name"] for term in terms], f"{what}: its parameters")
        terms = [term for term in terms if term["weight"] != 0]
        if len(terms) < 2:
            raise refused(f"{what} should have two or more terms with a weight")
        kinds = {by_name[term["name"]]["type"] for term in terms}
        if len(kinds) > 1:
            raise refused(f"{what} should have parameters of one type, got {sorted(kinds)}")
    return {"type": given["type"], "threshold": threshold, "terms": terms}


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


def check_room(constraints: Sequence[Json], parameters: Iterable[Json]) -> None:
    """Refuses linear constraints that leave no room between the bounds: no point, or too few.

    Raises:
        ApiException: There is none. Status 400.
    """
    import numpy as np
    from scipy.optimize import linprog

    names = sorted({term["name"] for item in constraints for term in item["terms"]})
    bounds = {parameter["name"]: parameter["bounds"] for parameter in parameters}
    low = np.array([float(bounds[name]["min"]) for name in names])
    width = np.array([float(bounds[name]["max"]) for name in names]) - low
    sums, limits = np.zeros((len(constraints), len(names))), np.zeros(len(constraints))
    for row, item in enumerate(constraints):
        sign = 1.0 if item["type"] == "less_than" else -1.0
        for term in item["terms"]:
            sums[row, names.index(term["name"])] = sign * term["weight"]
        limits[row] = sign * item["threshold"] - sums[row] @ low
    sums *= width
    size = np.linalg.norm(sums, axis=1)
    ends = np.eye(len(names))
    found = linprog(  # the center and the radius of the largest ball that fits
        [*[0.0] * len(names), -1.0],
        A_ub=np.block(
            [
                [sums / size[:, None], np.ones((len(constraints), 1))],
                [ends, np.ones((len(names), 1))],
                [-ends, np.ones((len(names), 1))],
            ]
        ),
        b_ub=[*(limits / size), *[1.0] * len(names), *[0.0] * len(names)],
        bounds=[(0, 1)] * (len(names) + 1),
    )
    if found.status == 2 or (found.status == 0 and found.x[-1] < _LEAST_ROOM):
        raise refused("linear_constraints leave no room: make a threshold or bounds wider")


def check_kept(constraints: Iterable[Json], assignments: Mapping[str, Any]) -> None:
    """Refuses assignments that break a linear constraint.

    Raises:
        ApiException: They do; says which. Status 400.
    """
    for item in constraints:
        parts = [term["weight"] * assignments[term["name"]] for term in item["terms"]]
        over = sum(parts) - item["threshold"]
        over = over if item["type"] == "less_than" else -over
        if over > _ROUNDING * max(abs(item["threshold"]), *map(abs, parts)):
            sums = " + ".join(f"{term['weight']} {term['name']}" for term in item["terms"])
            way = "at most" if item["type"] == "less_than" else "at least"
            raise refused(
                f"assignments: {sums} should be {way} {item['threshold']}, got {sum(parts)}"
            )
