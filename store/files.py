"""What the store asks of a file system: seven calls, and which file systems answer them.

    create       one file, exclusively, complete before its name exists
    list         the names in one folder
    read         whole files, many at once
    remove       one file: a probe, a temporary, a fact that a snapshot holds
    remove_many  the same for many
    overwrite    a heartbeat: one file, replaced as a whole by its only writer
    modified     when the server thinks that a file was last written

Nothing else is assumed: no rename, no locks, no compare-and-swap, no clocks that agree. No fact
depends on `overwrite` or `modified`. A file system is supported when it has a class with these and
an entry in `_KINDS`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from armwright.store.errors import StoreError

__all__ = [
    "MAX_READ_BYTES",
    "MAX_TABLE_BYTES",
    "Files",
    "Listing",
    "Outcome",
    "files_for",
    "files_for_protocol",
    "supported_protocols",
]

# No fact is larger than 4 MiB; reading stops here in case a foreign file is. Tables may be larger:
# who reads one says so.
MAX_READ_BYTES = 5 << 20
MAX_TABLE_BYTES = 64 << 20

Outcome = Literal["won", "lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The names in one folder, temporaries included; both empty where there is no such folder."""

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


@runtime_checkable
class Files(Protocol):
    """A file system as the store sees it; paths are absolute in that file system, with slashes.

    Attributes:
        exclusive: Whether one of several who create a name at once is sure to be the only winner.
            Where it is False, one process at a time may write.
    """

    exclusive: bool

    def create(self, path: str, body: bytes, token: str) -> Outcome:
        """Makes the file if there is none; see `armwright.store.create`."""
        ...

    def list(self, folder: str) -> Listing:
        """Names what is in a folder now, from the file system itself and never from a cache."""
        ...

    def read(
        self, paths: Iterable[str], limit: int = MAX_READ_BYTES
    ) -> Iterator[tuple[str, bytes | OSError]]:
        """Yields each path with its first `limit` bytes, or with the error that reading gave."""
        ...

    def remove(self, path: str) -> None:
        """Removes a file; it is no error if it is gone already."""
        ...

    def remove_many(self, paths: Iterable[str]) -> None:
        """Removes files, in as few requests as can be; it is no error if some are gone already."""
        ...

    def overwrite(self, path: str, body: bytes) -> None:
        """Makes or replaces a file; a reader finds the old content or the new, never a mixture."""
        ...

    def modified(self, path: str) -> float | None:
        """Says when a file was last written, in seconds since 1970 by the server's clock.

        None if there is no such file, or the file system does not say.
        """
        ...


def files_for(fs: Any) -> Files:
    """Returns the store's view of an fsspec file system, or `fs` itself if it is one.

    Raises:
        StoreError: The file system has no exclusive create that we know of.
    """
    if isinstance(fs, Files):
        return fs
    protocol = getattr(fs, "protocol", type(fs).__name__)
    names = (protocol,) if isinstance(protocol, str) else tuple(protocol)
    for name in names:
        if name in _KINDS:
            return _KINDS[name](fs)
    raise _unsupported("/".join(names))


def files_for_protocol(protocol: str) -> Files:
    """Returns the store's view of the file system that a URL's protocol names.

    Raises:
        StoreError: The protocol is not supported.
    """
    if protocol not in _KINDS:
        raise _unsupported(protocol)
    return _KINDS[protocol](None)


def supported_protocols() -> tuple[str, ...]:
    """Names the URL protocols that the store can write to."""
    return tuple(_KINDS)


def _posix(_fs: Any) -> Files:
    from armwright.store.posix import PosixFiles

    return PosixFiles()


def _memory(fs: Any) -> Files:
    # fsspec takes a tenth of a second to import, so only who needs it pays.
    from armwright.store.memory import MemoryFiles

    return MemoryFiles(fs)


_KINDS: dict[str, Callable[[Any], Files]] = {"file": _posix, "local": _posix, "memory": _memory}


def _unsupported(protocol: str) -> StoreError:
    known = ", ".join(f"{name}://" for name in _KINDS)
    return StoreError(
        f"cannot keep experiments on {protocol!r}; this version writes to a local path, {known}",
        hint="object stores (s3, gcs, azure) come with a later version; use a local folder for now",
    )
