"""`armwright log`: what happened, in the order of time."""

from __future__ import annotations

import click

from armwright.cli.arguments import (
    experiment_and_words,
    json_option,
    print_json,
    print_text,
    trial_number,
)
from armwright.errors import UsageError

__all__ = ["log"]


@click.command(short_help="Show what happened: trials, edits, who and when.")
@click.argument("words", metavar="[EXPERIMENT] [TRIAL]", nargs=-1)
@click.option("-n", "--last", type=click.IntRange(1), help="Only the last so many.")
@json_option
def log(words: tuple[str, ...], last: int | None, *, as_json: bool) -> None:
    """Show what happened in EXPERIMENT, or to one TRIAL, a line for each, earliest first.

    Times are UTC, by the clock of the machine that wrote. With --json each line is a document.

    \b
    armwright log runs/digits --last 20
    armwright log runs/digits 7 --json
    """
    from armwright.persistence import StoredExperiment
    from armwright.persistence.happenings import happenings

    url, rest = experiment_and_words(words)
    if len(rest) > 1:
        raise UsageError(f"expected an experiment and a trial, got also {' '.join(rest[1:])}")
    stored = StoredExperiment.open(url)
    numbers = None
    if rest:
        number = trial_number(rest[0])
        stored.facts(number)
        numbers = [number]
    found = happenings(stored._folder, stored.state, numbers)
    for item in found if last is None else found[-last:]:
        if as_json:
            print_json({"experiment": stored.url, **item.as_dict()})
        else:
            print_text(str(item))
