"""Domain objects that can be copied so deeply that changing the copy never changes the original."""

import copy
from enum import Enum
from typing import Any, Self

from armwright.experiment.comparable import Comparable

__all__ = ["Cloneable"]

_IMMUTABLE = (type(None), bool, int, float, str, bytes, Enum)


class Cloneable(Comparable):
    """A comparable object with `clone`, which subclasses inherit and rarely need to override."""

    def clone(self) -> Self:
        """A copy of the same class that shares nothing changeable with this object."""
        twin = object.__new__(type(self))
        twin.__dict__.update({name: _copied(value) for name, value in vars(self).items()})
        return twin


def _copied(value: Any) -> Any:
    # The containers are walked here rather than by deepcopy, so that a class of the user's with
    # its own clone() is asked for it wherever it is held.
    if isinstance(value, _IMMUTABLE):
        return value
    if isinstance(value, Cloneable):
        return value.clone()
    if type(value) is list:
        return [_copied(item) for item in value]
    if type(value) is tuple:
        return tuple(_copied(item) for item in value)
    if type(value) is dict:
        return {key: _copied(item) for key, item in value.items()}
    return copy.deepcopy(value)
