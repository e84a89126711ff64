"""The runs that this process began through the driver: it shows others that it lives."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from armwright.sigopt.run_folder import RunFolder
    from armwright.store.heartbeat import Heartbeat

__all__ = ["attempt_at", "hold", "let_go"]

_lock = threading.Lock()
_held: dict[tuple[str, int], tuple[int, Heartbeat]] = {}


def hold(folder: RunFolder, number: int, attempt: int) -> None:
    """Begins to show that this process works on a run."""
    heartbeat = folder.heartbeat(number, attempt)
    with _lock:
        _held[folder.url, number] = attempt, heartbeat
    heartbeat.start()


def attempt_at(folder: RunFolder, number: int) -> int | None:
    """The attempt at a run that is ours; None where it is another process's."""
    with _lock:
        held = _held.get((folder.url, number))
    return None if held is None else held[0]


def let_go(folder: RunFolder, number: int) -> None:
    """Ends what `hold` began, if it did."""
    with _lock:
        held = _held.pop((folder.url, number), None)
    if held is not None:
        held[1].stop()
