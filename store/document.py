"""One whole document in one file, replaced as a whole: what `ax.save(experiment, "x.json")` writes.

Apart from the experiment folders: such a file has one writer at a time, and the last one wins.
"""

import os
import tempfile
from pathlib import Path

from armwright.store.errors import ExperimentNotFoundError
from armwright.store.failure import read_failure, write_failure

__all__ = ["read_document", "write_document"]


def write_document(url: str, body: bytes) -> None:
    """Writes a file so that a reader, or a crash at any moment, finds the old one or the new one.

    Args:
        url: A local path, whose folders are made, or any URL fsspec knows.
        body: All of it.

    Raises:
        StoreError: It cannot be written; what was there before is still there.
    """
    try:
        if "://" in url and not url.startswith("file://"):
            import fsspec

            # Object stores and memory show an object when all of it has arrived.
            fs, path = fsspec.core.url_to_fs(url)
            fs.pipe_file(path, body)
        else:
            _replace(Path(url.removeprefix("file://")), body)
    except OSError as error:
        raise write_failure(url, error) from error


def _replace(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(_mode(path))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int:
    """Permissions of the file to be replaced, else what a new file gets here."""
    try:
        return path.stat().st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def read_document(url: str) -> bytes:
    """Reads a whole file.

    Raises:
        ExperimentNotFoundError: There is none.
        StoreError: It cannot be read.
    """
    try:
        if "://" in url and not url.startswith("file://"):
            import fsspec

            fs, path = fsspec.core.url_to_fs(url, use_listings_cache=False)
            body: bytes = fs.cat_file(path)
            return body
        return Path(url.removeprefix("file://")).read_bytes()
    except FileNotFoundError as error:
        raise ExperimentNotFoundError(f"no experiment at {url!r}: there is no such file") from error
    except OSError as error:
        raise read_failure(url, error) from error
