"""The parameters of a run: a mapping, and attributes, over the same values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any, final

__all__ = ["RunParams"]

_OWN = ("_values", "_frozen", "_store")


@final
class RunParams(MutableMapping[str, Any]):
    """The parameters of a run.

    Those that were suggested are frozen; others may be added, and are kept with the run.

    Args:
        values: The values to start with.
        frozen: The names that cannot change.
        store: Called with what has changed; None stands for what was removed.
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        frozen: frozenset[str],
        store: Callable[[dict[str, Any]], None],
    ) -> None:
        self._values = dict(values)
        self._frozen = frozen
        self._store = store

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self.update({name: value})

    def __delitem__(self, name: str) -> None:
        self._check(name)
        if name not in self._values:
            raise KeyError(name)
        self._store({name: None})
        del self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name in _OWN:
            raise AttributeError(name)
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(f"no parameter {name!r}: there are {list(self)}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _OWN:
            object.__setattr__(self, name, value)
        else:
            self[name] = value

    def __delattr__(self, name: str) -> None:
        if name not in self._values:
            raise AttributeError(f"no parameter {name!r}: there are {list(self)}")
        del self[name]

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Sets parameters: all of them in one write, or none where one is frozen."""
        changes: dict[str, Any] = dict(*args, **kwargs)
        for name in changes:
            self._check(name)
        if changes:
            self._store(changes)
            self._values.update(changes)

    def setdefault(self, name: str, default: Any = None) -> Any:
        """The parameter's value; the default, which is kept, if there is none."""
        self.setdefaults({name: default})
        return self._values[name]

    def setdefaults(self, *args: Any, **kwargs: Any) -> RunParams:
        """Sets those of the parameters that have no value yet; returns these parameters."""
        given: dict[str, Any] = dict(*args, **kwargs)
        self.update({name: value for name, value in given.items() if name not in self._values})
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and self._values == dict(other)

    __hash__ = None  # type: ignore[assignment] # it can change

    def __repr__(self) -> str:
        return repr(self._values)

    def _check(self, name: Any) -> None:
        if not isinstance(name, str):
            raise TypeError(f"the name of a parameter should be a text, got {name!r}")
        if name in self._frozen:
            raise ValueError(f"the parameter {name!r} was suggested and cannot change")
