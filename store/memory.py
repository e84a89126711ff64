"""Files in this process's memory, under fsspec's `memory://`: for tests and for trying things out.

fsspec's memory file system looks whether a name exists and then writes it, so two threads can both
win. One lock around every call makes it exclusive; nothing is shared between processes.
"""

import threading
from collections.abc import Iterable, Iterator
from typing import Any, final

from armwright.store.errors import StoreError
from armwright.store.failure import write_failure
from armwright.store.files import MAX_READ_BYTES, Listing, Outcome
from armwright.store.token import check_token

__all__ = ["MemoryFiles"]

_lock = threading.RLock()


@final
class MemoryFiles:
    """fsspec's memory file system; without an argument, the one all of this process shares."""

    exclusive = True

    def __init__(self, fs: Any = None) -> None:
        if fs is None:
            from fsspec.implementations.memory import MemoryFileSystem

            fs = MemoryFileSystem()
        self._fs = fs

    def create(self, path: str, body: bytes, token: str) -> Outcome:
        """Makes the file if there is none; see `armwright.store.create`."""
        check_token(token)
        with _lock:
            if self._fs.isfile(path):
                return "won" if token.encode() in self._fs.cat_file(path) else "lost"
            if self._fs.isdir(path):
                return "lost"
            try:
                self._fs.pipe_file(path, body)
            except OSError as error:
                raise write_failure(path, error) from error
        return "won"

    def list(self, folder: str) -> Listing:
        """Names what is in a folder."""
        with _lock:
            if self._fs.isfile(folder):
                raise StoreError(f"cannot read {folder!r}: not a directory")
            try:
                entries = self._fs.ls(folder, detail=True)
            except FileNotFoundError:
                return Listing()
        found: dict[str, list[str]] = {"file": [], "directory": []}
        for entry in entries:
            found[entry["type"]].append(entry["name"].rpartition("/")[2])
        return Listing(files=tuple(found["file"]), folders=tuple(found["directory"]))

    def read(
        self, paths: Iterable[str], limit: int = MAX_READ_BYTES
    ) -> Iterator[tuple[str, bytes | OSError]]:
        """Yields each path with its bytes or its error."""
        for path in paths:
            try:
                with _lock:
                    body = self._fs.cat_file(path, start=0, end=limit)
            except OSError as error:
                yield path, error
            else:
                yield path, body

    def remove(self, path: str) -> None:
        """Removes a file."""
        with _lock:
            if self._fs.isfile(path):
                self._fs.rm_file(path)

    def remove_many(self, paths: Iterable[str]) -> None:
        """Removes files."""
        for path in paths:
            self.remove(path)

    def overwrite(self, path: str, body: bytes) -> None:
        """Makes or replaces a file."""
        with _lock:
            try:
                self._fs.pipe_file(path, body)
            except OSError as error:
                raise write_failure(path, error) from error

    def modified(self, path: str) -> float | None:
        """Says when a file was last written."""
        with _lock:
            try:
                modified: float = self._fs.modified(path).timestamp()
            except FileNotFoundError:
                return None
        return modified
