"""A snapshot: sealed trials as one Parquet file that gives back every one of their facts.

One row for each trial. Columns that people read come first (`trial`, `status`, `parameters.lr`,
`mean.loss`, ...); what is left of the facts is in `facts`, and what differs from trial to trial in
columns named by pointers (`armwright.store.shred`). The file is a function of the facts in it, so
two who make it make the same, and of its name: nothing points to it and it points to nothing.

    snap/s1-00421.parquet      segment 421
    snap/s2-0004.parquet       segments 400 to 499: the s1 of each, one after the other

Reading is lazy: opening decodes one byte for each trial, its status; facts are decoded when asked
for, a few hundred trials at a time.
"""

import hashlib
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, final, get_args

from armwright.store.arrow_array import arrow_array
from armwright.store.fact import BadFactError, Fact, check_kind
from armwright.store.layout import SEGMENT_TRIALS, SEGMENTS_OF_S2, Name, parse_name, segment_folder
from armwright.store.shred import Kind, Template, shred, texts
from armwright.store.snapshot_columns import public_columns
from armwright.store.state import TrialState

if TYPE_CHECKING:
    import pyarrow

    from armwright.store.state import TrialFacts

__all__ = ["SNAPSHOT_FORMAT", "Snapshot", "arrow_types", "joined", "snapshot_body"]

SNAPSHOT_FORMAT = 1

Json = dict[str, Any]
Facts = Mapping[str, Fact]

_STATUSES: tuple[TrialState, ...] = get_args(TrialState)
_ROW_GROUP = 2500  # rows decoded at once to reach one of them
_WINDOW = 250  # of these, rows made into Python objects at once; divides the row group
_COMPRESSION_LEVEL = 3
_FORMAT_KEY, _TOKEN_KEY = b"armwright.format", b"armwright.token"


# Writing ----------------------------------------------------------------------------------------


def snapshot_body(trials: Sequence[tuple["TrialFacts", Facts]]) -> tuple[bytes, str]:
    """The bytes of the snapshot of a segment, and the token in them.

    Args:
        trials: All of the segment's, ascending: what each adds up to, and its facts by path.
    """
    objects = [
        {_key(fact.name): _fact_json(fact) for _, fact in sorted(facts.items())}
        for _, facts in trials
    ]
    public = public_columns([trial for trial, _ in trials], objects)
    shredded = shred(objects, public)
    columns: dict[str, tuple[Kind, list[Any]]] = {
        "trial": ("int", [trial.number for trial, _ in trials])
    }
    for name, column in shredded.columns.items():
        if name in public:
            columns[name] = (column.kind, column.values)
    columns["facts"] = ("text", shredded.skeletons)
    for name, column in shredded.columns.items():
        if name not in public:
            columns[name] = (column.kind, column.values)
    return _write(_table(columns), _digest(objects))


def joined(parts: Sequence["Snapshot"]) -> tuple[bytes, str] | None:
    """The bytes of the s2 of a hundred s1, and the token in them.

    None where their columns do not go together: a parameter that changed its type.
    """
    import pyarrow

    tables = [part.table() for part in parts]
    types: dict[str, Any] = {}
    for table in tables:
        for field in table.schema:
            if types.setdefault(field.name, field.type) != field.type:
                return None
    shown = [name for name in types if not name.startswith("/") and name != "facts"]
    fixed = [name for name in shown if "." not in name]
    measured = {
        prefix: sorted(name for name in shown if name.startswith(f"{prefix}."))
        for prefix in ("parameters", "mean", "sem")
    }
    hidden = sorted(name for name in types if name.startswith("/"))
    order = [*fixed, *measured["parameters"], *measured["mean"], *measured["sem"], "facts", *hidden]
    schema = pyarrow.schema([pyarrow.field(name, types[name]) for name in order])
    wide = [
        pyarrow.table(
            [
                table[field.name]
                if field.name in table.schema.names
                else pyarrow.nulls(table.num_rows, field.type)
                for field in schema
            ],
            schema=schema,
        )
        for table in tables
    ]
    return _write(pyarrow.concat_tables(wide), _digest(part.token for part in parts))


def _digest(parts: Iterable[Any]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{part!r}\n".encode("utf-8", "backslashreplace"))
    return digest.hexdigest()[:32]


def _key(name: Name) -> str:
    if name.attempt is None:
        return name.kind
    return f"{name.attempt}.{name.kind}" + (f"-{name.id}" if name.id else "")


def _fact_json(fact: Fact) -> Json:
    envelope = {"token": fact.token, "writer": fact.writer, "at": fact.at}
    return {**envelope, **fact.more, "document": fact.document}


def _table(columns: Mapping[str, tuple[Kind, list[Any]]]) -> "pyarrow.Table":
    import pyarrow

    types = arrow_types()
    arrays = {name: arrow_array(values, types[kind]) for name, (kind, values) in columns.items()}
    return pyarrow.table(arrays)


def arrow_types() -> "dict[Kind, pyarrow.DataType]":
    """The type of a column of each kind."""
    import pyarrow

    return {
        "bool": pyarrow.bool_(),
        "float": pyarrow.float64(),
        "int": pyarrow.int64(),
        "text": pyarrow.string(),
        "hex": pyarrow.binary(16),
        "utc": pyarrow.timestamp("ms", "UTC"),
        "local": pyarrow.timestamp("us"),
    }


def _write(table: "pyarrow.Table", token: str) -> tuple[bytes, str]:
    """The table as bytes that depend on nothing but it and the version of pyarrow."""
    import pyarrow
    from pyarrow import parquet

    kinds = {kind: name for name, kind in arrow_types().items()}
    repeated, encodings = [], {}
    for field in table.schema:
        column = table[field.name]
        if len(column.unique()) * 4 <= table.num_rows:
            repeated.append(field.name)
        elif (kind := kinds[field.type]) in _ENCODINGS:
            encodings[field.name] = _ENCODINGS[kind]
    metadata = {_FORMAT_KEY: f"{SNAPSHOT_FORMAT}".encode(), _TOKEN_KEY: token.encode()}
    shown = [name for name in table.column_names if name[0] != "/" and name != "facts"]
    sink = pyarrow.BufferOutputStream()
    with parquet.ParquetWriter(
        sink,
        table.schema,
        compression="zstd",
        compression_level=_COMPRESSION_LEVEL,
        use_dictionary=repeated,
        column_encoding=encodings,
        write_statistics=shown,
        store_schema=False,
        write_page_checksum=True,
        version="2.6",
    ) as writer:
        writer.write_table(table, row_group_size=_ROW_GROUP)
        writer.add_key_value_metadata(metadata)
    body: bytes = sink.getvalue().to_pybytes()
    return body, token


_ENCODINGS: dict[Kind, str] = {
    "float": "BYTE_STREAM_SPLIT",
    "int": "DELTA_BINARY_PACKED",
    "utc": "DELTA_BINARY_PACKED",
    "local": "DELTA_BINARY_PACKED",
}


# Reading ----------------------------------------------------------------------------------------


@final
class Snapshot:
    """One snapshot file, read and checked; safe to share between threads.

    Attributes:
        path: Relative to the experiment's folder.
        token: Of its bytes; settles a doubtful create.
        segments: Those it holds.
        numbers: The trials it holds.
        statuses: One byte for each trial, its status.
        counts: How many trials have each status.
    """

    def __init__(self, name: Name, body: bytes) -> None:
        """Opens a snapshot.

        Raises:
            BadFactError: The bytes are not the snapshot that the name says.
        """
        assert name.number is not None  # noqa: S101 the names of snapshots have one
        self.path = name.path
        length = SEGMENTS_OF_S2 if name.kind == "s2" else 1
        self.segments = range(name.number * length, (name.number + 1) * length)
        first = self.segments.start * SEGMENT_TRIALS
        self.numbers = range(first, first + length * SEGMENT_TRIALS)
        try:
            self._open(body)
        except (ImportError, BadFactError):
            raise
        except (OSError, ValueError, TypeError, KeyError, LookupError) as error:
            raise BadFactError(f"torn or not a snapshot: {_first_line(error)}") from error
        self.counts = Counter({_STATUSES[code]: n for code, n in Counter(self.statuses).items()})

    def status(self, number: int) -> TrialState:
        """The status of a trial it holds."""
        return _STATUSES[self.statuses[number - self.numbers.start]]

    def with_status(self, states: frozenset[TrialState]) -> Iterator[int]:
        """The numbers of trials with one of these statuses, ascending."""
        codes = bytes(code for code, status in enumerate(_STATUSES) if status in states)
        for number, code in zip(self.numbers, self.statuses, strict=True):
            if code in codes:
                yield number

    def facts(self, number: int) -> dict[str, Fact]:
        """The facts of a trial it holds, by path.

        Raises:
            BadFactError: They cannot be put together again.
        """
        window, offset = divmod(number - self.numbers.start, _WINDOW)
        try:
            skeletons, columns = self._decoded(window)
            template = self._template(skeletons[offset])
            whole = template.fill([columns(name)[offset] for name in template.columns])
        except (OSError, LookupError, ValueError, TypeError) as error:
            what = _first_line(error)
            raise BadFactError(f"trial {number} cannot be put together: {what}") from error
        prefix = f"{segment_folder(number // SEGMENT_TRIALS)}/{number}."
        return {
            fact.name.path: fact
            for key, item in whole.items()
            for fact in [_fact(f"{prefix}{key}.json", item)]
        }

    def table(self) -> "pyarrow.Table":
        """All of it."""
        import pyarrow

        table = self._file.read(use_threads=False)
        fields = [
            pyarrow.field(field.name, field.type.value_type)
            if pyarrow.types.is_dictionary(field.type)
            else field
            for field in table.schema
        ]
        return table.cast(pyarrow.schema(fields))

    def _open(self, body: bytes) -> None:
        import pyarrow
        from pyarrow import parquet

        file = parquet.ParquetFile(
            pyarrow.BufferReader(body),
            read_dictionary=["status", "facts"],
            page_checksum_verification=True,
        )
        metadata = file.metadata.metadata or {}
        version = metadata.get(_FORMAT_KEY, b"").decode()
        if version != str(SNAPSHOT_FORMAT):
            raise BadFactError(f"format {version!r}, we know {SNAPSHOT_FORMAT}")
        if file.metadata.num_rows != len(self.numbers):
            raise BadFactError(
                f"{file.metadata.num_rows} trials, its name says {len(self.numbers)}"
            )
        self._file, self.token = file, metadata[_TOKEN_KEY].decode()
        kinds = {kind: name for name, kind in arrow_types().items()}
        kinds[pyarrow.dictionary(pyarrow.int32(), pyarrow.string())] = "text"
        self._kinds = {
            field.name: kinds[field.type] for field in file.schema_arrow if field.type in kinds
        }
        table = file.read(columns=["trial", "status"], use_threads=False)
        if [*table["trial"].to_pylist()] != [*self.numbers]:
            raise BadFactError("its trials are not those that its name says")
        self.statuses = b"".join(_codes(chunk) for chunk in table["status"].chunks)
        self.forget()

    def forget(self) -> None:
        """Drops what was decoded; it is decoded again when needed."""
        self._rows: tuple[int, Any] = (-1, None)
        self._window: tuple[int, Any] = (-1, None)
        self._templates: dict[str, Template] = {}

    def _decoded(self, window: int) -> Any:
        """The skeletons of a window, and what gives the values of its columns."""
        known, decoded = self._window
        if known == window:
            return decoded
        group, place = divmod(window * _WINDOW, _ROW_GROUP)
        known, rows = self._rows
        if known != group:
            _forget_all_but(self)
            rows = self._file.read_row_group(group, use_threads=False)
            self._rows = (group, rows)
        part = rows.slice(place, _WINDOW)
        lists: dict[str, list[str | None]] = {}

        def column(name: str) -> list[str | None]:
            if name not in lists:
                lists[name] = texts(_plain(part[name]), self._kinds[name])
            return lists[name]

        decoded = (_plain(part["facts"]), column)
        self._window = (window, decoded)
        return decoded

    def _template(self, skeleton: str) -> Template:
        template = self._templates.get(skeleton)
        if template is None:
            if len(self._templates) > _WINDOW:
                self._templates = {}
            template = self._templates[skeleton] = Template(skeleton)
        return template


# Who has decoded rows at hand; a few, lest a hundred snapshots keep theirs.
_busy: list[Snapshot] = []
_MOST_BUSY = 2
_lock = threading.Lock()


def _forget_all_but(snapshot: Snapshot) -> None:
    """Lets the snapshots that were used longest ago drop what they have decoded."""
    with _lock:
        if snapshot in _busy:
            _busy.remove(snapshot)
        _busy.append(snapshot)
        while len(_busy) > _MOST_BUSY:
            _busy.pop(0).forget()


def _codes(chunk: Any) -> bytes:
    """One byte for each status; `chunk` is dictionary-encoded."""
    import pyarrow

    order = bytes(_STATUSES.index(status) for status in chunk.dictionary.to_pylist())
    if chunk.null_count:
        raise BadFactError("a trial has no status")
    # By the buffer: `to_numpy` imports pandas.
    indices = chunk.indices.cast(pyarrow.uint8())
    start, buffer = indices.offset, indices.buffers()[1]
    codes: bytes = b"" if buffer is None else buffer.to_pybytes()[start : start + len(indices)]
    return codes.translate(order.ljust(256, b"\0"))


def _plain(column: Any) -> list[Any]:
    """The values as the kinds store them."""
    import pyarrow

    if pyarrow.types.is_timestamp(column.type):
        column = column.cast(pyarrow.int64())
    values: list[Any] = column.to_pylist()
    return values


def _fact(path: str, item: Any) -> Fact:
    name = parse_name(path)
    if name is None or not isinstance(item, dict):
        raise BadFactError(f"{path!r} is not the name of a fact")
    rest = dict(item)
    fact = Fact(
        name=name,
        token=rest.pop("token"),
        writer=rest.pop("writer"),
        at=rest.pop("at"),
        document=rest.pop("document"),
        more=rest,
    )
    check_kind(fact)
    return fact


def _first_line(error: Exception) -> str:
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0]
