"""`armwright requeue`: gives trials out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from armwright.cli.arguments import json_option, reason_option
from armwright.cli.steered_trials import meant_trials, print_changes

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

    url, numbers = meant_trials(words, "--failed", flagged=failed)
    stored = StoredExperiment.open(url)
    done = requeue(stored, _failed(stored) if failed else numbers, reason=reason)
    print_changes(stored.url, done, none="no trial has failed", as_json=as_json)


def _failed(stored: StoredExperiment) -> list[int]:
    return [number for number, it in stored.trials.items() if it.status in ("failed", "lost")]
