"""What one field of a body may hold: names, numbers, whole numbers, keys."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from armwright.fault_path import at
from armwright.sigopt.exception import refused

__all__ = [
    "MOST_LETTERS",
    "MOST_TEXT",
    "checked_name",
    "distinct",
    "known_keys",
    "listed",
    "metadata_of",
    "number_of",
    "plain_json",
    "whole_of",
    "without_kinds",
]

MOST_LETTERS = 100  # of a name
MOST_TEXT = 500  # of a text in metadata
_MOST_KEYS = 100
_USERS_OWN = ("metadata", "conditions")  # their keys are names that users chose


def plain_json(value: Any) -> Any:
    """A value as JSON has it: objects of ours as dicts, numbers of NumPy as Python's."""
    if hasattr(value, "to_json"):
        return plain_json(value.to_json())
    if isinstance(value, Mapping):
        return {key: plain_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_json(item) for item in value]
    if hasattr(value, "tolist"):
        return plain_json(value.tolist())
    return value


def without_kinds(body: Any) -> Any:
    """A body without the word `object`, by which each object of an answer says what it is."""
    if isinstance(body, dict):
        return {
            key: item if key in _USERS_OWN else without_kinds(item)
            for key, item in body.items()
            if key != "object"
        }
    return [without_kinds(item) for item in body] if isinstance(body, list) else body


def known_keys(body: Mapping[str, Any], known: Iterable[str], what: str) -> None:
    """Refuses keys that mean nothing, and what has no keys."""
    if not isinstance(body, Mapping):
        raise refused(f"{what} should be an object, got {body!r}")
    known = tuple(known)
    unknown = [str(key) for key in body if key not in known]
    if unknown:
        with at(unknown[0]):
            raise refused(f"{what}: unknown key {unknown[0]!r}; the keys are {', '.join(known)}")


def checked_name(value: Any, what: str, most: int = MOST_LETTERS) -> str:
    """A name: text that is not empty, not too long, without control characters; stripped."""
    if not isinstance(value, str) or not value.strip():
        raise refused(f"{what} should be a text that is not empty, got {value!r}")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in value.strip()):
        raise refused(f"{what} should have no control characters, got {value!r}")
    if len(value.strip()) > most:
        raise refused(f"{what} should have at most {most} characters, got {len(value)}")
    return value.strip()


def number_of(value: Any, what: str) -> float:
    """A finite number, as it is."""
    try:
        is_finite = isinstance(value, int | float) and math.isfinite(value)
    except OverflowError as error:
        raise refused(f"{what} should be a number below 1.8e308, got more") from error
    if isinstance(value, bool) or not is_finite:
        raise refused(f"{what} should be a finite number, got {value!r}")
    number: float = value
    return number


def whole_of(value: Any, what: str, least: int | None = None) -> int:
    """A whole number, also one that is written as a float."""
    number = number_of(value, what)
    if number != int(number) or (least is not None and number < least):
        tail = "" if least is None else f" from {least} on"
        raise refused(f"{what} should be a whole number{tail}, got {value!r}")
    return int(number)


def listed(value: Any, what: str) -> list[Any]:
    """A list; empty for None."""
    if value is None:
        return []
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Sequence):
        raise refused(f"{what} should be a list, got {value!r}")
    return list(value)


def distinct(values: Sequence[Any], what: str) -> None:
    """Refuses repeats."""
    seen: set[Any] = set()
    for value in values:
        if value in seen:
            raise refused(f"{what} should be different, got {value!r} twice")
        seen.add(value)


def metadata_of(value: Any, what: str = "metadata") -> dict[str, Any]:
    """Metadata: a flat mapping of names to texts and numbers; None drops a key."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise refused(f"{what} should be a mapping, got {value!r}")
    found: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str) or not key or len(key) > MOST_LETTERS:
            raise refused(f"{what}: a key should be a text of 1 to {MOST_LETTERS}, got {key!r}")
        if isinstance(item, str):
            if len(item) > MOST_TEXT:
                raise refused(f"{what}[{key!r}] should have at most {MOST_TEXT} characters")
        elif item is not None:
            number_of(item, f"{what}[{key!r}], unless it is a text,")
        if item is not None:
            found[key] = item
    if len(found) > _MOST_KEYS:
        raise refused(f"{what} should have at most {_MOST_KEYS} keys, got {len(found)}")
    return found
