"""The names of `ax.utils.common.typeutils`: what a type checker is told, kept at run time."""

from collections.abc import Iterable
from typing import Any, TypeVar

from armwright.experiment.scalars import plain as numpy_type_to_python_type

__all__ = [
    "checked_cast",
    "checked_cast_list",
    "checked_cast_optional",
    "not_none",
    "numpy_type_to_python_type",
]

T = TypeVar("T")


def not_none(val: T | None) -> T:
    """The value, which is not None.

    Raises:
        ValueError: It is None.
    """
    if val is None:
        raise ValueError("expected a value, got None")
    return val


def checked_cast(typ: type[T], val: Any, exception: Exception | None = None) -> T:
    """The value, which is of the type.

    Raises:
        ValueError: It is of another type; `exception` instead, where one is given.
    """
    if isinstance(val, typ):
        return val
    raise exception or ValueError(f"expected a {typ.__name__}, got {val!r}")


def checked_cast_optional(typ: type[T], val: Any) -> T | None:
    """The value, which is of the type or None. See `checked_cast`."""
    return None if val is None else checked_cast(typ, val)


def checked_cast_list(typ: type[T], old_l: Iterable[Any]) -> list[T]:
    """The values, all of which are of the type. See `checked_cast`."""
    return [checked_cast(typ, val) for val in old_l]
