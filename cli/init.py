"""`armwright init`: the files that a new experiment begins with."""

from __future__ import annotations

import click

from armwright.cli.arguments import json_option, print_json

__all__ = ["init"]


@click.command(short_help="Write an experiment file, an objective and a batch script.")
@click.argument("folder", metavar="[FOLDER]", default=".")
@click.option(
    "--format",
    "language",
    type=click.Choice(["yml", "toml"]),
    help="Of the experiment file; yml where PyYAML is installed.",
)
@json_option
def init(folder: str, language: str | None, *, as_json: bool) -> None:
    """Write files into FOLDER (the current one) that work as they are, and say what to change.

    A commented experiment file, objective.py, which is what is tuned, and job.sbatch, which runs it
    as a Slurm array. Nothing is replaced.

    \b
    armwright init tuning
    armwright init tuning --format toml --json
    """
    from armwright.persistence.first_files import write_first_files

    paths = write_first_files(folder, language=language)
    if as_json:
        print_json({"files": paths})
    else:
        for path in paths:
            click.echo(f"wrote {path}")
    click.echo(f"next: armwright check {paths[0]}", err=True)
