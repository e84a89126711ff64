"""An error about a value of an experiment file, with the line that the value stands on.

Errors name what they are about in words: `parameters[1] (lr): bounds ...`, `parameter 'lr': type
...`. The value is the first key of that table that the words name, else the table.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from armwright.errors import UsageError
from armwright.persistence.document_lines import Path, lines_of
from armwright.persistence.document_text import language_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["faults_with_lines"]

_PLACE = re.compile(r"(\w+)\[(\d+)\]")
_NAMED = re.compile(r"(parameter|metric|conditional) '([^']*)'")
_WORD = re.compile(r"\w+")
_PART_OF = {"lower": "bounds", "upper": "bounds"}  # what messages call a part, by its key


@contextmanager
def faults_with_lines(text: str, document: Mapping[str, Any], *, source: str) -> Iterator[None]:
    """Has usage errors that begin with the source say the line, too.

    Args:
        text: The file's content.
        document: The same, read.
        source: What messages call it.
    """
    try:
        yield
    except UsageError as error:
        start = f"{source}: "
        if not error.message.startswith(start):
            raise
        words = error.message.removeprefix(start)
        path = error.path or _path_of(words, document)
        line = _line_of(path, lines_of(text, language_of(text, source)))
        if line is None:
            raise
        raise UsageError(f"{start}line {line}: {words}", hint=error.hint, path=path) from error


def _path_of(words: str, document: Mapping[str, Any]) -> Path:
    """What words are about, as far as they say it."""
    path: Path = ()
    node: Any = document
    place, named = _PLACE.search(words), _NAMED.search(words)
    if place is not None and place.group(1) in document:
        path, words = (place.group(1), int(place.group(2))), words[place.end() :]
    elif named is not None:
        key = f"{named.group(1)}s"
        items = document.get(key)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict) and item.get("name") == named.group(2):
                path, words = (key, index), words[named.end() :]
                break
    try:
        for step in path:
            node = node[step]
    except (LookupError, TypeError):
        return path
    while isinstance(node, dict):
        named_keys = (_PART_OF.get(at.group(), at.group()) for at in _WORD.finditer(words))
        inner = next((item for item in named_keys if item in node), None)
        if inner is None:
            break
        path, node = (*path, inner), node[inner]
    return path


def _line_of(path: Path, lines: Mapping[Path, int]) -> int | None:
    """The line of a value, else of what it is part of."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return None
