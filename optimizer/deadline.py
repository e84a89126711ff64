"""How long a suggestion may take: whoever works looks here before each step."""

import time

__all__ = ["Deadline", "OutOfTimeError"]


class OutOfTimeError(Exception):
    """The time is up, and something is at hand already. Never leaves the optimizer."""


class Deadline:
    """A moment after which no further step begins.

    Attributes:
        seconds: How long it was away when it was set; None for no deadline.
        cut: What was left out for its sake, in words.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self.seconds = seconds
        self.cut: list[str] = []
        self._end = float("inf") if seconds is None else time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left; infinite without a deadline, never negative."""
        return max(self._end - time.monotonic(), 0.0)

    @property
    def passed(self) -> bool:
        """Whether it is over."""
        return self.left <= 0.0

    def shorten(self, what: str) -> None:
        """Notes that something was left out."""
        if what not in self.cut:
            self.cut.append(what)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out, as a note; nothing where all was done."""
        if not self.cut:
            return ()
        return (f"the deadline cut {' and '.join(self.cut)}",)
