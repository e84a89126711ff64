"""What a worker shows: a live table on a terminal, plain lines elsewhere, or JSON lines."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, final

import click

from armwright.cli.arguments import assignments, print_json
from armwright.cli.live_progress import LiveProgress
from armwright.store.failure import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import RenderableType

    from armwright.persistence import StoredExperiment
    from armwright.working import Event

__all__ = ["display"]


@contextmanager
def display(stored: StoredExperiment, *, as_json: bool) -> Iterator[Callable[[Event], None]]:
    """Gives what shows an event: results on stdout, the rest on stderr.

    Args:
        stored: The experiment; what it knows is the progress.
        as_json: Whether each event is a line of JSON.
    """
    if as_json:
        yield lambda event: print_json(event.as_dict())
    elif not sys.stdout.isatty():
        yield _print_plainly
    else:
        from rich.console import Console
        from rich.live import Live

        console, table = Console(highlight=False), _Table(LiveProgress(stored))
        with Live(get_renderable=table.rows, console=console, transient=True, refresh_per_second=2):

            def show(event: Event) -> None:
                table.take(event)
                for line in _lines(event):
                    console.print(line, markup=False, soft_wrap=True)

            yield show


def _print_plainly(event: Event) -> None:
    from armwright.working import TrialEnded

    for line in _lines(event):
        click.echo(line, err=not isinstance(event, TrialEnded))
    if isinstance(event, TrialEnded):
        sys.stdout.flush()


def _lines(event: Event) -> Iterator[str]:
    from armwright.working import Remark, TrialEnded, TrialStarted, WorkDone

    if isinstance(event, TrialStarted):
        again = f"  attempt {event.attempt}" if event.attempt > 1 else ""
        yield f"{event.trial}  running{again}  {assignments(event.parameters)}"
    elif isinstance(event, TrialEnded):
        how = f"{event.state} ({event.reason})" if event.reason else event.state
        values = "".join(f"  {name}={value:.6g}" for name, value in event.values.items())
        yield f"{event.trial}  {how}{values}  {event.seconds:.1f} s"
        if event.note and event.state != "preempted":
            yield f"    {printable(event.note)}"
    elif isinstance(event, Remark):
        yield printable(event.text)
    elif isinstance(event, WorkDone):
        back = f", {event.handed_back} handed back" if event.handed_back else ""
        yield f"done ({event.why}): {event.ran} trials ended{back}"


@final
class _Table:
    """The commands that run now, and how far the experiment is.

    Args:
        progress: Of the experiment.
    """

    def __init__(self, progress: LiveProgress) -> None:
        self._progress = progress
        self._running: dict[int, tuple[str, str, str, float]] = {}
        self._steps: dict[int, str] = {}

    def take(self, event: Event) -> None:
        """Notes what has changed."""
        from armwright.working import TrialEnded, TrialStarted, TrialStep

        if isinstance(event, TrialStep):
            values = "".join(f"  {name}={value:.6g}" for name, value in event.values.items())
            self._steps[event.slot] = f"step {event.step:g}{values}"
        elif isinstance(event, TrialStarted):
            words = assignments(event.parameters)
            row = (str(event.trial), words, f"{event.folder}/stdout", time.monotonic())
            self._running = {**self._running, event.slot: row}
            self._steps.pop(event.slot, None)
        elif isinstance(event, TrialEnded):
            self._running = {at: it for at, it in self._running.items() if at != event.slot}

    def rows(self) -> RenderableType:
        """What is to be seen now."""
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        for slot, (trial, words, path, began) in self._running.items():
            seconds = f"{time.monotonic() - began:.0f} s"
            said = self._steps.get(slot) or _last_line(path)
            table.add_row(trial, seconds, Text(words, overflow="ellipsis"), Text(printable(said)))
        return Group(table, self._progress.row())


def _last_line(path: str, most: int = 400) -> str:
    """The end of what a command printed last."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - redrawn twice a second
            file.seek(0, 2)
            file.seek(max(file.tell() - most, 0))
            lines = file.read().decode(errors="replace").split("\n")
    except OSError:
        return ""
    return next((line.strip()[-60:] for line in reversed(lines) if line.strip()), "")
