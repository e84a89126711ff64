"""Of what kind a value is, as SigOpt code tells kinds apart; numbers of NumPy are numbers."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

__all__ = [
    "find",
    "is_integer",
    "is_mapping",
    "is_number",
    "is_numpy_array",
    "is_sequence",
    "is_string",
    "remove_nones",
    "sanitize_number",
    "validate_name",
]


def is_numpy_array(value: Any) -> bool:
    """Whether it is an array; NumPy need not be there."""
    return type(value).__name__ == "ndarray"


def is_sequence(value: Any) -> bool:
    """Whether it is like a list; texts and bytes are not."""
    if isinstance(value, str | bytes):
        return False
    return isinstance(value, Sequence) or is_numpy_array(value)


def is_mapping(value: Any) -> bool:
    """Whether it is like a dict."""
    return isinstance(value, Mapping)


def is_integer(value: Any) -> bool:
    """Whether it is a whole number by its type; booleans are not."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Whether it is a number; booleans and NaN are not, infinity is."""
    if isinstance(value, bool) or not isinstance(value, numbers.Number):
        return False
    return not (isinstance(value, float) and math.isnan(value))


def is_string(value: Any) -> bool:
    """Whether it is a text."""
    return isinstance(value, str)


def find(items: Iterable[Any], wanted: Callable[[Any], bool]) -> Any:
    """The first item that is wanted; None if there is none."""
    for item in items:
        if wanted(item):
            return item
    return None


def remove_nones(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping without the keys whose value is None."""
    return {key: value for key, value in mapping.items() if value is not None}


def validate_name(what: str, name: Any) -> None:
    """Refuses what is no name.

    Raises:
        ValueError: It is no text, or empty.
    """
    if not is_string(name):
        raise ValueError(f"{what} must be a string, got {name!r}")
    if not name:
        raise ValueError(f"{what} cannot be an empty string")


def sanitize_number(what: str, name: str, value: Any) -> Any:
    """A finite number: whole ones as they are, anything else as `float` reads it.

    Raises:
        ValueError: It is none.
    """
    if is_integer(value):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{what} {name!r}: expected a number, got {value!r}") from error
    if not math.isfinite(number):
        raise ValueError(f"{what} {name!r}: expected a finite number, got {value!r}")
    return number
