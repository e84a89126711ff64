"""Objects named by text, such as "package.module.ClassName" or "package.module:ClassName"."""

import importlib
from typing import Any

from armwright.errors import UsageError

__all__ = ["object_at"]


def object_at(path: str) -> Any:
    """The object that an import path names.

    Args:
        path: A module and a name in it, with a dot or a colon in between; after a colon the name
            may itself have dots.

    Raises:
        UsageError: The path has another form, the module cannot be imported, or has no such name.
    """
    module_name, colon, name = path.partition(":")
    if not colon:
        module_name, _, name = path.rpartition(".")
    if not module_name or not name:
        raise UsageError(
            f"an import path should be 'package.module.ClassName', got {path!r}",
            hint="a class defined in a notebook or script has none; put it in a module",
        )
    try:
        found: Any = importlib.import_module(module_name)
    except ImportError as error:
        raise UsageError(
            f"cannot import {path!r}: importing the module {module_name!r} says: {error}",
            hint="check the spelling, and that its folder is on sys.path",
        ) from error
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except AttributeError as error:
            raise UsageError(
                f"cannot import {path!r}: the module {module_name!r} has no {part!r}"
            ) from error
    return found
