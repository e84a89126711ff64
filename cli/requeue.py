"""`armwright requeue`: gives trials out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from armwright.cli.arguments import (
    experiment_and_words,
    json_option,
    print_json,
    reason_option,
    trial_number,
)
from armwright.errors import UsageError

if TYPE_CHECKING:
    from armwright.persistence import StoredExperiment

__all__ = ["requeue"]


@click.command(short_help="Give trials out again.")
@click.argument("words", metavar="[EXPERIMENT] [TRIAL]...", nargs=-1)
@click.option("--failed", "failed", is_flag=True, help="All that failed or were lost.")
@reason_option
@json_option
def requeue(words: tuple[str, ...], reason: str, *, failed: bool, as_json: bool) -> None:
    """Give trials of EXPERIMENT out again, to whoever asks next.

    Those that run: their attempt ends, and what it tells later does not count. Those that failed,
    were cancelled or lost.

    \b
    armwright requeue runs/digits 3 5 --reason "node was bad"
    armwright requeue runs/digits --failed --json
    """
    from armwright.persistence import StoredExperiment
    from armwright.persistence.steering import requeue

    url, rest = experiment_and_words(words)
    numbers = [trial_number(word) for word in rest]
    if bool(numbers) == failed:
        raise UsageError(
            "which trials? expected their numbers or --failed, got "
            + ("both" if numbers else "neither")
        )
    stored = StoredExperiment.open(url)
    done = requeue(stored, _failed(stored) if failed else numbers, reason=reason)
    if as_json:
        print_json({"experiment": stored.url, "trials": [item.as_dict() for item in done]})
        return
    for item in done:
        click.echo(f"{item.number}  {item.was} -> {item.now}")
    if not done:
        click.echo("no trial has failed", err=True)


def _failed(stored: StoredExperiment) -> list[int]:
    return [number for number, it in stored.trials.items() if it.status in ("failed", "lost")]
