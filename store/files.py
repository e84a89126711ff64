"""What the store asks of a file system: seven calls, and which file systems answer them.

    create       one file, exclusively, complete before its name exists
    list         the names in one folder
    read         whole files, many at once
    remove       one file: a probe, a temporary, a fact that a snapshot holds
    remove_many  the same for many
    overwrite    a heartbeat: one file, replaced as a whole by its only writer
    modified     when the server thinks that a file was last written

Nothing else is assumed: no rename, no locks, no compare-and-swap, no clocks that agree. No fact
depends on `overwrite` or `modified`. `PosixFiles`, `MemoryFiles` and `ObjectFiles` answer all; what
has no exclusive create is served by `SingleWriterFiles`, for one writer at a time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from armwright.store.address import LOCAL_PROTOCOLS, OBJECT_PROTOCOLS, Address
from armwright.store.errors import StoreError

__all__ = [
    "MAX_READ_BYTES",
    "MAX_TABLE_BYTES",
    "Files",
    "Glancing",
    "Listing",
    "Outcome",
    "Relaxed",
    "files_for",
    "files_for_address",
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


@runtime_checkable
class Glancing(Protocol):
    """What a file system may offer besides, for choosing names well; nothing depends on it."""

    def glance(self, path: str) -> bool | None:
        """Whether a file or folder is there; None where asking costs more than next to nothing."""
        ...


@runtime_checkable
class Relaxed(Protocol):
    """What a file system may offer besides, for facts that mean nothing without a later one."""

    def create_relaxed(self, path: str, body: bytes, token: str) -> Outcome:
        """Like `create`, but lasts through a loss of power only from the folder's next one on."""
        ...


def files_for(fs: Any) -> Files:
    """Returns the store's view of an fsspec file system, or `fs` itself if it is one.

    An object store is opened once more, with the same arguments but without a cache of listings.

    Raises:
        StoreError: It is no file system, or one that keeps copies of another's files.
    """
    if isinstance(fs, Files):
        return fs
    protocol = getattr(fs, "protocol", type(fs).__name__)
    names = (protocol,) if isinstance(protocol, str) else tuple(protocol)
    if not callable(getattr(fs, "pipe_file", None)):
        raise _unsupported("/".join(names))
    for name in names:
        if name in LOCAL_PROTOCOLS:
            return _posix()
        if name == "memory":
            return _memory(fs)
        if name in _CACHES:
            raise _unsupported(name)
        if name in OBJECT_PROTOCOLS:
            return _objects_like(fs)
    return _single(fs)


def files_for_address(address: Address) -> Files:
    """Returns the store's view of the file system that a URL names.

    Raises:
        StoreError: There is no such file system, or its library is not installed.
    """
    protocol = address.protocol
    if protocol in LOCAL_PROTOCOLS:
        return _posix()
    if protocol == "memory":
        return _memory(None)
    if "::" in protocol or "::" in address.rest or protocol in _CACHES:
        raise _unsupported(protocol)
    if protocol in OBJECT_PROTOCOLS:
        from armwright.store.objects import objects_at

        return objects_at(protocol, address.options)
    from armwright.store.single import single_at

    return single_at(address)


# Wrappers that keep copies: what others write afterwards is not seen through them.
_CACHES = ("cached", "blockcache", "filecache", "simplecache", "reference")


# fsspec takes a tenth of a second to import, so only who needs it pays.
def _posix() -> Files:
    from armwright.store.posix import PosixFiles

    return PosixFiles()


def _memory(fs: Any) -> Files:
    from armwright.store.memory import MemoryFiles

    return MemoryFiles(fs)


def _objects_like(fs: Any) -> Files:
    from armwright.store.objects import objects_like

    return objects_like(fs)


def _single(fs: Any) -> Files:
    from armwright.store.single import single_like

    return single_like(fs)


def _unsupported(protocol: str) -> StoreError:
    return StoreError(
        f"cannot keep experiments on {protocol!r}",
        hint="use a local path, s3://, gs://, az://, memory://, or a plain file system of fsspec's",
    )
