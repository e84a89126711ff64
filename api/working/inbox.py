"""What comes to a worker's one thread: commands that have ended, and signals."""

from __future__ import annotations

import queue
import signal
import time
from typing import TYPE_CHECKING, Any, TypeAlias, final

if TYPE_CHECKING:
    from armwright.working.run_in_slot import RunInSlot

__all__ = ["Inbox"]

_TAKEN = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)
_BY_SIGNAL = {code for number in _TAKEN for code in (-number, 128 + number)}
_ECHO_S, _PROMPT_S = 2.0, 0.1  # for a signal to come after a command that it ended, or may have

Message: TypeAlias = "RunInSlot | signal.Signals"


@final
class Inbox:
    """The queue of a worker."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._before: list[tuple[signal.Signals, Any]] = []

    def put(self, message: Message) -> None:
        """Adds what has happened; from any thread, and from within a handler."""
        self._queue.put(message)

    def get(self, patience: float) -> Message | None:
        """What has happened next; None if nothing has within so many seconds."""
        try:
            return self._queue.get(timeout=max(patience, 0.0))
        except queue.Empty:
            return None

    def take_signals(self) -> None:
        """Has SIGTERM, SIGUSR1 and SIGINT come here, until `close`; in the main thread only."""
        try:
            for number in _TAKEN:
                handler = signal.signal(number, lambda got, _: self.put(signal.Signals(got)))
                self._before.append((number, handler))
        except ValueError:  # not the main thread: signals are its business
            return

    def close(self) -> None:
        """Has signals go where they went before."""
        for number, handler in self._before:
            signal.signal(number, handler)
        self._before = []

    def signal_behind(self, code: int) -> signal.Signals | None:
        """Hears of a signal that a command heard of first, and ended with this code.

        Slurm signals all processes of a job at once, and a command may be gone before this process
        has been woken. Taken for a crash, a preempted trial would be lost.
        """
        later: list[RunInSlot] = []
        found: signal.Signals | None = None
        deadline = time.monotonic() + (_ECHO_S if code in _BY_SIGNAL else _PROMPT_S)
        while found is None and (left := deadline - time.monotonic()) > 0:
            message = self.get(left)
            if isinstance(message, signal.Signals):
                found = message
            elif message is not None:
                later.append(message)
        for run in later:
            self.put(run)
        return found
