"""The root of every domain class: structural equality and the form `ClassName(what it is)`."""

from collections.abc import Mapping
from typing import Any

from armwright.experiment.equality import equal

__all__ = ["Comparable"]


class Comparable:
    """Compares by what it holds, and prints as its class name with a description in brackets.

    An object equals an instance of its own class whose fields are all equal (see `equality`), and
    nothing else. It has no hash: its fields may change.
    """

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return False
        return equal(self._compared(), other._compared())

    __hash__ = None  # type: ignore[assignment] # what Python itself sets beside an own __eq__

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._description()})"

    def _compared(self) -> Mapping[str, Any]:
        """The fields that decide equality, by name; all of them unless a class says otherwise."""
        return vars(self)

    def _description(self) -> str:
        """What stands between the brackets of the printed form."""
        return ", ".join(f"{name.lstrip('_')}={value!r}" for name, value in vars(self).items())
