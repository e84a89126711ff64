"""`armwright replay`: makes an arm again, to see whether the same comes out."""

from __future__ import annotations

import click

from armwright.cli.arguments import experiment_and_words, json_option, print_json, trial_number
from armwright.errors import EXIT_FAILURE, UsageError

__all__ = ["replay"]


@click.command(short_help="Make an arm again, and compare.")
@click.argument("words", metavar="[EXPERIMENT] TRIAL", nargs=-1)
@json_option
@click.pass_context
def replay(context: click.Context, words: tuple[str, ...], *, as_json: bool) -> None:
    """Make the arm of TRIAL again from what was known when it was made, and compare.

    Ends with 1 if it differs: says in which parameter, by how much, and why that may be. Changes
    nothing.

    \b
    armwright replay runs/digits 7
    armwright replay s3://team/lr 7 --json
    """
    url, rest = experiment_and_words(words)
    if len(rest) != 1:
        raise UsageError(
            f"expected an experiment and a trial, got {' '.join(words) or 'nothing'}",
            hint="armwright replay runs/digits 7",
        )
    number = trial_number(rest[0])
    from armwright.persistence.replay import replay
    from armwright.sigopt.replaying import suggested_again

    found = replay(url, number, makers={"sigopt": suggested_again})
    if as_json:
        from armwright.cli.arguments import public_url

        print_json({"experiment": public_url(url), **found.as_dict()})
    else:
        click.echo(str(found))
    if not found.equal:
        context.exit(EXIT_FAILURE)
