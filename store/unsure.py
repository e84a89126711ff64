"""Writes that perhaps arrived: kept, so that who says the same once more means the same write."""

from dataclasses import dataclass
from typing import Any, final

__all__ = ["UnsureWrite", "UnsureWrites"]

_MOST_KEPT = 4096
_MOST_BYTES = 64 << 20  # of facts; what they say takes as much again, or a few times that


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class UnsureWrite:
    """A fact that nobody confirmed.

    Attributes:
        token: Of the write.
        body: Its bytes.
        document: What it says.
        counted: The data that an end counts; None of other kinds.
    """

    token: str
    body: bytes
    document: dict[str, Any]
    counted: list[str] | None


@final
class UnsureWrites:
    """Those of one process, by path.

    Where there are too many of them, or too large ones, the oldest are forgotten: by then nobody
    will come back for them, and who does hears that the name is taken. Not guarded by a lock.
    """

    def __init__(self) -> None:
        self._by_path: dict[str, UnsureWrite] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._by_path)

    def keep(self, path: str, write: UnsureWrite) -> None:
        """Notes a write; what was noted under its path before is forgotten."""
        self.take(path)
        self._by_path[path] = write
        self._bytes += len(write.body)
        while len(self._by_path) > _MOST_KEPT or self._bytes > _MOST_BYTES:
            self.take(next(iter(self._by_path)))

    def take(self, path: str) -> UnsureWrite | None:
        """Returns what was noted under a path, and forgets it."""
        write = self._by_path.pop(path, None)
        if write is not None:
            self._bytes -= len(write.body)
        return write

    def settle(self, path: str, token: str, document: object) -> bool:
        """Whether the fact that is there is what was noted; then that is forgotten."""
        write = self._by_path.get(path)
        if write is None or write.token != token or write.document != document:
            return False
        self.take(path)
        return True
