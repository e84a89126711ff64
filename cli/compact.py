"""`armwright compact`: puts trials that have ended into Parquet snapshots."""

from __future__ import annotations

import click

from armwright.cli.arguments import json_option, only_experiment, print_json

__all__ = ["compact"]


@click.command(short_help="Put ended trials into Parquet, so that opening is fast.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@json_option
def compact(words: tuple[str, ...], *, as_json: bool) -> None:
    """Put the trials of EXPERIMENT that have ended into Parquet files, a hundred in each.

    Workers do this on their own now and then; this does all of it now. Nothing is removed, and
    others may go on working: see gc.

    \b
    armwright compact runs/digits
    armwright compact runs/digits --json
    """
    from armwright.store import ExperimentFolder

    folder = ExperimentFolder.open(only_experiment(words))
    report = folder.compact()
    if as_json:
        print_json(
            {
                "experiment": folder.url,
                "made": list(report.made),
                "fenced": list(report.fenced),
                "left": [{"path": path, "why": why} for path, why in report.left.items()],
            }
        )
        return
    click.echo(f"{len(report.made)} snapshots made" + (":" if report.made else ""))
    for path in report.made:
        click.echo(f"  {path}")
    if report.fenced:
        click.echo(f"numbers nobody used, void now: {', '.join(map(str, report.fenced))}")
    for path, why in report.left.items():
        click.echo(f"left open: {path}: {why}", err=True)
