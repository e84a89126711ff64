"""`armwright stock`: keeps trials ready, for others to take without making them."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import click

from armwright.cli.arguments import json_option, only_experiment, print_json
from armwright.cli.command_words import duration_option
from armwright.errors import EXIT_NOTHING_LEFT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from armwright.persistence.stock import StockReport

__all__ = ["stock"]


@click.command(short_help="Keep trials ready for workers to take.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@click.option(
    "--target", default=64, show_default=True, type=click.IntRange(0), help="Trials that wait."
)
@click.option("--watch", is_flag=True, help="Go on until the budget is used up.")
@duration_option("--every", default="2s", show_default=True, help="From one look to the next.")
@duration_option(
    "--patience", default="30m", show_default=True, help="With --watch, for a store that is away."
)
@click.option(
    "--stale",
    default=0.25,
    show_default=True,
    type=click.FloatRange(min=0.0),
    help="Replace an arm once there are so many more results, as a share.",
)
@json_option
@click.pass_context
def stock(
    ctx: click.Context,
    words: tuple[str, ...],
    target: int,
    every: str,
    patience: str,
    stale: float,
    *,
    watch: bool,
    as_json: bool,
) -> None:
    """Make trials of EXPERIMENT ahead of need, and replace those that grew stale.

    Workers and ask take what waits in milliseconds, without a model. One such job, on a GPU or not,
    serves hundreds of workers. With --json a line for each round that did something. With --watch a
    store that cannot be reached is tried again, with pauses that grow, for as long as --patience.

    \b
    armwright stock runs/digits --target 500
    armwright stock s3://team/lr --watch --target 64
    """
    from armwright.persistence.stock import Stock
    from armwright.store import ExperimentFolder
    from armwright.working.duration import seconds_of
    from armwright.working.patience import Patience

    url, stop = only_experiment(words), threading.Event()
    pause, limit = seconds_of(every), seconds_of(patience)
    away = Patience(
        limit=limit if watch else 0.0,
        wait=stop.wait,
        report=lambda text: click.echo(text, err=True),
    )
    with _set_by_signals(stop):
        folder = away.of(lambda: ExperimentFolder.open(url))
        keeper = folder and Stock(folder, target=target, growth=stale)
        while keeper is not None:
            done = away.of(partial(keeper.fill, stop.is_set))
            if done is None:
                return
            if done.made or done.replaced or not watch:
                _print(done, as_json=as_json)
            if stop.is_set() or (not watch and not done.used_up):
                return
            if done.used_up and not done.ready:
                ctx.exit(0 if watch or done.made else EXIT_NOTHING_LEFT)
            if not watch:
                return
            stop.wait(pause)


@contextmanager
def _set_by_signals(stop: threading.Event) -> Iterator[None]:
    """Has SIGTERM and SIGUSR1 set it, for as long as the block lasts."""
    before = []
    if threading.current_thread() is threading.main_thread():
        before = [
            (number, signal.signal(number, lambda *_: stop.set()))
            for number in (signal.SIGTERM, signal.SIGUSR1)
        ]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _print(done: StockReport, *, as_json: bool) -> None:
    if as_json:
        print_json(done.as_dict())
    else:
        replaced = f", {len(done.replaced)} replaced" if done.replaced else ""
        click.echo(f"{done.ready} ready: {len(done.made)} made{replaced}")
