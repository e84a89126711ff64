"""`armwright import`: makes the experiment that a file from `armwright export` holds."""

from __future__ import annotations

import shlex

import click

from armwright.cli.arguments import json_option, print_json, public_url

__all__ = ["import_"]


@click.command("import", short_help="Make an experiment from an exported file.")
@click.argument("file", metavar="FILE")
@click.argument("url", metavar="EXPERIMENT")
@json_option
def import_(file: str, url: str, *, as_json: bool) -> None:
    """Make EXPERIMENT from FILE, which `armwright export --to FILE` wrote.

    Every byte is checked before anything is written. Stopped half way, the same command goes on;
    the experiment can be opened when it is whole.

    \b
    armwright import digits.zip runs/digits
    armwright import s3://team/digits.zip s3://team/digits --json
    """
    from armwright.store.archive import import_archive

    archive, done = import_archive(file, url)
    if as_json:
        print_json(
            {
                "experiment": public_url(url),
                "id": archive.manifest["id"],
                "name": archive.manifest["name"],
                "facts": archive.manifest["facts"],
                "added": len(done.added),
                "same": done.same,
            }
        )
    else:
        there = f", {done.same} were there already" if done.same else ""
        click.echo(f"imported {len(done.added)} facts{there}")
    click.echo(f"next: armwright show {shlex.quote(public_url(url))}", err=True)
