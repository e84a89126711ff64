"""`armwright replay`: makes an arm again, to see whether the same comes out."""

from __future__ import annotations

import click

from armwright.cli.arguments import json_option, print_json, public_url, url_and_trial
from armwright.errors import EXIT_DIFFERS

__all__ = ["replay"]


@click.command(short_help="Make an arm again, and compare.")
@click.argument("words", metavar="[EXPERIMENT] TRIAL", nargs=-1)
@json_option
@click.pass_context
def replay(context: click.Context, words: tuple[str, ...], *, as_json: bool) -> None:
    """Make the arm of TRIAL again from what was known when it was made, and compare.

    Ends with 4 if it differs: says in which parameter, by how much, and why that may be. Changes
    nothing.

    \b
    armwright replay runs/digits 7
    armwright replay s3://team/lr 7 --json
    """
    url, number = url_and_trial(words, "armwright replay runs/digits 7")
    from armwright.sigopt.replaying import replay

    found = replay(url, number)
    if as_json:
        print_json({"experiment": public_url(url), **found.as_dict()})
    else:
        click.echo(str(found))
    if not found.equal:
        context.exit(EXIT_DIFFERS)
