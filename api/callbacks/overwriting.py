"""What others write to the terminal while a line of ours stays at its foot.

Whole lines go above it. Of what somebody writes over and over on one line, such as the bar of
another library, the newest is shown beside ours, and goes above it once its line is ended.
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any, TextIO, final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

__all__ = ["Overwriting"]

_MOVES = re.compile(r"\x1b\[[0-9;]*[A-HJKSTfl-nsu]|\x1b\[\?[0-9;]*[hl]")  # not colours
_MOST = 65_536  # letters of a line that is not ended; then what there is of it goes above


@final
class Overwriting:
    """Stands for a stream of the terminal.

    Args:
        stream: The stream.
        console: Prints above the line of ours.

    Attributes:
        rich_proxied_file: The stream, by the name under which rich looks for it.
        newest: The line that is not ended yet, all of it.
    """

    def __init__(self, stream: TextIO, console: Console) -> None:
        self.rich_proxied_file = stream
        self.newest = ""
        self._console, self._closed = console, False
        self._lock = threading.RLock()  # not held while anything is printed: that takes another

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rich_proxied_file, name)

    def write(self, text: str) -> int:
        """Takes text, as a terminal does: a carriage return begins the line anew."""
        if self._closed:  # somebody holds us still, such as a handler of logging
            return self.rich_proxied_file.write(text)
        with self._lock:
            *lines, last = (self.newest + _MOVES.sub("", text)).split("\n")
            self.newest = _written_over(last)
            if len(self.newest) > _MOST:
                lines, self.newest = [*lines, self.newest], ""
        for line in lines:
            self._above(_written_over(line))
        return len(text)

    def writelines(self, texts: Iterable[str]) -> None:
        """Takes several texts, as `write` does each."""
        for text in texts:
            self.write(text)

    def flush(self) -> None:
        """Does nothing before the end: what is not ended is shown, not written."""
        if self._closed:
            self.rich_proxied_file.flush()

    def close(self) -> None:
        """Writes what was not ended; what comes later goes to the stream as it is."""
        with self._lock:
            rest, self.newest, self._closed = self.newest, "", True
        if rest.strip():
            self._above(rest)

    def _above(self, line: str) -> None:
        from rich.text import Text

        self._console.print(Text.from_ansi(line), soft_wrap=True)


def _written_over(line: str) -> str:
    """What is to be seen of a line after the last return to its beginning."""
    return next((part for part in reversed(line.split("\r")) if part), "")
