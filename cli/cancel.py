"""`armwright cancel`: ends trials that run or wait."""

from __future__ import annotations

import click

from armwright.cli.arguments import (
    experiment_and_words,
    json_option,
    print_json,
    reason_option,
    trial_number,
)
from armwright.errors import UsageError

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

    url, rest = experiment_and_words(words)
    numbers = [trial_number(word) for word in rest]
    if bool(numbers) == everything:
        raise UsageError(
            "which trials? expected their numbers or --all, got "
            + ("both" if numbers else "neither")
        )
    stored = StoredExperiment.open(url)
    done = cancel(stored, None if everything else numbers, reason=reason)
    if as_json:
        print_json({"experiment": stored.url, "trials": [item.as_dict() for item in done]})
        return
    for item in done:
        click.echo(f"{item.number}  {item.was} -> {item.now}")
    if not done:
        click.echo("no trial runs or waits", err=True)
