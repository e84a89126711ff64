"""`armwright migrate`: takes an experiment to the newest format."""

from __future__ import annotations

import click

from armwright.cli.arguments import json_option, only_experiment, print_json

__all__ = ["migrate"]


@click.command(short_help="Take an experiment to the newest format.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@json_option
def migrate(words: tuple[str, ...], *, as_json: bool) -> None:
    """Take the files of EXPERIMENT to the newest format that this armwright knows.

    No file is rewritten. Earlier versions of armwright go on reading, and refuse to write.

    \b
    armwright migrate runs/digits
    armwright migrate s3://team/lr --json
    """
    from armwright.store.migration import migrate

    done = migrate(only_experiment(words))
    if as_json:
        print_json({"experiment": done.url, "before": done.before, "after": done.after})
    elif done.before == done.after:
        click.echo(f"format {done.after} already: nothing to do")
    else:
        click.echo(f"format {done.before} -> {done.after}")
