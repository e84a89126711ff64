"""One line that says how far a run is, on a terminal or in a notebook.

On a terminal rich draws it below whatever else is printed; in a notebook one output of the cell is
replaced. Anywhere else, such as in a file or a job's log, nothing is shown.
"""

from __future__ import annotations

import html
import importlib
import sys
import time
from typing import TYPE_CHECKING, Any, final

from armwright.callbacks.overwriting import Overwriting

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console, RenderableType

__all__ = ["ProgressLine", "progress_line"]

_BAR = 12  # letters


def progress_line(
    *, wanted: bool, name: str, total: int | None, counts: Callable[[], tuple[int, int]]
) -> ProgressLine | None:
    """A line where somebody sees it: standard error is a terminal, or this is a notebook.

    Args:
        wanted: None is shown where this is False.
        name: Of the experiment.
        total: How many trials there are to be; None for no end.
        counts: How many have ended by now, and how many of these failed.
    """
    if not wanted:
        return None
    shell = _notebook()
    if shell is not None:
        return ProgressLine(_InNotebook(), name=name, total=total, counts=counts)
    if sys.stderr is not None and sys.stderr.isatty():
        from rich.console import Console

        screen = _OnTerminal(Console(stderr=True, highlight=False))
        return ProgressLine(screen, name=name, total=total, counts=counts)
    return None


@final
class ProgressLine:
    """How far a run is; see `progress_line`.

    Args:
        screen: What shows it.
        name: Of the experiment.
        total: How many trials there are to be; None for no end.
        counts: How many have ended, and how many of these failed.
        clock: Seconds.
    """

    def __init__(
        self,
        screen: _OnTerminal | _InNotebook,
        *,
        name: str,
        total: int | None,
        counts: Callable[[], tuple[int, int]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._screen, self._name, self._total = screen, name, total
        self._counts, self._clock = counts, clock
        self._best, self._running, self._is_open = "", 0, False
        self._began = clock()
        self._before = self._ended = counts()[0]
        self._failed = 0

    def show(self, *, running: int, best: str) -> None:
        """Shows how far it is now.

        Args:
            running: How many trials this process runs.
            best: What is best so far, in words; empty where nothing is.
        """
        self._running, self._best = running, best
        self._ended, self._failed = self._counts()
        if not self._is_open:
            self._is_open = True
            self._screen.open(self)
        self._screen.changed(self)

    def close(self) -> None:
        """Leaves the line as it is."""
        if self._is_open:
            self._is_open = False
            self._screen.close(self)

    @property
    def share(self) -> float | None:
        """How much of the budget is used; None without one."""
        return None if self._total is None else min(self._ended / max(self._total, 1), 1.0)

    @property
    def text(self) -> str:
        """All that is known, but for the bar."""
        of = "" if self._total is None else f"/{self._total}"
        words = [f"{self._ended}{of}"]
        if self._best:
            words.append(f"best {self._best}")
        if self._failed:
            words.append(f"{self._failed} failed")
        if self._running > 1:
            words.append(f"{self._running} running")
        seconds, ended = self._clock() - self._began, self._ended - self._before
        if ended > 0 and seconds > 0:
            words.append(_rate(ended / seconds))
            if self._total is not None and self._ended < self._total and self._is_open:
                words.append(f"{_span((self._total - self._ended) * seconds / ended)} left")
        if not self._is_open:
            words.append(f"took {_span(seconds)}")
        return "  ".join(words)

    @property
    def name(self) -> str:
        """Of the experiment."""
        return self._name


@final
class _OnTerminal:
    """Shows a line with rich, redrawn twice a second for the time that is left."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Any = None
        self._beside: dict[str, Overwriting] = {}

    def open(self, line: ProgressLine) -> None:
        from rich.live import Live

        self._live = Live(
            get_renderable=lambda: self._rows(line),
            console=self._console,
            refresh_per_second=2,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()
        # What is printed goes above the line; what goes into a file stays where it is.
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if stream is not None and stream.isatty():
                self._beside[name] = Overwriting(stream, self._console)
                setattr(sys, name, self._beside[name])

    def _rows(self, line: ProgressLine) -> RenderableType:
        """Our line, below what somebody writes over and over on one of theirs."""
        from rich.console import Group
        from rich.text import Text

        theirs = [Text.from_ansi(it.newest) for it in self._beside.values() if it.newest.strip()]
        for text in theirs:
            text.no_wrap, text.overflow = True, "ellipsis"
        return Group(*theirs, _row(line))

    def changed(self, line: ProgressLine) -> None:
        del line
        self._live.refresh()

    def close(self, line: ProgressLine) -> None:
        del line
        for name, stands_in in self._beside.items():
            if getattr(sys, name) is stands_in:
                setattr(sys, name, stands_in.rich_proxied_file)
            stands_in.close()
        self._beside = {}
        self._live.stop()


def _row(line: ProgressLine) -> RenderableType:
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    row = Table.grid(padding=(0, 1))
    cells: list[Any] = [Text(line.name, style="bold", overflow="ellipsis", no_wrap=True)]
    if line.share is not None:
        cells.append(ProgressBar(total=1.0, completed=line.share, width=_BAR))
    cells.append(Text(line.text))
    row.add_row(*cells)
    return row


@final
class _InNotebook:
    """Shows a line as one output of a cell, which is replaced."""

    def __init__(self) -> None:
        self._handle: Any = None

    def open(self, line: ProgressLine) -> None:
        display: Any = importlib.import_module("IPython.display").display
        self._handle = display(_bundle(line), raw=True, display_id=True)

    def changed(self, line: ProgressLine) -> None:
        self._handle.update(_bundle(line), raw=True)

    def close(self, line: ProgressLine) -> None:
        self._handle.update(_bundle(line), raw=True)


def _bundle(line: ProgressLine) -> dict[str, str]:
    words = f"{line.name}: {line.text}"
    bar = ""
    if line.share is not None:
        bar = f"<progress value='{line.share:.4f}' max='1' aria-label='share of the budget'>"
        bar += "</progress> "
    return {"text/plain": words, "text/html": f"<div>{bar}{html.escape(words)}</div>"}


def _notebook() -> Any:
    """IPython's shell where its outputs are those of a notebook's cells; else None."""
    interactive = sys.modules.get("IPython")
    if interactive is None:
        return None
    shell = interactive.get_ipython()
    return shell if shell is not None and getattr(shell, "kernel", None) is not None else None


def _rate(per_second: float) -> str:
    for seconds, unit in ((1.0, "s"), (60.0, "min"), (3600.0, "h")):
        if per_second * seconds >= 1.0:
            return f"{per_second * seconds:.3g}/{unit}"
    return f"{per_second * 86400:.3g}/d"


def _span(seconds: float) -> str:
    for size, unit in ((86400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.2g} s"
