"""What the store asks of a file system: four calls, and which file systems answer them.

    create   one file, exclusively, complete before its name exists
    list     the names in one folder
    read     whole files, many at once
    remove   one file of our own: a probe, a temporary; never a fact

Nothing else is assumed: no rename, no locks, no compare-and-swap, no time stamps. A file system is
supported when it has a class with these four and an entry in `_KINDS`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

from armwright.store.errors import StoreError

__all__ = [
    "MAX_READ_BYTES",
    "Files",
    "Listing",
    "Outcome",
    "files_for",
    "files_for_protocol",
    "supported_protocols",
]

# One conditional put of an object store carries 5 MiB, so no file of ours is larger; reading stops
# here in case a foreign one is.
MAX_READ_BYTES = 5 << 20

Outcome = Literal["won", "lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The names in one folder, temporaries included; both empty where there is no such folder."""

    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()


@runtime_checkable
class Files(Protocol):
    """A file system as the store sees it; paths are absolute in that file system, with slashes."""

    def create(self, path: str, body: bytes, token: str) -> Outcome:
        """Makes the file if there is none; see `armwright.store.create`."""
        ...

    def list(self, folder: str) -> Listing:
        """Names what is in a folder now, from the file system itself and never from a cache."""
        ...

    def read(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | OSError]]:
        """Yields each path with its first `MAX_READ_BYTES`, or with the error that reading gave."""
        ...

    def remove(self, path: str) -> None:
        """Removes a file; it is no error if it is gone already."""
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
