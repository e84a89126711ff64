"""What it means for two values held by a domain object to be equal.

One function, `equal`, used by `Comparable` for whole objects and recursively for what they hold:

    numbers      equal within rounding, NaN equal to NaN
    datetimes    to the second, because documents of old releases hold no more
    lists        as unordered collections: the same elements, each as often
    dictionaries the same keys with equal values, in any order
    data frames  the same columns in any order, the same rows in the same order; any two empty ones
    the rest     Python's own `==`
"""

import math
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from armwright.experiment.scalars import plain

__all__ = ["equal"]

_RELATIVE = 1e-5
_ABSOLUTE = 1e-12  # far below any learning rate, so that 1e-9 and 2e-9 stay different


def equal(one: Any, other: Any) -> bool:
    """Whether two values are equal in the sense of this module."""
    if one is other:
        return True
    one, other = plain(one), plain(other)
    if isinstance(one, float) or isinstance(other, float):
        return _is_number(one) and _is_number(other) and _equal_numbers(one, other)
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one.replace(microsecond=0) == other.replace(microsecond=0)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return _equal_unordered(one, other)
    if isinstance(one, tuple) and isinstance(other, tuple) and type(one).__eq__ is tuple.__eq__:
        return len(one) == len(other) and all(map(equal, one, other))
    if _is_frame(one) or _is_frame(other):
        return _is_frame(one) and _is_frame(other) and _equal_frames(one, other)
    if _is_array(one) or _is_array(other):
        return _is_array(one) and _is_array(other) and equal(_as_tuples(one), _as_tuples(other))
    return bool(one == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _equal_numbers(one: float, other: float) -> bool:
    if math.isnan(one) or math.isnan(other):
        return math.isnan(one) and math.isnan(other)
    return math.isclose(one, other, rel_tol=_RELATIVE, abs_tol=_ABSOLUTE)


def _equal_unordered(one: list[Any], other: list[Any]) -> bool:
    if len(one) != len(other):
        return False
    left = list(other)
    for value in one:
        # The usual case, equal lists in the same order, finds its partner at once.
        partner = next((place for place, item in enumerate(left) if equal(value, item)), None)
        if partner is None:
            return False
        del left[partner]
    return True


def _is_frame(value: Any) -> bool:
    # Nobody can hold a frame before pandas is loaded, so there is no reason to load it here.
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.DataFrame)


def _equal_frames(one: Any, other: Any) -> bool:
    if one.empty and other.empty:
        return True
    if set(one.columns) != set(other.columns) or len(one) != len(other):
        return False
    return all(
        equal(tuple(_gaps_as_none(one[name])), tuple(_gaps_as_none(other[name])))
        for name in one.columns
    )


def _gaps_as_none(column: Any) -> list[Any]:
    return [None if gap else value for value, gap in zip(column, column.isna(), strict=True)]


def _is_array(value: Any) -> bool:
    return hasattr(value, "__array__") and hasattr(value, "tolist")


def _as_tuples(array: Any) -> Any:
    def tuples(value: Any) -> Any:
        return tuple(map(tuples, value)) if isinstance(value, list) else value

    return tuples(array.tolist())
