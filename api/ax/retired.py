"""What names of before say that are gone."""

from __future__ import annotations

from typing import Any

__all__ = ["retired"]


def retired(name: str, instead: str, args: Any, kwargs: Any) -> NotImplementedError:
    """The error of a method that has another name now.

    Args:
        name: Of the method.
        instead: What to call.
        args: What it was called with.
        kwargs: Likewise.
    """
    given = [*map(repr, args), *(f"{key}={value!r}" for key, value in kwargs.items())]
    return NotImplementedError(f"{name}({', '.join(given)}) is gone, use {instead}")
