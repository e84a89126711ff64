"""The base of everything that SigOpt code is handed: attributes over a JSON object.

Attributes are read from the object underneath each time, so a change to `experiment.parameters[0]`
is seen by the next look at `experiment.parameters`. Nothing is stored by it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

__all__ = ["ApiObject", "Fields", "as_is", "dict_of", "list_of"]

Wrap = Callable[[Any], Any]
Fields = Mapping[str, Wrap]


def as_is(value: Any) -> Any:
    """The value."""
    return value


def list_of(wrap: Wrap) -> Wrap:
    """Wraps each item of a list."""
    return lambda items: [wrap(item) for item in items]


def dict_of(wrap: Wrap) -> Wrap:
    """Wraps each value of a mapping."""
    return lambda items: {key: wrap(item) for key, item in items.items()}


class ApiObject:
    """Attributes over a JSON object.

    Two are equal if they are of one class and hold the same.

    Args:
        body: The object; it is held, not copied.

    Attributes:
        FIELDS: How each attribute is read. One that is not in the object reads as None.
    """

    FIELDS: ClassVar[Fields] = {}
    _body: dict[str, Any]

    def __init__(self, body: dict[str, Any]) -> None:
        object.__setattr__(self, "_body", body)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self.FIELDS:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        value = self._body.get(name)
        return None if value is None else self.FIELDS[name](value)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.FIELDS:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        self._body[name] = _plain(value)

    def __delattr__(self, name: str) -> None:
        if name not in self._body:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        del self._body[name]

    def to_json(self) -> dict[str, Any]:
        """A copy of the object underneath, with nothing shared."""
        return copy.deepcopy(self._body)

    def copy(self) -> ApiObject:
        """The same with an object of its own underneath."""
        return type(self)(self.to_json())

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._body == other._body

    __hash__ = None  # type: ignore[assignment] # it can change

    def __repr__(self) -> str:
        lines = [
            f"  {name}={getattr(self, name)!r},".replace("\n", "\n  ")
            for name in self.FIELDS
            if name in self._body
        ]
        return "\n".join([f"{type(self).__name__}(", *lines, ")"])

    def __getstate__(self) -> dict[str, Any]:
        return self.to_json()

    def __setstate__(self, state: dict[str, Any]) -> None:
        object.__setattr__(self, "_body", state)


def _plain(value: Any) -> Any:
    if isinstance(value, ApiObject):
        return value._body
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
