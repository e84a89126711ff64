"""What a block of code prints, shown as always and kept as well."""

from __future__ import annotations

import io
import sys
import threading
from typing import TYPE_CHECKING, Self, TextIO, final

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Printed"]


@final
class Printed:
    """Keeps what is written to `sys.stdout` and `sys.stderr` while a `with` block runs.

    What programs and libraries write past Python is shown, and not kept.
    """

    def __enter__(self) -> Self:
        self._before = sys.stdout, sys.stderr
        self._kept = tuple(_Kept(stream) for stream in self._before)
        sys.stdout, sys.stderr = self._kept
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        sys.stdout, sys.stderr = self._before

    def logs(self) -> dict[str, str]:
        """What was written, by stream, as `set_logs` takes it."""
        return {
            name: kept.text() for name, kept in zip(("stdout", "stderr"), self._kept, strict=True)
        }


@final
class _Kept(io.TextIOBase):
    """A stream that passes on what is written, and keeps it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._texts: list[str] = []

    def write(self, text: str) -> int:
        """See `io.TextIOBase.write`."""
        with self._lock:
            self._texts.append(text)
        return self._stream.write(text)

    def flush(self) -> None:
        """See `io.IOBase.flush`."""
        self._stream.flush()

    def writable(self) -> bool:
        """See `io.IOBase.writable`."""
        return True

    def isatty(self) -> bool:
        """Whether what is written is seen on a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Of the stream it is passed on to."""
        return self._stream.fileno()

    def text(self) -> str:
        """All that was written."""
        with self._lock:
            return "".join(self._texts)
