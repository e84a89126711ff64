"""Plain Python numbers out of the scalars of array libraries, without loading any of them."""

from typing import Any

__all__ = ["plain"]


def plain(value: Any) -> Any:
    """The Python value of a NumPy scalar (or zero-dimensional array); anything else unchanged."""
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        return value.item()
    return value
