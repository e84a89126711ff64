"""What is refused by the shape of a call, before anything is looked at in the store."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, final

__all__ = ["ValidationError", "check_shape"]

_LISTS = ("parameters", "metrics")
_OPTIONAL_LISTS = ("conditionals", "linear_constraints")


@final
class ValidationError(TypeError):
    """A body of the wrong shape."""


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
    name = body.get("name", "?")
    if not isinstance(name, str) or not name.strip():
        raise ValidationError(f"name should be a text that is not empty, got {name!r}")
    for key in _LISTS:
        if key in body:
            _check_list(key, body[key])
            if not len(body[key]):
                raise ValidationError(f"{key} should have at least one entry, got none")
    for key in _OPTIONAL_LISTS:
        if body.get(key) is not None:
            _check_list(key, body[key])
    _check_numbers(body)


def _check_numbers(body: Mapping[str, Any]) -> None:
    budget = body.get("budget")
    if budget is not None:
        number = isinstance(budget, int | float) and not isinstance(budget, bool)
        if not number or not math.isfinite(budget) or budget < 0 or budget != int(budget):
            raise ValidationError(f"budget should be a whole number, 0 or more, got {budget!r}")
    width = body.get("parallel_bandwidth")
    if width is not None:
        whole = isinstance(width, int | float) and not isinstance(width, bool)
        if not whole or not math.isfinite(width) or width < 1 or width != int(width):
            raise ValidationError(
                f"parallel_bandwidth should be a whole number from 1 on, got {width!r}"
            )


def _check_list(key: str, items: Any) -> None:
    if isinstance(items, str | bytes | Mapping) or not isinstance(items, Sequence):
        raise ValidationError(f"{key} should be a list, got {items!r}")
    for place, item in enumerate(items):
        if not isinstance(item, Mapping) and not hasattr(item, "to_json"):
            raise ValidationError(f"{key}[{place}] should be a mapping, got {item!r}")
