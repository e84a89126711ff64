"""File systems without an exclusive create: sftp, hdfs, http, zip and others of fsspec's.

Two processes that create the same name may both be told that they won there, and results could be
overwritten. So one process at a time may write, and is told so; any number may read. `create` looks
first and writes then, which is right as long as nobody else writes.
"""

import functools
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, final

from armwright.store.address import Address
from armwright.store.errors import StoreError, UncertainError
from armwright.store.failure import read_failure, write_failure
from armwright.store.files import MAX_READ_BYTES, Listing, Outcome
from armwright.store.token import check_token
from armwright.store.trouble import as_os_error, told, trouble_of

__all__ = ["SingleWriterFiles", "SingleWriterWarning", "single_at", "single_like"]


class SingleWriterWarning(UserWarning):
    """The file system has no exclusive create: only one process at a time may write there."""


@final
class SingleWriterFiles:
    """Any file system of fsspec's, through its plainest calls; for one writer at a time.

    Attributes:
        exclusive: False.
    """

    exclusive = False

    def __init__(
        self, fs: Any = None, *, make: Callable[[], Any] | None = None, name: str = ""
    ) -> None:
        """Takes a file system, or what makes one when it is needed."""
        self._fs = fs
        self._make = make
        self._name = name or _first(fs.protocol)
        self._lock = threading.RLock()
        self._warned = False

    def __reduce__(self) -> tuple[Callable[..., "SingleWriterFiles"], tuple[Any, ...]]:
        return _made_again, (None if self._make else self._fs, self._make, self._name)

    def path_of(self, url: str) -> str:
        """Returns the path that a URL means in this file system."""
        from fsspec import get_filesystem_class

        return str(get_filesystem_class(self._name)._strip_protocol(url))

    def create(self, path: str, body: bytes, token: str) -> Outcome:
        """Makes the file if there is none, as far as this process can see."""
        check_token(token)
        with self._lock:
            self._warn()
            there = dict(self.read([path], len(body) + 1))[path]
            if isinstance(there, bytes):
                return "won" if token.encode() in there else "lost"
            if not isinstance(there, FileNotFoundError):
                raise write_failure(path, there)
            try:
                self._put(path, body)
            except Exception as error:
                raise _failure(path, error) from error
        return "won"

    def list(self, folder: str) -> Listing:
        """Names what is in a folder."""
        with self._lock:
            try:
                entries = self._opened().ls(folder, detail=True)
            except Exception as error:
                if trouble_of(error) == "missing":
                    return Listing()
                raise read_failure(folder, as_os_error(error)) from error
        found: dict[bool, list[str]] = {True: [], False: []}
        for entry in entries:
            name = entry["name"].rstrip("/")
            if name != folder.rstrip("/"):
                found[entry["type"] == "directory"].append(name.rpartition("/")[2])
        return Listing(files=tuple(found[False]), folders=tuple(found[True]))

    def read(
        self, paths: Iterable[str], limit: int = MAX_READ_BYTES
    ) -> Iterator[tuple[str, bytes | OSError]]:
        """Yields each path with its bytes or its error."""
        for path in paths:
            body: bytes | OSError
            try:
                with self._lock, self._opened().open(path, "rb") as file:
                    body = file.read(limit)
            except Exception as error:  # noqa: BLE001 each library has its own
                body = as_os_error(error)
            yield path, body

    def remove(self, path: str) -> None:
        """Removes a file."""
        with self._lock:
            try:
                self._opened().rm_file(path)
            except Exception as error:
                if trouble_of(error) != "missing":
                    raise _failure(path, error) from error

    def remove_many(self, paths: Iterable[str]) -> None:
        """Removes files."""
        for path in paths:
            self.remove(path)

    def overwrite(self, path: str, body: bytes) -> None:
        """Makes or replaces a file."""
        with self._lock:
            try:
                self._put(path, body)
            except Exception as error:
                raise _failure(path, error) from error

    def modified(self, path: str) -> float | None:
        """Says when a file was last written, where the file system does."""
        with self._lock:
            try:
                written = self._opened().modified(path)
            except NotImplementedError:
                return None
            except Exception as error:
                if trouble_of(error) == "missing":
                    return None
                raise read_failure(path, as_os_error(error)) from error
        return float(written.timestamp())

    def _opened(self) -> Any:
        if self._fs is None and self._make is not None:
            self._fs = self._make()
        return self._fs

    def _put(self, path: str, body: bytes) -> None:
        fs, folder = self._opened(), path.rpartition("/")[0]
        if folder:
            fs.makedirs(folder, exist_ok=True)
        with fs.open(path, "wb") as file:
            file.write(body)

    def _warn(self) -> None:
        if not self._warned:
            self._warned = True
            warnings.warn(
                f"{self._name!r} has no exclusive create: make sure that only one process at a "
                "time writes to this experiment; any number may read it",
                SingleWriterWarning,
                stacklevel=3,
            )


@functools.lru_cache(maxsize=16)
def single_like(fs: Any) -> SingleWriterFiles:
    """Returns the store's view of a file system, the same one each time: with one lock."""
    return SingleWriterFiles(fs)


def single_at(address: Address) -> SingleWriterFiles:
    """Returns the file system that a URL names; connects to nothing yet.

    Raises:
        StoreError: There is no such file system, or its library is not installed.
    """
    import fsspec

    protocol, url = address.protocol, address.shown
    options = {**address.options, "use_listings_cache": False, "skip_instance_cache": True}
    try:
        kind = fsspec.get_filesystem_class(protocol)
    except ValueError as error:
        raise StoreError(
            f"cannot open {url!r}: fsspec knows no file system {protocol!r}",
            hint="use a local path, s3://, gs://, az:// or memory://",
        ) from error
    except ImportError as error:
        raise StoreError(f"cannot open {url!r}: {error}", hint="install that package") from error
    return SingleWriterFiles(make=_Maker(kind, url, options), name=protocol)


class _Maker:
    """Opens a URL's file system when it is asked to."""

    def __init__(self, kind: Any, url: str, options: dict[str, Any]) -> None:
        self._kind, self._url, self._options = kind, url, options

    def __call__(self) -> Any:
        found = {**self._kind._get_kwargs_from_urls(self._url), **self._options}
        return self._kind(**{name: value for name, value in found.items() if name != "path"})


def _failure(path: str, error: Exception) -> StoreError:
    if isinstance(error, NotImplementedError):
        return StoreError(f"cannot write {path!r}: this file system can only be read")
    if trouble_of(error) == "passing":
        return UncertainError(f"cannot write {path!r}: {told(error)}", hint="repeat the call")
    return write_failure(path, as_os_error(error))


def _made_again(fs: Any, make: Callable[[], Any] | None, name: str) -> SingleWriterFiles:
    return SingleWriterFiles(fs, make=make, name=name)


def _first(protocol: str | tuple[str, ...]) -> str:
    return protocol if isinstance(protocol, str) else protocol[0]
