"""The base of everything that SigOpt code is handed: attributes over a JSON object.

Attributes are read from the object underneath each time, so a change to `experiment.parameters[0]`
is seen by the next look at `experiment.parameters`. Nothing is stored by it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from armwright.sigopt.fields import plain_json

__all__ = ["ApiObject", "DictObject", "Fields", "as_is", "dict_of", "list_of"]

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
    """Attributes over a JSON object; others that a user sets are kept beside it.

    Two are equal if they are of one class and hold the same.

    Args:
        body: The object; it is held, not copied.
        bound_endpoint: The call that it came from.
        retrieve_params: What that was called with.

    Attributes:
        FIELDS: How each attribute is read. One that is not in the object reads as None.
    """

    FIELDS: ClassVar[Fields] = {}
    _body: dict[str, Any]
    _bound_endpoint: Any
    _retrieve_params: Any

    def __init__(
        self, body: dict[str, Any], bound_endpoint: Any = None, retrieve_params: Any = None
    ) -> None:
        object.__setattr__(self, "_body", body)
        object.__setattr__(self, "_bound_endpoint", bound_endpoint)
        object.__setattr__(self, "_retrieve_params", retrieve_params)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self.FIELDS:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        value = self._body.get(name)
        return None if value is None else self.FIELDS[name](value)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.FIELDS:
            self._body[name] = _plain(value)
        else:
            object.__setattr__(self, name, value)

    def __delattr__(self, name: str) -> None:
        if name not in self.FIELDS:
            object.__delattr__(self, name)
            return
        if name not in self._body:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        del self._body[name]

    @staticmethod
    def as_json(obj: Any) -> Any:
        """A value as JSON has it: objects of ours as dicts, numbers of NumPy as Python's."""
        return plain_json(obj)

    @staticmethod
    def dumps(obj: Any, indent_level: int = 0) -> str:
        """A value as it is written in a repr, with so many spaces before each line."""
        margin = " " * indent_level
        return margin + _shown(obj).replace("\n", f"\n{margin}")

    def to_json(self) -> dict[str, Any]:
        """A copy of the object underneath, with nothing shared."""
        return copy.deepcopy(self._body)

    def copy(self) -> ApiObject:
        """The same with an object of its own underneath."""
        return type(self)(self.to_json())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self._body == other._body

    __hash__ = None  # type: ignore[assignment] # it can change

    def __repr__(self) -> str:
        return self._text({name: getattr(self, name) for name in self.FIELDS if name in self._body})

    def _text(self, values: Mapping[str, Any]) -> str:
        lines = [
            f"  {name}={_shown(value)},".replace("\n", "\n  ") for name, value in values.items()
        ]
        inside = "\n".join(["", *lines, ""]) if lines else ""
        return f"{type(self).__name__}({inside})"

    def __getstate__(self) -> dict[str, Any]:
        return self.to_json()

    def __setstate__(self, state: dict[str, Any]) -> None:
        ApiObject.__init__(self, state)


class DictObject(dict[str, Any]):
    """A mapping of the user's own keys, as part of an object.

    Two of these are equal if they are of one class and hold the same; any other mapping is equal to
    one that holds the same.
    """

    def to_json(self) -> dict[str, Any]:
        """A plain dict, with nothing shared."""
        return copy.deepcopy(dict(self))

    def copy(self) -> DictObject:
        """One of the same class with the same items."""
        return type(self)(self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, DictObject) and not isinstance(other, type(self)):
            return False
        return dict.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # it can change

    def __repr__(self) -> str:
        return f"{type(self).__name__}({json.dumps(plain_json(self), indent=2, sort_keys=True)})"


def _plain(value: Any) -> Any:
    """What is put in the object underneath; parts that are objects keep what they hold."""
    if isinstance(value, ApiObject):
        return value._body
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _shown(value: Any) -> str:
    """A value as it is written in a repr: a line for each item."""
    if isinstance(value, ApiObject | DictObject):
        return repr(value)
    if hasattr(value, "tolist"):
        return _shown(value.tolist())
    if isinstance(value, dict) and value:
        lines = [_indented(f'"{key}"={_shown(item)},') for key, item in value.items()]
        return "\n".join(["{", *lines, "}"])
    if isinstance(value, list | tuple) and value:
        return "\n".join(["[", *(_indented(f"{_shown(item)},") for item in value), "]"])
    return f'"{value}"' if isinstance(value, str) else str(value)


def _indented(text: str) -> str:
    return "  " + text.replace("\n", "\n  ")
