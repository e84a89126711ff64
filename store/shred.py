"""JSON objects taken apart into typed columns, and put together again exactly.

Many objects of one shape (the facts of a hundred trials) repeat their text and differ in a few
values. A value that differs moves into a column, typed; a null stays in its place. What is left,
the skeleton, says which columns hold which of its values:

    {"facts": {"arm": {..., "parameters": {"lr": null}}}, "columns": {"parameters.lr": "/arm/..."}}

Pointers are those of RFC 6901, into `facts`; null instead of one means that the column is named by
its pointer. A value whose type is not its column's stays where it was, so nothing has to fit.
Nothing here knows Parquet, or what the values mean.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, final

__all__ = [
    "Column",
    "Kind",
    "Public",
    "Shredded",
    "Template",
    "kind_of",
    "pointer_of",
    "shred",
    "stored",
    "texts",
]

Kind = Literal["float", "int", "bool", "text", "hex", "utc", "local"]
Json = dict[str, Any]

# Columns beyond the public ones: as many as real documents need, few enough for a small footer.
_MOST_COLUMNS = 300
_LEAST_SHARE = 4  # a pointer that fewer than one object in four has is not worth a column

_HEX = re.compile(r"[0-9a-f]{32}")
_UTC = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOCAL_EPOCH = datetime(1970, 1, 1)  # local to its writer, and stays so


@dataclass(slots=True, kw_only=True)
class Column:
    """A column in the making.

    Attributes:
        kind: How its values are to be understood.
        values: One for each object, in what the kind stores: a number, text, 16 bytes for `hex`,
            milliseconds since 1970 for `utc`, microseconds for `local`; None where there is none.
    """

    kind: Kind
    values: list[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """A column that is to be made in any case, because people read it.

    Attributes:
        kind: Of its values.
        values: One for each object; None where there is none.
        pointers: Where in its object each value stands; "" if it stands nowhere. What stands there
            and is not the value itself, or not of the kind, is left there.
    """

    kind: Kind
    values: Sequence[Any]
    pointers: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shredded:
    """Objects taken apart.

    Attributes:
        skeletons: One text for each object.
        columns: By name; the public ones that were asked for first.
    """

    skeletons: list[str]
    columns: dict[str, Column] = field(default_factory=dict)


def shred(objects: Sequence[Json], public: Mapping[str, Public]) -> Shredded:
    """Takes objects, of JSON values, apart; a pure function."""
    leaves = [dict(_leaves(item)) for item in objects]
    columns: dict[str, Column] = {}
    holes: list[dict[str, str | None]] = [{} for _ in objects]
    taken: list[set[str]] = [set() for _ in objects]
    for name, wanted in public.items():
        columns[name] = Column(kind=wanted.kind, values=list(wanted.values))
        for row, pointer in enumerate(wanted.pointers):
            value = stored(leaves[row].get(pointer), wanted.kind) if pointer else None
            shown = wanted.values[row]
            if value is not None and pointer not in taken[row] and _is_same(value, shown):
                holes[row][name] = pointer
                taken[row].add(pointer)
    for pointer, kind in _worth_a_column(leaves, taken):
        values = [
            None if pointer in taken[row] else stored(found.get(pointer), kind)
            for row, found in enumerate(leaves)
        ]
        columns[pointer] = Column(kind=kind, values=values)
        for row, value in enumerate(values):
            if value is not None:
                holes[row][pointer] = None
    skeletons = [_skeleton(item, holes[row]) for row, item in enumerate(objects)]
    return Shredded(skeletons=skeletons, columns=columns)


def kind_of(value: Any) -> Kind | None:
    """The most telling kind that can store a value exactly; None if none can."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int" if -(1 << 63) <= value < 1 << 63 else None
    if isinstance(value, float):
        return "float"
    if not isinstance(value, str):
        return None
    for kind in ("hex", "utc", "local"):
        if stored(value, kind) is not None:
            return kind
    return "text" if stored(value, "text") is not None else None


def pointer_of(*keys: str | int) -> str:
    """The pointer that these keys and positions make."""
    return "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in keys)


def _is_same(one: Any, other: Any) -> bool:
    """Equal in every way: 1 is not True, and 0.0 is not -0.0."""
    return type(one) is type(other) and repr(one) == repr(other)


def _leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Numbers and texts, with where they are."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _leaves(item, f"{pointer}/{position}")
    elif value is not None:
        yield pointer, value


def _worth_a_column(leaves: list[Json], taken: list[set[str]]) -> list[tuple[str, Kind]]:
    """Pointers whose values differ, often enough, with the kind that most of the values have."""
    seen: dict[str, list[Any]] = {}
    for found, gone in zip(leaves, taken, strict=True):
        for pointer, value in found.items():
            if pointer not in gone:
                seen.setdefault(pointer, []).append(value)
    least = max(2, len(leaves) // _LEAST_SHARE)
    worth: list[tuple[int, str, Kind]] = []
    for pointer, values in seen.items():
        first = values[0]
        if len(values) < least or not pointer.isprintable():
            continue
        if all(value == first and type(value) is type(first) for value in values):
            continue
        kinds: dict[Kind, int] = {}
        for value in values:
            if (kind := kind_of(value)) is not None and kind != "bool":
                kinds[kind] = kinds.get(kind, 0) + 1
        if kinds:
            best = min(kinds, key=lambda kind: (-kinds[kind], kind))
            worth.append((-len(values), pointer, best))
    return sorted((pointer, kind) for _, pointer, kind in sorted(worth)[:_MOST_COLUMNS])


def _skeleton(item: Json, holes: dict[str, str | None]) -> str:
    bare = {pointer or name for name, pointer in holes.items()}
    return json.dumps({"facts": _without(item, bare, ""), "columns": holes}, separators=(",", ":"))


def _without(value: Any, bare: set[str], pointer: str) -> Any:
    if isinstance(value, dict):
        return {
            key: _without(item, bare, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_without(item, bare, f"{pointer}/{at}") for at, item in enumerate(value)]
    return None if pointer in bare else value


# Values -----------------------------------------------------------------------------------------


def stored(value: Any, kind: Kind) -> Any:
    """What a column of this kind stores for a value; None if it cannot give it back exactly."""
    match kind:
        case "bool":
            return value if isinstance(value, bool) else None
        case "float":
            return value if type(value) is float else None
        case "int":
            fits = type(value) is int and -(1 << 63) <= value < 1 << 63
            return value if fits else None
    if not isinstance(value, str):
        return None
    if kind == "text":
        return value if not _has_surrogate(value) else None
    if kind == "hex":
        return bytes.fromhex(value) if _HEX.fullmatch(value) else None
    if not (_UTC if kind == "utc" else _LOCAL).fullmatch(value):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if kind == "utc":
        return (moment - _EPOCH) // timedelta(milliseconds=1)
    return (moment - _LOCAL_EPOCH) // timedelta(microseconds=1)


def _has_surrogate(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text)


def _utc_text(value: int) -> str:
    moment = _EPOCH + timedelta(milliseconds=value)
    return f'"{moment.isoformat(timespec="milliseconds")[:-6]}Z"'


def _local_text(value: int) -> str:
    moment = _LOCAL_EPOCH + timedelta(microseconds=value)
    return f'"{moment.isoformat(sep=" ", timespec="microseconds")}"'


# What stands in the JSON for what a column of each kind stores.
_TEXTS: dict[Kind, Callable[[Any], str]] = {
    "bool": lambda value: "true" if value else "false",
    "float": float.__repr__,
    "int": str,
    "text": json.dumps,
    "hex": lambda value: f'"{value.hex()}"',
    "utc": _utc_text,
    "local": _local_text,
}


def texts(values: Iterable[Any], kind: Kind) -> list[str | None]:
    """What stands in the JSON for each of a column's stored values."""
    text = _TEXTS[kind]
    return [None if value is None else text(value) for value in values]


@final
class Template:
    """A skeleton made ready to be filled many times.

    Attributes:
        columns: Names of the columns that hold its values, in the order `fill` wants them.
    """

    def __init__(self, skeleton: str) -> None:
        whole = json.loads(skeleton)
        mark, text = "@", json.dumps(whole)
        while mark in text:
            mark += "@"
        facts, names = whole["facts"], list(whole["columns"])
        for position, name in enumerate(names):
            pointer = whole["columns"][name]
            _put(facts, name if pointer is None else pointer, f"{mark}{position}{mark}")
        # Split where values belong: pieces of text at even places, positions of columns between.
        self._pieces = re.split(f'"{mark}([0-9]+){mark}"', json.dumps(facts))
        self.columns = [names[int(position)] for position in self._pieces[1::2]]

    def fill(self, texts: Iterable[str | None]) -> Json:
        """Puts an object together from what `texts` made of each value.

        Raises:
            ValueError: A value is missing.
        """
        pieces: list[Any] = self._pieces[:]
        pieces[1::2] = texts
        try:
            item: Json = json.loads("".join(pieces))
        except TypeError as error:
            raise ValueError("a value of its skeleton is missing in its column") from error
        return item


def _put(item: Any, pointer: str, value: Any) -> None:
    *path, last = (
        key.replace("~1", "/").replace("~0", "~") for key in pointer.removeprefix("/").split("/")
    )
    for key in path:
        item = item[int(key)] if isinstance(item, list) else item[key]
    if isinstance(item, list):
        item[int(last)] = value
    else:
        item[last] = value
