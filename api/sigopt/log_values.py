"""What may be logged of a run, and how it is written down."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from armwright.sigopt.exception import refused
from armwright.sigopt.fields import MOST_LETTERS, MOST_TEXT, plain_json
from armwright.sigopt.lib import sanitize_number

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "assignments_of",
    "checked_metric",
    "checked_text",
    "metadata_entry",
    "metadata_value",
    "metric_values",
    "shortened",
    "shortened_log",
]

_MOST_LOG = 1024
_WARNING, _LEFT_OUT = "[ WARNING ] ", "... truncated ..."


def checked_metric(name: Any, value: Any, stddev: Any = None) -> dict[str, Any]:
    """A metric's value as it is kept.

    Raises:
        ValueError: The name is no text or empty, or a value is no finite number.
    """
    checked_text(name, "the name of a metric")
    return {
        "name": name,
        "value": _finite(name, value),
        "value_stddev": None if stddev is None else _finite(name, stddev),
    }


def metric_values(*args: Any, **kwargs: Any) -> dict[str, dict[str, Any]]:
    """Metrics given as `dict` takes them, as they are kept."""
    given: dict[Any, Any] = dict(*args, **kwargs)
    return {name: checked_metric(name, value) for name, value in given.items()}


def checked_text(value: Any, what: str) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value:
        raise ValueError(f"{what} should be a text that is not empty, got {value!r}")
    return str(value)


def metadata_entry(key: Any, value: Any) -> dict[str, Any]:
    """One key of metadata with its value, as they are kept.

    Raises:
        ValueError: The key is no text or empty.
        ApiException: The key has more than 100 characters, or the value's text more than 500.
            Status 400.
    """
    kept = metadata_value(value)
    if len(checked_text(key, "a key of metadata")) > MOST_LETTERS:
        raise refused(f"a key of metadata should have at most {MOST_LETTERS} characters")
    if isinstance(kept, str) and len(kept) > MOST_TEXT:
        raise refused(
            f"metadata[{key!r}] should have at most {MOST_TEXT} characters, got {len(kept)}"
        )
    return {key: kept}


def metadata_value(value: Any) -> Any:
    """What is noted: texts and None as they are, finite numbers, the text of anything else."""
    if value is None or isinstance(value, str):
        return value
    if getattr(value, "ndim", 0):
        return str(value)
    try:
        return plain_json(sanitize_number("metadata", "", value))
    except ValueError:
        return str(value)


def assignments_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Values of parameters as they are kept: what JSON holds, the text of anything else."""
    found = {}
    for name, value in given.items():
        if not isinstance(name, str):
            raise TypeError(f"the name of a parameter should be a text, got {name!r}")
        value = plain_json(value)
        keeps = value is None or isinstance(value, str | int | float)
        if isinstance(value, float) and not math.isfinite(value):
            keeps = False
        found[name] = value if keeps else str(value)
    return found


def shortened(text: Any) -> str:
    """A text's head and tail, where it is long."""
    whole = str(text)
    if len(whole) <= _MOST_LOG:
        return whole
    half = (_MOST_LOG - 5) // 2
    return f"{whole[:half]}\n...\n{whole[-half:]}"


def shortened_log(text: str) -> str:
    """What was printed: head and tail, and a word of it, where it is long. Twice is as once."""
    if len(text) < _MOST_LOG:
        return text
    if len(text) < 2 * _MOST_LOG and text.startswith(_WARNING) and _LEFT_OUT in text:
        return text
    half = _MOST_LOG // 2
    word = f"{_WARNING}of {len(text)} characters the middle is left out"
    return f"{word}\n\n{text[:half]}\n\n{_LEFT_OUT}\n\n{text[-half:]}"


def _finite(name: str, value: Any) -> float:
    try:
        number = float(value)
    except OverflowError as error:
        raise ValueError(f"metric {name!r}: expected a number below 1.8e308, got more") from error
    except (TypeError, ValueError) as error:
        raise ValueError(f"metric {name!r}: expected a number, got {value!r}") from error
    if not math.isfinite(number):
        raise ValueError(f"metric {name!r}: expected a finite number, got {value!r}")
    return value if isinstance(value, int) and not isinstance(value, bool) else number
