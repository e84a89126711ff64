"""Files and images that belong to a run: tables of its trial, one row of one binary column.

So they are part of the store's own format, and whatever copies an experiment copies them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow

    from armwright.store import ExperimentFolder

__all__ = ["file_table", "read_file"]

_COLUMN = "content"


def file_table(content: bytes) -> pyarrow.Table:
    """A file as the table that holds it."""
    import pyarrow as pa

    return pa.table({_COLUMN: pa.array([content], pa.large_binary())})


def read_file(folder: ExperimentFolder, path: str) -> bytes:
    """Reads a file of a run.

    Args:
        folder: Of the experiment or project.
        path: Of the table; the file's id in the run's record.

    Raises:
        StoreError: There is none, or it is damaged.
    """
    content: Any = folder.read_table(path).column(_COLUMN)[0].as_py()
    return bytes(content)
