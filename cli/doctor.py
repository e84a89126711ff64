"""`armwright doctor`: what a file system can be trusted with, and what is wrong in its folders."""

from __future__ import annotations

import click

from armwright.cli.arguments import json_option, only_experiment, print_json
from armwright.errors import EXIT_FAILURE

__all__ = ["doctor"]


@click.command(short_help="Examine a place: what holds there, and what is wrong.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@click.option("--repair", is_flag=True, help="Also do what is safe about what is found.")
@json_option
@click.pass_context
def doctor(context: click.Context, words: tuple[str, ...], *, repair: bool, as_json: bool) -> None:
    """Examine EXPERIMENT, or a folder of experiments, and the file system they are on.

    It lets 8 processes race for names, measures how soon files are seen, and looks for files that
    are torn or left over and trials whose workers are gone. Repairs never touch a result. Ends with
    1 if something is wrong.

    \b
    armwright doctor runs/digits
    armwright doctor s3://team --repair --json
    """
    from armwright.store.doctor import doctor

    diagnosis = doctor(only_experiment(words), repair=repair)
    if as_json:
        print_json(diagnosis.as_dict())
    else:
        click.echo(str(diagnosis))
    if not diagnosis.ok:
        context.exit(EXIT_FAILURE)
