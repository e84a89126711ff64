"""Facts that no segment's snapshot holds, many in one file: late ones, and stragglers.

`snap/late-<ulid>.parquet` has a row for each fact: its `path`, what the path says (`kind`, `trial`,
`attempt`), and the `fact` itself, as in its file. Reading is a union of facts by path, so files
that overlap do no harm.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from armwright.store.fact import BadFactError, Fact, body_of, decode
from armwright.store.layout import parse_name

__all__ = ["facts_in", "late_snapshot_body"]

_FORMAT = "1"
_FORMAT_KEY, _TOKEN_KEY = b"armwright.format", b"armwright.token"


def late_snapshot_body(facts: Iterable[Fact]) -> tuple[bytes, str]:
    """The bytes of a file that holds these facts, and the token in them; a pure function."""
    import pyarrow
    from pyarrow import parquet

    chosen = sorted(facts, key=lambda fact: fact.name.path)
    texts = [body_of(fact).decode() for fact in chosen]
    table = pyarrow.table(
        {
            "path": pyarrow.array([fact.name.path for fact in chosen], pyarrow.string()),
            "kind": pyarrow.array([fact.name.kind for fact in chosen], pyarrow.string()),
            "trial": pyarrow.array([fact.name.number for fact in chosen], pyarrow.int64()),
            "attempt": pyarrow.array([fact.name.attempt for fact in chosen], pyarrow.int64()),
            "fact": pyarrow.array(texts, pyarrow.string()),
        }
    )
    token = hashlib.sha256("".join(texts).encode()).hexdigest()[:32]
    sink = pyarrow.BufferOutputStream()
    with parquet.ParquetWriter(
        sink, table.schema, compression="zstd", store_schema=False
    ) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({_FORMAT_KEY: _FORMAT.encode(), _TOKEN_KEY: token.encode()})
    body: bytes = sink.getvalue().to_pybytes()
    return body, token


def facts_in(body: bytes) -> list[Fact]:
    """The facts in such a file.

    Raises:
        BadFactError: The bytes are not such a file.
    """
    import pyarrow
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(pyarrow.BufferReader(body))
        version = (file.metadata.metadata or {}).get(_FORMAT_KEY, b"").decode()
        if version != _FORMAT:
            raise BadFactError(f"format {version!r}, we know {_FORMAT}")
        table = file.read(["path", "fact"], use_threads=False)
        rows: list[tuple[Any, Any]] = list(
            zip(table["path"].to_pylist(), table["fact"].to_pylist(), strict=True)
        )
    except BadFactError:
        raise
    except (OSError, ValueError, TypeError, LookupError) as error:
        raise BadFactError(f"torn or not a snapshot: {error}") from error
    facts = []
    for path, text in rows:
        name = parse_name(path or "")
        if name is None:
            raise BadFactError(f"{path!r} is not the name of a fact")
        try:
            facts.append(decode(name, (text or "").encode()))
        except BadFactError as error:
            raise BadFactError(f"{path}: {error}") from error
    return facts
