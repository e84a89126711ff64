"""`armwright renew`: says that a trial which was asked for is still worked at."""

from __future__ import annotations

import click

from armwright.cli.arguments import experiment_and_words, json_option, print_json, trial_number
from armwright.cli.command_words import duration_option
from armwright.errors import UsageError

__all__ = ["renew"]


@click.command(short_help="Say that a trial is still worked at.")
@click.argument("words", metavar="[EXPERIMENT] TRIAL", nargs=-1)
@duration_option("--every", default="5m", help="How soon you will say so again; 5m if left out.")
@click.option("--attempt", type=click.IntRange(1), help="Yours; the one that runs if left out.")
@json_option
def renew(words: tuple[str, ...], every: str, attempt: int | None, *, as_json: bool) -> None:
    """Say that you still work at TRIAL, which you took with ask.

    From the first time on it is expected again and again: after some ten minutes of silence others
    take the trial up. Ends with 1 where the trial has ended: it is time to stop.

    \b
    armwright renew runs/digits 3
    armwright renew runs/digits 3 --every 1m --json
    """
    from armwright.working.duration import seconds_of
    from armwright.working.renewing import renew

    url, rest = experiment_and_words(words)
    if len(rest) != 1:
        raise UsageError(f"which trial? expected its number, got {' '.join(rest) or 'none'}")
    done = renew(url, trial_number(rest[0]), every=seconds_of(every), attempt=attempt)
    if as_json:
        print_json(done.as_dict())
    else:
        click.echo(f"{done.trial}  running  expected again within {done.allowed:.0f} s")
