"""An experiment's tables, or all of it, in one file for other programs; the ending says which kind.

.csv .jsonl .parquet    one of the tables `trials`, `arms`, `data`, see docs/format.md
.zip                    the whole experiment, see `armwright.store.archive`
"""

from __future__ import annotations

import io
import json
import math
import os
from typing import TYPE_CHECKING, Any

from armwright.errors import UsageError
from armwright.store import ExperimentFolder, write_document
from armwright.store.address import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow

__all__ = ["TABLES", "export", "export_text"]

TABLES = ("trials", "arms", "data")
_ENDINGS = (".csv", ".jsonl", ".parquet", ".zip")


def export(
    url: str | os.PathLike[str], file: str | os.PathLike[str], *, table: str = "trials"
) -> dict[str, Any]:
    """Writes an experiment into a file, replaced as a whole.

    Args:
        url: Of the experiment.
        file: A path or URL; ends in .csv, .jsonl or .parquet for a table, .zip for everything.
        table: Which one: trials, arms or data; without meaning for .zip.

    Returns:
        What was written: `file`, and of a table its name, `rows` and `columns`; of a .zip file its
        manifest, and `damaged`, what could not be read and is missing in it.

    Raises:
        ExperimentNotFoundError: There is no experiment.
        StoreError: It cannot be read, or the file cannot be written.
        UsageError: The file ends otherwise, or there is no such table.
    """
    path = os.fspath(file)
    ending = next((item for item in _ENDINGS if path.lower().endswith(item)), "")
    if not ending:
        raise UsageError(
            f"expected a file that ends in {', '.join(_ENDINGS)}, got {shown(path)!r}",
            hint=".zip holds the whole experiment, the others one table",
        )
    if ending == ".zip":
        from armwright.store.archive import export_archive

        manifest, found = export_archive(url, path)
        damaged = [{"path": item.path, "problem": item.problem} for item in found.damaged]
        return {**manifest, "file": shown(path), "damaged": damaged}
    rows = _table(ExperimentFolder.open(url), table)
    write_document(path, _BODIES[ending](rows))
    return {"file": shown(path), "table": table, "rows": len(rows), "columns": rows.column_names}


def export_text(url: str | os.PathLike[str], *, table: str = "trials") -> str:
    """A table as CSV.

    Raises:
        ExperimentNotFoundError: There is no experiment.
        StoreError: It cannot be read.
        UsageError: There is no such table.
    """
    return _csv(_table(ExperimentFolder.open(url), table)).decode()


def _table(folder: ExperimentFolder, name: str) -> pyarrow.Table:
    from armwright.store.tables import arms_table, data_table, trials_table

    if name == "arms":
        return arms_table(folder.state)
    if name in TABLES:
        make = trials_table if name == "trials" else data_table
        return make(folder.state, folder.read_table)
    raise UsageError(f"expected one of the tables {', '.join(TABLES)}, got {name!r}")


def _csv(table: pyarrow.Table) -> bytes:
    from pyarrow import csv

    sink = io.BytesIO()
    csv.write_csv(table, sink)
    return sink.getvalue()


def _jsonl(table: pyarrow.Table) -> bytes:
    return "".join(_lines(table)).encode()


def _lines(table: pyarrow.Table) -> Iterator[str]:
    for row in table.to_pylist():
        plain = {name: _plain(value) for name, value in row.items()}
        yield f"{json.dumps(plain, ensure_ascii=False, allow_nan=False)}\n"


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.isoformat() if hasattr(value, "isoformat") else value


def _parquet(table: pyarrow.Table) -> bytes:
    from pyarrow import parquet

    sink = io.BytesIO()
    parquet.write_table(table, sink, compression="zstd")
    return sink.getvalue()


_BODIES = {".csv": _csv, ".jsonl": _jsonl, ".parquet": _parquet}
