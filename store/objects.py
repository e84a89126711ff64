"""Files in an object store: S3, Google Cloud Storage, Azure; through fsspec's libraries for them.

`create` is one conditional put: the server stores the object if there is none of that name, in one
step. What the library says of a put that did not go well is not believed. A real server's "exists"
may look like "invalid argument" (Ceph), a put whose answer was lost may be repeated and then hear
"exists" about itself, and "conflict" means try again. So after any error the object is read back:

    our token is in it        won
    another's is              lost
    there is none             not arrived, or not yet: again, with the same token
    it cannot be read either  again; after some tries the caller hears that nobody knows

Nothing here is kept from before: no listing, no "does not exist". Connections are, one set for each
process; after a fork the child makes its own.
"""

import errno
import functools
import importlib.util
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, final

from armwright.store.dialect import DIALECTS, Dialect
from armwright.store.errors import StoreError, UnavailableError, UncertainError
from armwright.store.files import MAX_READ_BYTES, MAX_TABLE_BYTES, Listing, Outcome
from armwright.store.retry import TRIES, pauses
from armwright.store.token import check_token
from armwright.store.trouble import Trouble, as_os_error, told, trouble_of

__all__ = ["ObjectFiles", "objects_at", "objects_like"]

_BATCH = 512  # files whose content is held at once while a reader takes them in
_AT_ONCE = 32  # requests under way at the same time

_Answer = TypeVar("_Answer")


@final
class ObjectFiles:
    """One object store, as one account sees it; safe to share between threads, and across a fork.

    Attributes:
        exclusive: True.
    """

    exclusive = True
    _fs: Any

    def __init__(
        self,
        dialect: Dialect,
        options: Mapping[str, Any] | None = None,
        *,
        make: Callable[[], Any] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Connects to nothing yet.

        Args:
            dialect: Which kind of object store.
            options: What fsspec's class is opened with, besides what we need.
            make: Makes the file system, in place of the dialect; picklable if we are to be.
            sleep: Waits between two tries.

        Raises:
            StoreError: The library for this kind of store is not installed.
        """
        if make is None and importlib.util.find_spec(dialect.package) is None:
            raise StoreError(
                f"{dialect.extra} needs the package {dialect.package}, which is not installed",
                hint=f"pip install 'armwright[{dialect.extra}]'",
            )
        self._dialect = dialect
        self._options = dict(options or {})
        self._make = make
        self._sleep = sleep
        self._pid, self._lock, self._fs = os.getpid(), threading.Lock(), None

    def __reduce__(self) -> tuple[Callable[..., "ObjectFiles"], tuple[Any, ...]]:
        return _made_again, (self._dialect, self._options, self._make)

    @property
    def fs(self) -> Any:
        """The file system of fsspec's that is used; this process's own."""
        if self._pid != os.getpid():
            _left_behind.append(self._fs)  # closing it would talk to a loop the child has not
            self._pid, self._lock, self._fs = os.getpid(), threading.Lock(), None
        with self._lock:
            if self._fs is None:
                self._fs = self._make() if self._make else self._dialect.open(self._options)
            return self._fs

    def create(self, path: str, body: bytes, token: str) -> Outcome:
        """Makes the file if there is none; see `armwright.store.create`."""
        check_token(token)
        if len(body) > MAX_TABLE_BYTES:
            raise StoreError(
                f"cannot write {path!r}: {len(body)} bytes, one file holds {MAX_TABLE_BYTES}",
                hint="report the table in parts",
            )
        problem = ""
        for pause in pauses():
            try:
                self.fs.pipe_file(path, body, **self._dialect.create)
            except Exception as error:  # noqa: BLE001 whatever a library raises, the server knows
                outcome, problem = self._settle(path, body, token, error)
                if outcome is not None:
                    return outcome
            else:
                return "won"
            if pause is not None:
                self._sleep(pause)
        raise UncertainError(
            f"cannot write {path!r}: {problem}, {TRIES} times; it may have been written all the "
            "same",
            hint="repeat the call; it does no harm if an earlier one arrived",
        )

    def list(self, folder: str) -> Listing:
        """Names what is in a folder."""
        found = self._persist("list", folder, lambda: [*self._dialect.entries(self.fs, folder)])
        entries = found or ()
        return Listing(
            files=tuple(name for name, is_folder in entries if not is_folder),
            folders=tuple(name for name, is_folder in entries if is_folder),
        )

    def read(
        self, paths: Iterable[str], limit: int = MAX_READ_BYTES
    ) -> Iterator[tuple[str, bytes | OSError]]:
        """Yields each path with its bytes or its error; one request for each, many at once."""
        rest = [*paths]
        while rest:
            batch, rest = rest[:_BATCH], rest[_BATCH:]
            found = self._read(batch, limit)
            for path in batch:
                yield path, found[path]

    def remove(self, path: str) -> None:
        """Removes a file."""
        self._persist("remove", path, lambda: self.fs.rm_file(path))

    def remove_many(self, paths: Iterable[str]) -> None:
        """Removes files."""
        if some := [*paths]:
            self._persist("remove", some[0], lambda: self._dialect.remove_many(self.fs, some))

    def overwrite(self, path: str, body: bytes) -> None:
        """Makes or replaces a file; an object store shows an object when all of it is there."""
        done = self._persist("write", path, lambda: self.fs.pipe_file(path, body) or True)
        if done is None:
            raise self._failure("write", path, FileNotFoundError(path), "no bucket")

    def modified(self, path: str) -> float | None:
        """Says when a file was last written."""
        return self._persist("look at", path, lambda: self._dialect.modified(self.fs, path))

    def _settle(
        self, path: str, body: bytes, token: str, error: Exception
    ) -> tuple[Outcome | None, str]:
        """Finds out what became of a put: the outcome, or none and why it is not known."""
        trouble = trouble_of(error)
        if trouble in ("missing", "no bucket", "unsupported"):
            # Nothing else can be missing when an object is put.
            raise self._failure(
                "write", path, error, "no bucket" if trouble == "missing" else trouble
            ) from error
        there = self._read([path], len(body) + 1, tries=1)[path]
        if isinstance(there, bytes):
            return ("won" if token.encode() in there else "lost"), ""
        known = trouble in ("passing", "exists") or there.errno == errno.EIO
        if trouble == "refused" or not known:
            raise self._failure("write", path, error, trouble) from error
        return None, told(error)

    def _read(
        self, paths: Sequence[str], limit: int, tries: int = TRIES
    ) -> dict[str, bytes | OSError]:
        found: dict[str, bytes | OSError] = {}
        refused: Exception | None = None
        left = [*paths]
        for done, pause in enumerate(pauses(), 1):
            try:
                answers = self.fs.cat_ranges(left, 0, limit, batch_size=_AT_ONCE, on_error="return")
            except Exception as error:  # noqa: BLE001 no connection, no credentials: for all alike
                answers = [error] * len(left)
            again = []
            for path, answer in zip(left, answers, strict=True):
                if isinstance(answer, bytes):
                    found[path] = answer
                    continue
                trouble = trouble_of(answer)
                if trouble == "empty":
                    found[path] = b""
                    continue
                found[path] = as_os_error(answer)
                if trouble == "passing":
                    again.append(path)
                elif trouble == "refused":
                    refused = answer
            left = again
            if not left or pause is None or done >= tries:
                break
            self._sleep(pause)
        if refused and all(isinstance(one, PermissionError) for one in found.values()):
            raise self._failure("read", paths[0], refused, "refused") from refused
        return found

    def _persist(self, verb: str, path: str, call: Callable[[], _Answer]) -> _Answer | None:
        """Makes a call that may be repeated; returns None if there is nothing under the path."""
        for pause in pauses():
            try:
                return call()
            except StoreError:
                raise
            except Exception as error:
                trouble = trouble_of(error)
                if trouble == "missing":
                    return None
                if trouble != "passing" or pause is None:
                    raise self._failure(verb, path, error, trouble) from error
                self._sleep(pause)
        raise AssertionError  # the last pause is None

    def _failure(
        self, verb: str, path: str, error: Exception, trouble: Trouble | None
    ) -> StoreError:
        bucket, kind = path.partition("/")[0], self._dialect.bucket
        said = f"cannot {verb} {path!r}"
        if trouble == "no bucket":
            return StoreError(
                f"{said}: there is no {kind} {bucket!r}",
                hint=f"check its name and the endpoint, or make it: armwright makes no {kind}s",
            )
        if trouble == "refused":
            return StoreError(
                f"{said}: access to the {kind} {bucket!r} is refused: {told(error)}",
                hint=self._dialect.hint,
            )
        if trouble == "unsupported":
            return StoreError(
                f"{said}: the server has no conditional writes: {told(error)}",
                hint="keep the experiment on another store, or upgrade this one",
            )
        if trouble == "passing":
            return UnavailableError(
                f"{said}: {told(error)}, {TRIES} times", hint="try again in a while"
            )
        return StoreError(f"{said}: {told(error)}")


def objects_at(protocol: str, options: Mapping[str, Any]) -> ObjectFiles:
    """Returns the object store that a URL names: the same one while nothing about it changes.

    Raises:
        StoreError: The library for this kind of store is not installed.
    """
    dialect = DIALECTS[protocol]
    return _at(dialect, tuple(sorted(options.items())), _environment(dialect))


def objects_like(fs: Any) -> ObjectFiles:
    """Returns the object store behind a file system of fsspec's, with our own connections to it."""
    protocol = (fs.protocol,) if isinstance(fs.protocol, str) else fs.protocol
    dialect = next(DIALECTS[name] for name in protocol if name in DIALECTS)
    return _like(dialect, fs, _environment(dialect))


def _environment(dialect: Dialect) -> tuple[tuple[str, str], ...]:
    return tuple(item for item in os.environ.items() if item[0].startswith(dialect.environment))


@functools.lru_cache(maxsize=8)
def _at(dialect: Dialect, options: tuple[tuple[str, Any], ...], *_environment: Any) -> ObjectFiles:
    return ObjectFiles(dialect, dict(options))


@functools.lru_cache(maxsize=8)
def _like(dialect: Dialect, fs: Any, *_environment: Any) -> ObjectFiles:
    make = functools.partial(dialect.anew, type(fs), fs.storage_args, fs.storage_options)
    return ObjectFiles(dialect, make=make)


# File systems of the process that this one was forked from: never used, never closed.
_left_behind: list[Any] = []


def _made_again(
    dialect: Dialect, options: Mapping[str, Any], make: Callable[[], Any] | None
) -> ObjectFiles:
    return ObjectFiles(dialect, options, make=make)
