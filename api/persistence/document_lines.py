"""On which line of a YAML, TOML or JSON text each value stands: for errors about values.

The readers of the languages give plain values. Where one of them turns out to be wrong, the text is
gone through once more, for nothing but places; it was read before, so its syntax is right.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias, final

__all__ = ["Path", "lines_of"]

Path: TypeAlias = "tuple[str | int, ...]"  # of keys and of places in lists, from the top

_BLANKS = {"JSON": re.compile(r"\s*"), "TOML": re.compile(r"(?:\s|#[^\n]*)*")}
_SCALAR = re.compile(r"[^,\]}#\n]+")
_QUOTED = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
_KEY = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|\'([^\']*)\'|([A-Za-z0-9_-]+))\s*')
_HEADER = re.compile(r"\[(\[?)([^\n]*?)\]\]?[ \t]*(?:#[^\n]*)?(?=\n|$)")


def lines_of(text: str, language: str) -> dict[Path, int]:
    """The lines of a document's values, counted from 1; of a value with a key, the key's line.

    Args:
        text: The document.
        language: YAML, TOML or JSON.

    Returns:
        Lines by path; empty where the text is not of that language.
    """
    try:
        if language == "YAML":
            return _yaml_lines(text)
        places = _Places(text, language)
        (places.toml if language == "TOML" else places.value)()
    except (ValueError, IndexError, RecursionError):
        return {}
    return places.lines


def _yaml_lines(text: str) -> dict[Path, int]:
    import yaml

    found: dict[Path, int] = {}

    def visit(node: Any, path: Path) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                found[(*path, key.value)] = key.start_mark.line + 1
                visit(value, (*path, key.value))
        elif isinstance(node, yaml.SequenceNode):
            for place, value in enumerate(node.value):
                found[(*path, place)] = value.start_mark.line + 1
                visit(value, (*path, place))

    try:
        visit(yaml.compose(text, Loader=yaml.SafeLoader), ())
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    return found


@final
class _Places:
    """Goes through a text of TOML or JSON, which write lists and tables in the same brackets."""

    def __init__(self, text: str, language: str) -> None:
        self.lines: dict[Path, int] = {}
        self._text, self._at = text, 0
        self._line, self._counted = 1, 0  # the line of a place, none after which was noted
        self._blank, self._sign = _BLANKS[language], "=" if language == "TOML" else ":"

    def toml(self) -> None:
        """A whole text of TOML."""
        table: Path = ()
        counts: dict[Path, int] = {}
        while self._skip():
            header = _HEADER.match(self._text, self._at)
            if header is None:
                self._pair(table)
                continue
            table = self._of_header(header.group(2), counts)
            if header.group(1):
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            self._note(table)
            self._at = header.end()

    def value(self, path: Path = ()) -> None:
        """One value."""
        self._skip()
        first = self._text[self._at]
        if first in "[{":
            self._at += 1
            place = 0
            while self._skip() and self._text[self._at] not in "]}":
                if self._text[self._at] == ",":
                    self._at += 1
                elif first == "{":
                    self._pair(path)
                else:
                    self._note((*path, place))
                    self.value((*path, place))
                    place += 1
            self._at += 1
            return
        match = (_QUOTED if first in "\"'" else _SCALAR).match(self._text, self._at)
        if match is None:
            raise ValueError(self._at)
        self._at = match.end()

    def _pair(self, path: Path) -> None:
        self._skip()
        began = self._at
        path = (*path, *self._keys())
        if self._text[self._at] != self._sign:
            raise ValueError(self._at)
        self._note(path, began)
        self._at += 1
        self.value(path)

    def _keys(self) -> Path:
        """A key, in TOML with dots in it."""
        keys: list[str] = []
        while match := _KEY.match(self._text, self._at):
            keys.append(next(part for part in match.groups() if part is not None))
            self._at = match.end()
            if self._text[self._at] != ".":
                break
            self._at += 1
        return tuple(keys)

    def _of_header(self, text: str, counts: dict[Path, int]) -> Path:
        """The path that a header names; below a list of tables it is in the newest of them."""
        path: Path = ()
        for match in _KEY.finditer(text):
            if path in counts:
                path = (*path, counts[path])
            path = (*path, next(part for part in match.groups() if part is not None))
        return path

    def _note(self, path: Path, at: int | None = None) -> None:
        at = self._at if at is None else at
        self._line += self._text.count("\n", self._counted, at)
        self._counted = at
        self.lines[path] = self._line

    def _skip(self) -> bool:
        """Past blanks and comments; whether there is something after them."""
        match = self._blank.match(self._text, self._at)
        assert match is not None  # noqa: S101 - it matches nothing, too
        self._at = match.end()
        return self._at < len(self._text)
