"""Where in a document a fault is: the path of keys and list places that an error carries.

What reads a part of a document says which, with `at`; what is raised inside then has that path in
front of its own. So whoever shows the error finds the line of the value, whatever the words are.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FaultPath", "at", "path_of"]

FaultPath: TypeAlias = "tuple[str | int, ...]"


@contextmanager
def at(*path: str | int) -> Iterator[None]:
    """Has every error that is raised inside say that it is about this part of a document.

    Args:
        path: Keys, and places in lists from 0, from the part that is read outside.
    """
    try:
        yield
    except Exception as error:
        error.path = (*path, *path_of(error))  # type: ignore[attr-defined] # of any exception
        raise


def path_of(error: BaseException) -> FaultPath:
    """The path that an error carries; empty where it says none."""
    found = getattr(error, "path", ())
    return found if isinstance(found, tuple) else ()
