"""Data too large for a JSON document: the rows of one `Data` as a table beside it, and back."""

from __future__ import annotations

import json
import math
import warnings
from typing import TYPE_CHECKING, Any

from armwright.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow

    from armwright.store import ExperimentFolder

__all__ = ["as_table", "is_large", "whole_document"]

Json = dict[str, Any]

_LARGE_BYTES = 64 << 10  # what is larger is better read as columns


def is_large(document: Mapping[str, Any]) -> bool:
    """Whether a data document is one whose rows are better kept as a table."""
    rows = document.get("rows", ())
    # No row takes less than this many bytes: most documents need not be measured.
    return len(rows) > _LARGE_BYTES // 2048 and len(json.dumps(rows)) > _LARGE_BYTES


def as_table(document: Mapping[str, Any]) -> tuple[Json, pyarrow.Table] | None:
    """A large data document without its rows, and the rows; None if it is better left whole.

    So it is where it is small, or has a column with values of several kinds.
    """
    if not is_large(document):
        return None
    import pyarrow

    rows = document["rows"]
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: _numbers(row.get(name) for row in rows) for name in names}
    try:
        table = pyarrow.table({name: pyarrow.array(cells) for name, cells in columns.items()})
    except (ValueError, TypeError):  # what pyarrow raises is one of these
        return None
    return {key: item for key, item in document.items() if key != "rows"}, table


def whole_document(document: Mapping[str, Any], folder: ExperimentFolder) -> Mapping[str, Any]:
    """A data document with its rows, which may lie in a table.

    A table that is damaged is left out, with a warning: the rest of the data are not affected.

    Raises:
        StoreError: The file system does not answer.
    """
    path = document.get("table")
    if not isinstance(path, str):
        return document
    try:
        table = folder.read_table(path)
    except StoreError as error:
        if error.retryable:
            raise
        warnings.warn(f"data are left out: {error.message}", stacklevel=2)
        return {**document, "rows": []}
    rows = [{name: _spelled(cell) for name, cell in row.items()} for row in table.to_pylist()]
    return {**{key: item for key, item in document.items() if key != "table"}, "rows": rows}


def _numbers(cells: Iterable[Any]) -> list[Any]:
    """A column, with infinities, which JSON spells out, as numbers."""
    column = list(cells)
    if any(isinstance(cell, float) for cell in column):
        return [float(cell) if cell in ("inf", "-inf") else cell for cell in column]
    return column


def _spelled(cell: Any) -> Any:
    return str(cell) if isinstance(cell, float) and math.isinf(cell) else cell
