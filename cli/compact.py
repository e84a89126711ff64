"""`armwright compact`: puts trials that have ended into Parquet snapshots."""

from __future__ import annotations

import click

from armwright.cli.arguments import json_option, only_experiment, print_json
from armwright.cli.showing_first import is_dry, say_nothing_changed, showing_first

__all__ = ["compact"]


@click.command(short_help="Put ended trials into Parquet, so that opening is fast.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@showing_first
@json_option
def compact(words: tuple[str, ...], *, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Put the trials of EXPERIMENT that have ended into Parquet files, a hundred in each.

    Workers do this on their own now and then; with --yes this does all of it now. Nothing is
    removed, and others may go on working: see gc.

    \b
    armwright compact runs/digits
    armwright compact runs/digits --yes --json
    """
    dry_run = is_dry(yes=yes, dry_run=dry_run)
    from armwright.store import ExperimentFolder

    folder = ExperimentFolder.open(only_experiment(words))
    report = folder.compact(dry_run=dry_run)
    if as_json:
        print_json(
            {
                "experiment": folder.url,
                "dry_run": report.dry_run,
                "made": list(report.made),
                "fenced": list(report.fenced),
                "left": [{"path": path, "why": why} for path, why in report.left.items()],
            }
        )
        return
    verb = "would be made" if dry_run else "made"
    click.echo(f"{len(report.made)} snapshots {verb}" + (":" if report.made else ""))
    for path in report.made:
        click.echo(f"  {path}")
    if report.fenced:
        when = "would be void" if dry_run else "void now"
        click.echo(f"numbers nobody used, {when}: {', '.join(map(str, report.fenced))}")
    for path, why in report.left.items():
        click.echo(f"left open: {path}: {why}", err=True)
    if dry_run:
        say_nothing_changed()
