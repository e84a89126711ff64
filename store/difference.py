"""What differs between two documents, as the paths of the parts that do."""

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["difference", "in_words"]

_SHOWN = 6
_MISSING = object()


def difference(before: Any, after: Any) -> tuple[str, ...]:
    """Names the parts that are not the same in both, in the order of the first: `plan.budget`.

    Objects are compared key by key; lists and plain values as a whole. Both the same: empty. No
    objects at all, and different: the empty path.
    """
    return tuple(_paths(before, after, ""))


def in_words(paths: tuple[str, ...]) -> str:
    """Names parts in a message, the first few of many."""
    if not paths:
        return "nothing"
    shown = ", ".join(path or "everything" for path in paths[:_SHOWN])
    return shown if len(paths) <= _SHOWN else f"{shown} and {len(paths) - _SHOWN} more"


def _paths(before: Any, after: Any, where: str) -> Iterator[str]:
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        # As JSON means it: true is not 1, but 1.0 is 1.
        if isinstance(before, bool) is not isinstance(after, bool) or before != after:
            yield where
        return
    for key in (*before, *(key for key in after if key not in before)):
        path = f"{where}.{key}" if where else str(key)
        yield from _paths(before.get(key, _MISSING), after.get(key, _MISSING), path)
