"""The runs that this process began through the driver: it shows others that it lives."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from armwright.sigopt.folders import opened_before

if TYPE_CHECKING:
    from armwright.sigopt.run_folder import RunFolder
    from armwright.store.heartbeat import Heartbeat

__all__ = ["attempt_at", "hold", "let_go", "place"]

_lock = threading.Lock()
_held: dict[tuple[str, int], tuple[int, Heartbeat]] = {}
_places: dict[str, tuple[RunFolder, int]] = {}  # by the run's id, in the store in force


def hold(folder: RunFolder, number: int, attempt: int) -> None:
    """Begins to show that this process works on a run."""
    heartbeat = folder.heartbeat(number, attempt)
    with _lock:
        _held[folder.url, number] = attempt, heartbeat
        _places[f"{folder.ident}{number}"] = folder, number
    heartbeat.start()


def place(run_id: str) -> tuple[RunFolder, int] | None:
    """The folder and the trial's number of a run that is ours, which need not be looked for.

    None for another process's, or one of another store than the one in force.
    """
    with _lock:
        found = _places.get(run_id)
    return found if found is not None and opened_before(found[0]) else None


def attempt_at(folder: RunFolder, number: int) -> int | None:
    """The attempt at a run that is ours; None where it is another process's."""
    with _lock:
        held = _held.get((folder.url, number))
    return None if held is None else held[0]


def let_go(folder: RunFolder, number: int) -> None:
    """Ends what `hold` began, if it did."""
    with _lock:
        held = _held.pop((folder.url, number), None)
        _places.pop(f"{folder.ident}{number}", None)
    if held is not None:
        held[1].stop()
