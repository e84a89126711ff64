"""The shape of an experiment, before anything is looked at in the store.

Whether each value can be is decided later, with all of them at hand; see `definition`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from armwright.fault_path import at
from armwright.sigopt.lib import is_integer, is_number, is_sequence, validate_name
from armwright.sigopt.validate.exceptions import ValidationError

__all__ = ["check_shape", "top_level", "validate_aiexperiment_input"]

_NEEDED = ("name", "parameters", "metrics")


def validate_aiexperiment_input(body: Any) -> dict[str, Any]:
    """Checks the shape of an experiment, as a YAML file or a call has it.

    Returns:
        The same fields in a dict of their own.

    Raises:
        ValidationError: Names the field, what was expected and what came.
    """
    fields = top_level(body)
    for key in _NEEDED:
        if key not in fields:
            raise ValidationError(
                f"{key} is required" if key == "name" else f"a list of {key} is required"
            )
    check_shape(fields)
    return dict(fields)


def top_level(body: Any) -> dict[str, Any]:
    """A body as a dict; an empty one for None, which is what an empty file holds.

    Raises:
        ValidationError: It is no mapping, or has a key that is no text.
    """
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise ValidationError(f"The top level should be a mapping of keys to values, got {body!r}")
    for key in body:
        if not isinstance(key, str):
            raise ValidationError(f"keys should be texts, got {key!r}")
    return body


def check_shape(body: Mapping[str, Any]) -> None:
    """Refuses a definition whose fields are not of the kinds they should be.

    Args:
        body: The fields that were given; any of them may be missing.

    Raises:
        ValidationError: Names the field, what was expected and what came.
    """
    if not isinstance(body, Mapping):
        raise ValidationError(f"an experiment is a mapping of its fields, got {body!r}")
    if "project" in body:
        raise ValidationError(
            "project is no field of an experiment: call set_project, or set SIGOPT_PROJECT"
        )
    if "name" in body:
        with at("name"):
            _check_name("name", body["name"])
    for key, kinds in (("parameters", ("name", "type")), ("metrics", ("name",))):
        if key in body:
            with at(key):
                _check_entries(key, body[key], kinds)
    _check_numbers(body)


def _check_name(what: str, name: Any) -> None:
    try:
        validate_name(what, name)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def _check_entries(key: str, entries: Any, needed: tuple[str, ...]) -> None:
    """Refuses what is no list of mappings with the texts they need."""
    if not is_sequence(entries) or not len(entries):
        raise ValidationError(f"{key} must be a non-empty list, got {entries!r}")
    one = key.removesuffix("s")
    for place, entry in enumerate(entries):
        given = entry.to_json() if hasattr(entry, "to_json") else entry
        with at(place):
            if not isinstance(given, Mapping):
                raise ValidationError(f"all {key} must be a mapping, {key}[{place}] is {given!r}")
            for word in given:
                if not isinstance(word, str):
                    raise ValidationError(f"all {one} keys must be strings, got {word!r}")
            for word in needed:
                if word not in given:
                    raise ValidationError(f"all {key} require a {word}, {key}[{place}] has none")
                with at(word):
                    _check_name(f"the {one} {word}", given[word])
            if key == "metrics":
                _check_metric(given)


def _check_metric(metric: Mapping[str, Any]) -> None:
    for word in ("strategy", "objective"):
        if metric.get(word) is not None:
            with at(word):
                _check_name(f"the metric {word}", metric[word])
    threshold = metric.get("threshold")
    if threshold is not None and not is_number(threshold):
        with at("threshold"):
            raise ValidationError(f"a metric's threshold must be a number, got {threshold!r}")


def _check_numbers(body: Mapping[str, Any]) -> None:
    budget = body.get("budget")
    with at("budget"):
        if budget is not None and (not is_number(budget) or budget < 0):
            raise ValidationError(f"budget must be a non-negative number, got {budget!r}")
        if budget == math.inf:
            raise ValidationError("budget cannot be infinity; leave it out for no end")
    width = body.get("parallel_bandwidth")
    if width is not None and not (is_integer(width) and width > 0):
        with at("parallel_bandwidth"):
            raise ValidationError(f"parallel_bandwidth must be a positive integer, got {width!r}")
