"""A callback named in words, `module:object`: for the command line."""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from armwright.callbacks.callback import checked_callbacks
from armwright.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["named_callback"]

_HINT = (
    "module:object, for example my_callbacks:Notify, from the current folder or an installed one"
)


def named_callback(text: str) -> Any:
    """The callback that `module:object` names; of a class one object, made without arguments.

    The current folder is looked at first, as `python -m` does.

    Raises:
        UsageError: There is no such module or object, it fails when it is imported or made, or it
            is no callback.
    """
    module_name, colon, path = text.partition(":")
    if not colon or not module_name or not path:
        raise UsageError(f"expected a callback as module:object, got {text!r}", hint=_HINT)
    with _current_folder_first():
        try:
            found: Any = importlib.import_module(module_name)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
                raise _failed(text, error) from error
            raise UsageError(f"callback {text!r}: no module {error.name!r}", hint=_HINT) from error
        except Exception as error:
            raise _failed(text, error) from error
        for name in path.split("."):
            try:
                found = getattr(found, name)
            except AttributeError as error:
                raise UsageError(
                    f"callback {text!r}: {module_name!r} has no {path!r}", hint=_HINT
                ) from error
        if isinstance(found, type):
            try:
                found = found()
            except Exception as error:
                raise _failed(text, error) from error
    try:
        checked_callbacks([found])
    except UsageError as error:
        raise UsageError(f"callback {text!r}: {error.message.partition(': ')[2]}") from error
    return found


def _failed(text: str, error: Exception) -> UsageError:
    return UsageError(f"callback {text!r} cannot be made: {type(error).__name__}: {error}")


@contextmanager
def _current_folder_first() -> Iterator[None]:
    here = os.getcwd()  # noqa: PTH109 - a word for sys.path
    sys.path.insert(0, here)
    try:
        yield
    finally:
        if here in sys.path:
            sys.path.remove(here)
