"""`armwright doctor`: what a file system can be trusted with, and what is wrong in its folders."""

from __future__ import annotations

import os

import click

from armwright.cli.arguments import (
    json_option,
    only_experiment,
    print_json,
    print_table,
    print_text,
)
from armwright.cli.options import settings_in_force
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
    1 if something is wrong. Without an experiment: only the settings in force, and whence they are.

    \b
    armwright doctor runs/digits
    armwright doctor s3://team --repair --json
    """
    in_force = [item.as_dict() for item in settings_in_force(context)]
    if not words and not os.environ.get("ARMWRIGHT_EXPERIMENT") and not repair:
        diagnosis = None
    else:
        from armwright.store.doctor import doctor

        diagnosis = doctor(only_experiment(words), repair=repair)
    if as_json:
        found = {} if diagnosis is None else diagnosis.as_dict()
        print_json({**found, "settings": in_force})
    else:
        if diagnosis is not None:
            print_text(str(diagnosis))
        click.echo("settings:")
        print_table((), [(f"  {it['name']}", it["value"], it["source"]) for it in in_force])
    if diagnosis is not None and not diagnosis.ok:
        context.exit(EXIT_FAILURE)
