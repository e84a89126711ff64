"""One whole document in one file, replaced as a whole: what `ax.save(experiment, "x.json")` writes.

Apart from the experiment folders: such a file has one writer at a time, and the last one wins.
"""

import os
from pathlib import Path

from armwright.store.address import LOCAL_PROTOCOLS, shown
from armwright.store.errors import ExperimentNotFoundError
from armwright.store.failure import read_failure, write_failure
from armwright.store.location import locate_root
from armwright.store.token import new_token

__all__ = ["read_document", "write_document"]

_MAX_BYTES = 1 << 30


def write_document(url: str, body: bytes) -> None:
    """Writes a file so that a reader, or a crash at any moment, finds the old one or the new one.

    Args:
        url: A local path, whose folders are made, or any URL fsspec knows.
        body: All of it.

    Raises:
        StoreError: It cannot be written; what was there before is still there.
    """
    local = _local_path(url)
    if local is None:
        # Object stores and memory show an object when all of it has arrived.
        place = locate_root(url)
        place.files.overwrite(place.path, body)
        return
    try:
        _replace(local, body)
    except OSError as error:
        raise write_failure(url, error) from error


def read_document(url: str) -> bytes:
    """Reads a whole file.

    Raises:
        ExperimentNotFoundError: There is none.
        StoreError: It cannot be read.
    """
    local = _local_path(url)
    try:
        if local is not None:
            return local.read_bytes()
        place = locate_root(url)
        body = dict(place.files.read([place.path], _MAX_BYTES))[place.path]
        if isinstance(body, OSError):
            raise body
    except FileNotFoundError as error:
        raise ExperimentNotFoundError(
            f"no experiment at {shown(url)!r}: there is no such file"
        ) from error
    except OSError as error:
        raise read_failure(shown(url), error) from error
    return body


def _local_path(url: str) -> Path | None:
    protocol, separator, rest = url.partition("://")
    if not separator:
        return Path(url).expanduser()
    return Path(rest) if protocol in LOCAL_PROTOCOLS else None


def _replace(path: Path, body: bytes) -> None:
    path = path.resolve()  # of a link, what it leads to is replaced, not the link
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".{new_token()}.tmp"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            temporary.chmod(path.stat().st_mode & 0o777)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Forces the new name to disk, where folders can be."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows, or a folder that may be written and not read
        return
    try:
        os.fsync(descriptor)
    except OSError:
        return
    finally:
        os.close(descriptor)
