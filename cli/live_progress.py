"""The line of progress that stays at the foot of a terminal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from armwright.persistence import StoredExperiment
    from armwright.persistence.pace import Pace

__all__ = ["LiveProgress"]

_EVERY_S = 2.0  # a large experiment takes a moment to be counted


@final
class LiveProgress:
    """Progress against the budget, as it is drawn: a bar, and words.

    Args:
        stored: The experiment; what it knows is shown.
        clock: Seconds.
    """

    def __init__(
        self, stored: StoredExperiment, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stored, self._clock = stored, clock
        self._pace: Pace | None = None
        self._next = -float("inf")

    @property
    def pace(self) -> Pace:
        """How far it is, counted now and then."""
        from armwright.persistence.pace import pace_of

        if self._pace is None or self._clock() >= self._next:
            self._pace = pace_of(self._stored)
            self._next = self._clock() + _EVERY_S
        return self._pace

    def row(self) -> RenderableType:
        """What is to be seen now."""
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        from armwright.store.failure import printable

        pace = self.pace
        row = Table.grid(padding=(0, 1))
        cells: list[RenderableType] = [
            Text(printable(pace.words), style="dim", overflow="ellipsis")
        ]
        if pace.budget is not None:
            bar = ProgressBar(total=pace.budget, completed=min(pace.ended, pace.budget), width=16)
            cells.insert(0, bar)
        row.add_row(*cells)
        return row
