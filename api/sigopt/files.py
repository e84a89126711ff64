"""Files and images that belong to a run: tables of its trial, one row of one binary column.

So they are part of the store's own format, and whatever copies an experiment copies them.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow

    from armwright.store import ExperimentFolder

__all__ = ["file_table", "file_word", "measures_of", "read_file"]

_COLUMN = "content"


def file_table(content: bytes) -> pyarrow.Table:
    """A file as the table that holds it."""
    import pyarrow as pa

    return pa.table({_COLUMN: pa.array([content], pa.large_binary())})


def file_word() -> str:
    """A word that no other file of a run has; with the run's id before it, the file's id."""
    return secrets.token_hex(6)


def measures_of(content: bytes) -> dict[str, Any]:
    """The length of a file, and its MD5 in base64."""
    digest = hashlib.md5(content, usedforsecurity=False).digest()
    return {
        "content_length": len(content),
        "content_md5": base64.b64encode(digest).decode("ascii"),
    }


def read_file(folder: ExperimentFolder, path: str) -> bytes:
    """Reads a file of a run.

    Args:
        folder: Of the experiment or project.
        path: Of the table, as the run's record has it.

    Raises:
        StoreError: There is none, or it is damaged.
    """
    content: Any = folder.read_table(path).column(_COLUMN)[0].as_py()
    return bytes(content)
