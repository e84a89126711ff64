"""An error about a value of an experiment file, with the line that the value stands on.

Errors carry the path of what they are about: see `armwright.fault_path`.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from armwright.errors import UsageError
from armwright.persistence.document_lines import Path, lines_of
from armwright.persistence.document_text import language_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["faults_with_lines"]


@contextmanager
def faults_with_lines(text: str, *, source: str) -> Iterator[None]:
    """Has usage errors that begin with the source, and say where in the document, say the line.

    Args:
        text: The file's content.
        source: What messages call it.
    """
    try:
        yield
    except UsageError as error:
        start = f"{source}: "
        if not error.path or not error.message.startswith(start):
            raise
        line = _line_of(error.path, lines_of(text, language_of(text, source)))
        if line is None:
            raise
        words = error.message.removeprefix(start)
        raise UsageError(
            f"{start}line {line}: {words}", hint=error.hint, path=error.path
        ) from error


def _line_of(path: Path, lines: Mapping[Path, int]) -> int | None:
    """The line of a value, else of what it is part of."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return None
