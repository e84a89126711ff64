"""Making a file on a mounted file system: whole, on disk, and only if there is none of that name.

On Linux the content goes into a file that has no name yet (O_TMPFILE) and gets its final one by a
hard link: whoever is killed leaves nothing, and the folder is changed once instead of three times.
Where that is not offered, as on NFS, the content goes into a temporary file beside the final name,
which is linked and then loses its first name.
"""

import errno
import os
from contextlib import suppress
from pathlib import Path

from armwright.store.files import Outcome
from armwright.store.posix_read import read_file

__all__ = ["create_named", "create_unnamed", "discard", "write_temporary"]

# What file systems without hard links answer: FAT (EPERM), FUSE (ENOSYS), SMB (ENOTSUP),
# and some that count links (EMLINK).
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS}
# A folder cannot be forced to disk on Windows, on some network mounts, or if we may not read it.
_NO_FOLDER_SYNC = {errno.EACCES, errno.EBADF, errno.EINVAL, errno.EISDIR, *_NO_LINKS}
_TRIES = 3
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_UNNAMED_FILE = getattr(os, "O_TMPFILE", 0)


def create_unnamed(path: str, body: bytes, token: str, *, relaxed: bool = False) -> Outcome | None:
    """Through a file without a name; None where that cannot be done, and nothing was.

    Relaxed, the content is forced to disk as ever and the name is not: a loss of power leaves the
    whole file or nothing.
    """
    if not _UNNAMED_FILE:
        return None
    # To force to disk what is lost already would be the dearest part; who is in a hurry has looked.
    if not relaxed and os.path.lexists(path):
        return _whose(path, body, token)
    folder = os.path.dirname(path)  # noqa: PTH120 a Path costs more than the rest of this function
    try:
        descriptor = os.open(folder, os.O_WRONLY | _UNNAMED_FILE, 0o666)
    except OSError:
        return None  # not offered here, or no such folder: the other way finds out
    try:
        _write(descriptor, body)
        os.fsync(descriptor)
        try:
            # With a folder's descriptor, which an absolute path ignores, the link is followed.
            name = f"/proc/self/fd/{descriptor}"
            os.link(name, path, src_dir_fd=descriptor, follow_symlinks=True)
        except OSError as error:
            if os.fstat(descriptor).st_nlink == 0:
                return _whose(path, body, token) if error.errno == errno.EEXIST else None
    finally:
        os.close(descriptor)
    if not relaxed:
        _sync_folder(folder)
    return "won"


def create_named(path: str, body: bytes, token: str) -> Outcome:
    """Through a temporary file beside it."""
    folder = os.path.dirname(path)  # noqa: PTH120
    # The random tail: a repeat with the same token must not open the file of the first try, which
    # may carry the final name by now.
    temporary = f"{folder}/.{token}.{os.urandom(4).hex()}"
    try:
        write_temporary(temporary, folder, body, sync=True)
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
        discard(temporary)
    return "won"


def _create_in_place(path: str, body: bytes, token: str) -> Outcome:
    try:
        descriptor = os.open(path, _NEW_FILE, 0o666)
    except FileExistsError:
        return _whose(path, body, token)
    try:
        _fill(descriptor, body, sync=True)
    except OSError:
        discard(path)
        raise
    _sync_folder(os.path.dirname(path))  # noqa: PTH120
    return "won"


def _whose(path: str, body: bytes, token: str) -> Outcome:
    """Settles a doubt: the file is ours if it holds our token, wherever our body has it."""
    try:
        found = read_file(path, len(body) + 1)
    except (FileNotFoundError, IsADirectoryError):
        return "lost"
    ours = token.encode() in found
    if ours and len(found) < len(body):
        # Written in place, and neither the rest of it nor its removal came through.
        _fill(os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0)), body, sync=True)
    if ours:
        _sync_folder(os.path.dirname(path))  # noqa: PTH120
    return "won" if ours else "lost"


def write_temporary(path: str, folder: str, body: bytes, *, sync: bool) -> None:
    """Writes a new file, and makes its folder if there is none."""
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
        _write(descriptor, body)
        if sync:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(descriptor: int, body: bytes) -> None:
    rest = memoryview(body)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


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


def discard(path: str) -> None:
    """Removes a file that nobody needs."""
    # A temporary that stays has a name that nobody reads; garbage collection removes it.
    with suppress(OSError):
        os.unlink(path)  # noqa: PTH108
