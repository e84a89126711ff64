"""`armwright watch`: what happens, as it happens."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from armwright.cli.arguments import json_option, only_experiment, print_json, print_text
from armwright.store.failure import printable

if TYPE_CHECKING:
    from armwright.persistence.happenings import Happening

__all__ = ["watch"]


@click.command(short_help="Follow what happens, like tail -f.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@click.option("-n", "--last", default=10, type=click.IntRange(0), help="Begin so many back.")
@click.option(
    "--every", default=2.0, type=click.FloatRange(0.05), metavar="SECONDS", help="Look so often."
)
@click.option("--for", "seconds", type=click.FloatRange(0), metavar="SECONDS", help="Then end.")
@json_option
def watch(
    words: tuple[str, ...], last: int, every: float, seconds: float | None, *, as_json: bool
) -> None:
    """Print what happens in EXPERIMENT, a line for each, like tail -f; see log.

    On a terminal its foot shows how far it is: budget, best, rate, time left, failures. Ends by
    itself when the budget is used up and nothing runs or waits, else on Ctrl-C. Changes nothing.
    With --json each line is a document.

    \b
    armwright watch runs/digits
    armwright watch s3://team/lr --every 30 --json
    """
    from armwright.persistence import StoredExperiment
    from armwright.persistence.watching import followed

    stored = StoredExperiment.open(only_experiment(words))
    happened = followed(stored, last=last, every=every, seconds=seconds)
    if as_json or not sys.stdout.isatty():
        for item in happened:
            _print(stored.url, item, as_json=as_json)
        return
    from rich.console import Console
    from rich.live import Live

    from armwright.cli.live_progress import LiveProgress

    console, progress = Console(highlight=False), LiveProgress(stored)
    with Live(get_renderable=progress.row, console=console, refresh_per_second=1) as live:
        for item in happened:
            console.print(printable(str(item)), markup=False, soft_wrap=True)
            live.refresh()


def _print(url: str, item: Happening, *, as_json: bool) -> None:
    if as_json:
        print_json({"experiment": url, **item.as_dict()})
    else:
        print_text(str(item))
