"""`armwright export`: a whole experiment as one file."""

from __future__ import annotations

import shlex

import click

from armwright.cli.arguments import json_option, only_experiment, print_json, public_url
from armwright.errors import UsageError

__all__ = ["export"]


@click.command(short_help="Write an experiment into one file.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@click.option("--to", "file", required=True, metavar="FILE", help="Ends in .zip.")
@json_option
def export(words: tuple[str, ...], file: str, *, as_json: bool) -> None:
    """Write EXPERIMENT into FILE, replaced as a whole.

    A .zip file holds the whole experiment, for `armwright import`: the same facts give the same
    bytes, whatever was compacted.

    \b
    armwright export runs/digits --to digits.zip
    armwright export s3://team/lr --to s3://team/backup/lr.zip --json
    """
    from armwright.store.archive import export_archive

    url = only_experiment(words)
    if not file.lower().endswith(".zip"):
        raise UsageError(
            f"expected a file that ends in .zip, got {public_url(file)!r}",
            hint="--to FILE.zip is the whole experiment",
        )
    manifest, found = export_archive(url, file)
    if as_json:
        print_json(
            {
                "experiment": public_url(url),
                "file": public_url(file),
                "id": manifest["id"],
                "facts": manifest["facts"],
                "tables": len(manifest["tables"]),
                "sha256": manifest["sha256"],
                "damaged": [{"path": item.path, "problem": item.problem} for item in found.damaged],
            }
        )
    else:
        click.echo(f"wrote {public_url(file)}: {manifest['facts']} facts")
    for item in found.damaged:
        click.echo(f"warning: {item.path} left out: {item.problem}", err=True)
    click.echo(f"next: armwright import {shlex.quote(public_url(file))} EXPERIMENT", err=True)
