"""Files on a local disk, NFS, or anything else that is mounted.

`create` writes a temporary file beside the final name, forces it to disk, and gives it its name by
a hard link, which the file system refuses if the name exists; that decision is the server's and is
made in one step (link(2) is exclusive in NFSv3 and later). The name never shows partial content.
Then the folder is forced to disk and the temporary name removed.

An NFS client may repeat a request whose reply was lost and then hear "exists" about its own link:
the temporary file having two names says that it is ours. Failing that, the token in the file does.
"""

import errno
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar, final

from armwright.store.failure import DOUBTFUL, read_failure, write_failure
from armwright.store.files import MAX_READ_BYTES, Listing, Outcome
from armwright.store.retry import pauses
from armwright.store.token import check_token

__all__ = ["PosixFiles"]

_Answer = TypeVar("_Answer")

# What file systems without hard links answer: FAT (EPERM), FUSE (ENOSYS), SMB (ENOTSUP),
# and some that count links (EMLINK).
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS}
# A folder cannot be forced to disk on Windows, on some network mounts, or if we may not read it.
_NO_FOLDER_SYNC = {errno.EACCES, errno.EBADF, errno.EINVAL, errno.EISDIR, *_NO_LINKS}
_TRIES = 3
_CHUNK_BYTES = 1 << 16
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
# Without waiting: a foreign pipe under a fact's name must not stop a reader for ever.
_OLD_FILE = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


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

    def create(self, path: str, body: bytes, token: str) -> Outcome:
        """Makes the file if there is none; see `armwright.store.create`."""
        check_token(token)
        try:
            return _create(path, body, token)
        except OSError as error:
            raise write_failure(path, error) from error

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
                found = _read(path, limit)
            except OSError as error:
                found = error
            if patient and isinstance(found, OSError) and found.errno in DOUBTFUL:
                try:
                    found = _persist(partial(_read, path, limit))
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


def _create(path: str, body: bytes, token: str) -> Outcome:
    folder = os.path.dirname(path)  # noqa: PTH120 a Path costs more than the rest of this function
    # The random tail: a repeat with the same token must not open the file of the first try, which
    # may carry the final name by now.
    temporary = f"{folder}/.{token}.{os.urandom(4).hex()}"
    try:
        _write_temporary(temporary, folder, body, sync=True)
        try:
            os.link(temporary, path)
        except OSError as error:
            if _has_two_names(temporary):
                pass
            elif error.errno == errno.EEXIST:
                return _whose(path, body, token)
            elif error.errno in _NO_LINKS:
                return _create_in_place(path, body, token)
            else:
                raise
        _sync_folder(folder)
    finally:
        _discard(temporary)
    return "won"


def _create_in_place(path: str, body: bytes, token: str) -> Outcome:
    try:
        descriptor = os.open(path, _NEW_FILE, 0o666)
    except FileExistsError:
        return _whose(path, body, token)
    try:
        _fill(descriptor, body, sync=True)
    except OSError:
        _discard(path)
        raise
    _sync_folder(os.path.dirname(path))  # noqa: PTH120
    return "won"


def _replace(path: str, body: bytes) -> None:
    folder = os.path.dirname(path)  # noqa: PTH120
    temporary = f"{folder}/.{os.urandom(8).hex()}.tmp"
    try:
        _write_temporary(temporary, folder, body, sync=False)
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        _discard(temporary)
        raise


def _whose(path: str, body: bytes, token: str) -> Outcome:
    """Settles a doubt: the file is ours if it holds our token, wherever our body has it."""
    try:
        ours = token.encode() in _read(path, len(body) + 1)
    except (FileNotFoundError, IsADirectoryError):
        return "lost"
    if ours:
        _sync_folder(os.path.dirname(path))  # noqa: PTH120
    return "won" if ours else "lost"


def _write_temporary(path: str, folder: str, body: bytes, *, sync: bool) -> None:
    for _ in range(_TRIES):
        try:
            descriptor = os.open(path, _NEW_FILE, 0o666)
            break
        except FileNotFoundError:
            _make_folder(Path(folder))  # garbage collection may take it away again at once
    else:
        descriptor = os.open(path, _NEW_FILE, 0o666)
    _fill(descriptor, body, sync=sync)


def _fill(descriptor: int, body: bytes, *, sync: bool) -> None:
    try:
        rest = memoryview(body)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if sync:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: str, limit: int) -> bytes:
    descriptor = os.open(path, _OLD_FILE)
    try:
        first = min(limit, _CHUNK_BYTES)
        chunk = os.read(descriptor, first)
        if len(chunk) < first:
            return chunk
        chunks, rest = [chunk], limit - len(chunk)
        while rest > 0 and (chunk := os.read(descriptor, min(rest, 1 << 20))):
            chunks.append(chunk)
            rest -= len(chunk)
        return b"".join(chunks)
    finally:
        os.close(descriptor)


def _has_two_names(path: str) -> bool:
    try:
        return os.stat(path).st_nlink == 2  # noqa: PTH116
    except OSError:
        return False


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir()
    except FileExistsError:
        if not folder.is_dir():
            raise
        return
    except FileNotFoundError:
        if folder == folder.parent:
            raise
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
    _sync_folder(str(folder.parent))


def _sync_folder(folder: str) -> None:
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            # Whatever the cause, the name may stand and may not last: that is for EIO to say.
            raise OSError(errno.EIO, error.strerror, folder) from error


def _discard(path: str) -> None:
    # A temporary that stays has a name that nobody reads; garbage collection removes it.
    with suppress(OSError):
        os.unlink(path)  # noqa: PTH108
