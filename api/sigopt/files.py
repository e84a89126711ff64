"""Files and images that belong to a run, kept in the experiment's folder.

They lie in `files/<trial>/<ident>-<name>`, each written once; the run's record lists them.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from armwright.store.location import Location

__all__ = ["file_path", "keep_file", "read_file"]

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def file_path(number: int, ident: str, name: str) -> str:
    """Where a file of a run lies, relative to the experiment's folder."""
    return f"files/{number}/{ident}-{_UNSAFE.sub('_', name)[-80:] or 'file'}"


def keep_file(location: Location, number: int, name: str, content: bytes) -> str:
    """Writes a file of a run. Returns its id."""
    ident = secrets.token_hex(8)
    location.files.overwrite(location.join(file_path(number, ident, name)), content)
    return ident


def read_file(location: Location, number: int, ident: str, name: str) -> bytes:
    """Reads a file of a run.

    Raises:
        OSError: It is not there.
    """
    path = location.join(file_path(number, ident, name))
    found = dict(location.files.read([path], 1 << 30))[path]
    if isinstance(found, OSError):
        raise found
    return found
