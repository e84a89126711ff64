"""`armwright export`: a table of an experiment, or all of it, in one file."""

from __future__ import annotations

import shlex

import click

from armwright.cli.arguments import json_option, only_experiment, print_json, print_text, public_url
from armwright.errors import UsageError

__all__ = ["export"]


@click.command(short_help="Write a table of an experiment, or all of it, to a file.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@click.option("--to", "file", required=True, metavar="FILE", help="- prints CSV.")
@click.option("--table", default="trials", help="trials (if left out), arms or data.")
@json_option
def export(words: tuple[str, ...], file: str, table: str, *, as_json: bool) -> None:
    """Write EXPERIMENT into FILE, replaced as a whole; its ending says as what.

    .csv, .jsonl and .parquet hold one of its tables. .zip holds the whole experiment, for import.

    \b
    armwright export runs/digits --to trials.parquet
    armwright export runs/digits --to s3://team/digits.zip --json
    """
    from armwright.persistence.export import export, export_text

    url = only_experiment(words)
    if file == "-":
        if as_json:
            raise UsageError("--to - prints the table itself: leave --json out")
        click.echo(export_text(url, table=table), nl=False)
        return
    done = export(url, file, table=table)
    if as_json:
        facts = {key: item for key, item in done.items() if key not in ("v", "kind")}
        print_json({"experiment": public_url(url), **facts})
    else:
        size = f"{done['rows']} rows" if "rows" in done else f"{done['facts']} facts"
        click.echo(f"wrote {done['file']}: {size}")
    for item in done.get("damaged", ()):
        print_text(f"warning: {item['path']} left out: {item['problem']}", err=True)
    if "facts" in done:
        click.echo(f"next: armwright import {shlex.quote(done['file'])} EXPERIMENT", err=True)
