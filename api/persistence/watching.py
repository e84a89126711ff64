"""Following an experiment: what has happened is told once, and what happens as it is seen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from armwright.persistence.happenings import happenings
from armwright.persistence.standing import is_done

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from armwright.persistence.happenings import Happening
    from armwright.persistence.stored_experiment import StoredExperiment

__all__ = ["followed"]


def followed(
    stored: StoredExperiment,
    *,
    last: int = 10,
    every: float = 2.0,
    seconds: float | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Happening]:
    """Yields what happens, until the budget is used up and nothing runs or waits.

    Args:
        stored: Of which experiment; nothing is written.
        last: How many of the things that happened before come first.
        every: Seconds from one look to the next.
        seconds: After which to end in any case; None for never.
        sleep: Waits so many seconds.
    """
    folder = stored._folder
    folder.compacts = False
    end = None if seconds is None else time.monotonic() + seconds
    state = folder.refresh()
    told = happenings(folder, state)
    yield from told[len(told) - min(last, len(told)) :]
    known = {_name(item) for item in told}
    while not is_done(stored) and (end is None or time.monotonic() < end):
        sleep(every if end is None else min(every, max(end - time.monotonic(), 0.0)))
        before, state = state, folder.refresh()
        numbers = state.changed_since(before)
        fresh = happenings(folder, state, None if state.version != before.version else numbers)
        for item in fresh:
            if _name(item) not in known:
                known.add(_name(item))
                yield item


def _name(item: Happening) -> tuple[object, ...]:
    return item.at, item.what, item.trial, item.attempt, item.detail
