"""`armwright cancel`: ends trials that run or wait."""

from __future__ import annotations

import click

from armwright.cli.arguments import json_option, reason_option
from armwright.cli.steered_trials import meant_trials, print_changes

__all__ = ["cancel"]


@click.command(short_help="End trials that run or wait.")
@click.argument("words", metavar="[EXPERIMENT] [TRIAL]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that run or wait.")
@reason_option
@json_option
def cancel(words: tuple[str, ...], reason: str, *, everything: bool, as_json: bool) -> None:
    """End trials of EXPERIMENT as cancelled, whether they run or wait.

    A worker is told when it reports; what it measured is kept, and does not count.

    \b
    armwright cancel runs/digits 3 5 --reason "too slow"
    armwright cancel runs/digits --all --json
    """
    from armwright.persistence import StoredExperiment
    from armwright.persistence.steering import cancel

    url, numbers = meant_trials(words, "--all", flagged=everything)
    stored = StoredExperiment.open(url)
    done = cancel(stored, None if everything else numbers, reason=reason)
    print_changes(stored.url, done, none="no trial runs or waits", as_json=as_json)
