"""The text of an experiment file as plain values: YAML, TOML or JSON; errors name the line.

YAML is read by the rules of YAML 1.2's core schema: `1e-5` is a number, and `on`, `no` and dates
are text.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any, ClassVar

from armwright.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["decoded", "document_from_text", "language_of", "value_from_text"]

_YAML_LINE = re.compile(r"(---|[^=\[\]{}#'\"]+:(\s|$))")
_ENDINGS = {".yml": "YAML", ".yaml": "YAML", ".toml": "TOML", ".json": "JSON"}
_YAML_SCALARS = (
    ("null", r"null|Null|NULL|~|", [*"nN~", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
)


def document_from_text(text: str | bytes, *, source: str) -> dict[str, Any]:
    """Reads a document whose top is a table.

    Args:
        text: The file's content; bytes are read as UTF-8.
        source: What to call it in messages: its path, or "standard input".

    Raises:
        UsageError: It is none of the languages, or its top is no table. Names the line.
    """
    document = value_from_text(text, source=source)
    if not isinstance(document, dict):
        raise UsageError(f"{source} should be a table of keys such as parameters, got {document!r}")
    return document


def value_from_text(text: str | bytes, *, source: str) -> Any:
    """Reads a document, whatever its top is; see `document_from_text`.

    Raises:
        UsageError: It is none of the languages. Names the line.
    """
    text = text if isinstance(text, str) else decoded(text, source)
    language = language_of(text, source)
    try:
        return _READERS[language](text)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{source} is not {language}: {error}",
            hint="an example is in the README, under 'From a shell'; armwright init writes one",
        ) from error


def language_of(text: str, source: str) -> str:
    """YAML, TOML or JSON: by the file's ending, else by its first line that is no comment."""
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith("#")), "")
    named = [item for ending, item in _ENDINGS.items() if source.lower().endswith(ending)]
    if first.startswith("{") and "YAML" not in named:  # no TOML begins so
        return "JSON"
    if named:
        return named[0]
    return "YAML" if _YAML_LINE.match(first) else "TOML"


def decoded(body: bytes, source: str) -> str:
    """The text of a file.

    Raises:
        UsageError: It is not UTF-8; names the line.
    """
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise UsageError(
            f"{source} is not text in UTF-8: line {line} holds the byte 0x{body[error.start]:02x}",
            hint="save it as UTF-8",
        ) from error


def _from_json(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_without_repeats)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} is there twice in one object")
    return found


def _from_yaml(text: str) -> Any:
    try:
        import yaml
    except ImportError as error:
        raise UsageError(
            "YAML needs a library that is not installed: PyYAML",
            hint="pip install 'armwright[yaml]', or write the same keys as TOML or JSON",
        ) from error
    try:
        found = yaml.load(text, Loader=_yaml_loader())  # noqa: S506 - made from the safe one
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = "" if mark is None else f"line {mark.line + 1}, column {mark.column + 1}: "
        raise ValueError(f"{where}{error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    return {} if found is None else found


def _yaml_loader() -> Any:
    """A safe loader that knows text, numbers, booleans and null, and refuses a key given twice."""
    import yaml

    class Loader(yaml.SafeLoader):  # type: ignore[misc] # the library publishes no types
        yaml_implicit_resolvers: ClassVar[dict[str, list[Any]]] = {}

    def mapping(loader: Any, node: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node, deep=True)
            problem = "" if isinstance(key, str) else f"a key should be a text, got {key!r}"
            if not problem and key in found:
                problem = f"the key {key!r} is there twice in one table"
            if problem:
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            found[key] = loader.construct_object(value_node, deep=True)
        return found

    def whole(loader: Any, node: Any) -> int:
        return int(loader.construct_scalar(node))

    def number(loader: Any, node: Any) -> float:
        word = loader.construct_scalar(node).lower()
        return float(word.replace(".inf", "inf").replace(".nan", "nan"))

    for name, pattern, first in _YAML_SCALARS:
        tag = f"tag:yaml.org,2002:{name}"
        Loader.add_implicit_resolver(tag, re.compile(f"^(?:{pattern})$"), first)
    Loader.add_constructor("tag:yaml.org,2002:map", mapping)
    Loader.add_constructor("tag:yaml.org,2002:int", whole)
    Loader.add_constructor("tag:yaml.org,2002:float", number)
    return Loader


_READERS: dict[str, Callable[[str], Any]] = {
    "JSON": _from_json,
    "TOML": tomllib.loads,
    "YAML": _from_yaml,
}
