"""Many whole numbers as a short text: `0-24,26` for 0 to 24, and 26."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["numbers_from_text", "numbers_to_text"]

_SPAN = re.compile(r"([0-9]{1,15})(?:-([0-9]{1,15}))?")
_MOST = 10_000_000


def numbers_to_text(numbers: Iterable[int]) -> str:
    """Spans of numbers, which come ascending and each once."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)


def numbers_from_text(text: str) -> list[int]:
    """The numbers of what `numbers_to_text` made.

    Raises:
        ValueError: It is something else.
    """
    numbers: list[int] = []
    for word in text.split(",") if text else ():
        span = _SPAN.fullmatch(word)
        if span is None:
            raise ValueError(f"expected numbers such as 0-24,26, got {text!r}")
        first = int(span[1])
        last = first if span[2] is None else int(span[2])
        if last - first + len(numbers) > _MOST:
            raise ValueError(f"expected at most {_MOST} numbers, got {text!r}")
        numbers.extend(range(first, last + 1))
    return numbers
