"""Tables: data too large for a JSON fact, in a Parquet file beside the fact that names it.

`N.k.data-<ulid>.parquet` is written first and `N.k.data-<ulid>.json` second, whose document says
`"table": "<path of the former>"`. The second is the fact: data count, are sealed and are told of as
ever, and nobody needs pyarrow until somebody wants the rows. A writer killed between the two leaves
a table that nothing names; it was never acknowledged. The Parquet file carries the same envelope in
its metadata, so that it tells by itself what it belongs to.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from armwright.store.errors import StoreError
from armwright.store.fact import BadFactError, decode, encode
from armwright.store.failure import read_failure
from armwright.store.files import MAX_TABLE_BYTES
from armwright.store.layout import parse_name, table_path
from armwright.store.location import Location
from armwright.store.surely import create_surely
from armwright.store.surroundings import Surroundings
from armwright.store.token import new_token

if TYPE_CHECKING:
    import pyarrow

__all__ = ["TABLE_KEY", "read_table", "write_table"]

TABLE_KEY = "table"  # of the document; its value is the path
_FORMAT_KEY, _FACT_KEY = b"armwright.format", b"armwright.fact"


def write_table(
    location: Location,
    surroundings: Surroundings,
    table: "pyarrow.Table",
    *,
    number: int,
    attempt: int,
    ident: str,
    document: Mapping[str, Any],
) -> dict[str, Any]:
    """Writes the Parquet file; returns the document for the fact that names it.

    Raises:
        StoreError: It could not be written.
        ValueError: The table is too large, or the document is not JSON or has a key `table`.
    """
    import pyarrow
    from pyarrow import parquet

    if TABLE_KEY in document:
        raise ValueError(f"document: {TABLE_KEY!r} is the store's own key")
    path = table_path(number, attempt, ident)
    name, token = parse_name(path), new_token()
    assert name is not None  # noqa: S101 our own names parse
    named = {**document, TABLE_KEY: path}
    writer, at = surroundings.writer().document(), surroundings.clock()
    envelope = encode(name, named, token=token, writer=writer, at=at)
    metadata = {_FORMAT_KEY: b"1", _FACT_KEY: envelope.strip()}
    sink = pyarrow.BufferOutputStream()
    parquet.write_table(
        table.replace_schema_metadata({**(table.schema.metadata or {}), **metadata}),
        sink,
        compression="zstd",
        write_page_checksum=True,
    )
    body: bytes = sink.getvalue().to_pybytes()
    if len(body) > MAX_TABLE_BYTES:
        raise ValueError(
            f"table: {len(body)} bytes as Parquet; one file holds {MAX_TABLE_BYTES}: "
            "report it in parts"
        )
    create_surely(location.files.create, location.join(path), body, token, surroundings)
    return named


def read_table(location: Location, path: str) -> "pyarrow.Table":
    """Reads a table that a data document names.

    Raises:
        StoreError: There is none, or it is damaged or foreign.
    """
    import pyarrow
    from pyarrow import parquet

    name = parse_name(path)
    if name is None or name.kind != "data" or name.readable:
        raise StoreError(f"{path!r} cannot be a table of {location.url!r}")
    where = location.join(path)
    body = dict(location.files.read([where], MAX_TABLE_BYTES))[where]
    if not isinstance(body, bytes):
        raise read_failure(where, body) from body
    try:
        table = parquet.read_table(
            pyarrow.BufferReader(body), use_threads=False, page_checksum_verification=True
        )
        metadata = dict(table.schema.metadata or {})
        envelope = metadata.pop(_FACT_KEY, b"")
        metadata.pop(_FORMAT_KEY, None)
        if not envelope:
            raise BadFactError("a foreign Parquet file")
        decode(name, envelope)
    except (OSError, ValueError, TypeError, LookupError) as error:
        what = str(error) if isinstance(error, BadFactError) else "torn or not Parquet"
        raise StoreError(
            f"{where!r} is damaged: {what}", hint="the other data are not affected"
        ) from error
    return table.replace_schema_metadata(metadata)
