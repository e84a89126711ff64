"""Files on a local disk, NFS, or anything else that is mounted.

`create` writes the whole content, forces it to disk, and only then gives it the final name, by a
hard link, which the file system refuses if the name exists; that decision is the server's and is
made in one step (link(2) is exclusive in NFSv3 and later). The name never shows partial content.
Then the folder is forced to disk.

An NFS client may repeat a request whose reply was lost and then hear "exists" about its own link:
the temporary file having two names says that it is ours. Failing that, the token in the file does.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar, final

from armwright.store.failure import DOUBTFUL, read_failure, write_failure
from armwright.store.files import MAX_READ_BYTES, Listing, Outcome
from armwright.store.local_disk import is_local_disk
from armwright.store.posix_create import create_named, create_unnamed, discard, write_temporary
from armwright.store.posix_read import read_file
from armwright.store.retry import pauses
from armwright.store.token import check_token

__all__ = ["PosixFiles"]

_Answer = TypeVar("_Answer")


@final
class PosixFiles:
    """Mounted file systems, through the operating system's own calls.

    Where hard links are refused, `create` falls back to opening the final name with O_EXCL. That is
    as exclusive, but weaker in one way: a process killed, or a machine lost, between the opening
    and the last byte leaves a torn file that holds its name for ever. Readers name such a file as
    damaged; the trial or attempt it stands for is lost, and no other. After an error, as on a full
    disk, the file is removed, so that nothing half-written stays.
    """

    exclusive = True
    _glances = False

    def create(self, path: str, body: bytes, token: str) -> Outcome:
        """Makes the file if there is none; see `armwright.store.create`."""
        return self._create(path, body, token, relaxed=False)

    def create_relaxed(self, path: str, body: bytes, token: str) -> Outcome:
        """The same, but a loss of power may take the name away until the folder's next create.

        Only on a disk of this machine alone: elsewhere another one, which keeps its power, may have
        seen the file.
        """
        relaxed = is_local_disk(os.path.dirname(path))  # noqa: PTH120
        return self._create(path, body, token, relaxed=relaxed)

    def _create(self, path: str, body: bytes, token: str, *, relaxed: bool) -> Outcome:
        check_token(token)
        try:
            outcome = create_unnamed(path, body, token, relaxed=relaxed)
            if outcome is not None:
                self._glances = True
                return outcome
            return create_named(path, body, token)
        except OSError as error:
            raise write_failure(path, error) from error

    def glance(self, path: str) -> bool | None:
        """Whether a file or folder is there; None unless files without names can be made.

        Network file systems offer no such files. There a look costs a request, and the answer that
        there is no such name may be believed for half a minute, by those who want to read it too.
        """
        return os.path.lexists(path) if self._glances else None

    def list(self, folder: str) -> Listing:
        """Names what is in a folder."""
        try:
            return _persist(lambda: _list(folder))
        except FileNotFoundError:
            return Listing()
        except OSError as error:
            raise read_failure(folder, error) from error

    def read(
        self, paths: Iterable[str], limit: int = MAX_READ_BYTES
    ) -> Iterator[tuple[str, bytes | OSError]]:
        """Yields each path with its bytes or its error."""
        patient = True
        for path in paths:
            found: bytes | OSError
            try:
                found = read_file(path, limit)
            except OSError as error:
                found = error
            if patient and isinstance(found, OSError) and found.errno in DOUBTFUL:
                try:
                    found = _persist(partial(read_file, path, limit))
                except OSError as error:
                    # Who waited for one file in vain does not wait for each of a thousand.
                    found, patient = error, error.errno not in DOUBTFUL
            yield path, found

    def remove(self, path: str) -> None:
        """Removes a file."""
        try:
            Path(path).unlink(missing_ok=True)
        except OSError as error:
            raise write_failure(path, error) from error

    def remove_many(self, paths: Iterable[str]) -> None:
        """Removes files, and folders that are empty then, as if on an object store."""
        folders = set()
        for path in paths:
            self.remove(path)
            folders.add(os.path.dirname(path))  # noqa: PTH120
        for folder in folders:
            with suppress(OSError):  # it is not empty
                os.rmdir(folder)  # noqa: PTH106

    def overwrite(self, path: str, body: bytes) -> None:
        """Makes or replaces a file, by renaming a complete one over it; not forced to disk."""
        try:
            _replace(path, body)
        except OSError as error:
            raise write_failure(path, error) from error

    def modified(self, path: str) -> float | None:
        """Says when a file was last written, by the clock of the disk's host."""
        try:
            return _persist(lambda: os.stat(path).st_mtime)  # noqa: PTH116
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise read_failure(path, error) from error


def _persist(call: Callable[[], _Answer]) -> _Answer:
    """Makes a call again while it fails for a reason that may pass, as a stale NFS handle may."""
    for pause in pauses():
        try:
            return call()
        except OSError as error:
            if error.errno not in DOUBTFUL or pause is None:
                raise
            time.sleep(pause)
    raise AssertionError  # the last pause is None


def _list(folder: str) -> Listing:
    files: list[str] = []
    folders: list[str] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            (folders if entry.is_dir() else files).append(entry.name)
    return Listing(files=tuple(files), folders=tuple(folders))


def _replace(path: str, body: bytes) -> None:
    folder = os.path.dirname(path)  # noqa: PTH120
    temporary = f"{folder}/.{os.urandom(8).hex()}.tmp"
    try:
        write_temporary(temporary, folder, body, sync=False)
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        discard(temporary)
        raise
