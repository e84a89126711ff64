"""`armwright gc`: removes files that snapshots have made superfluous."""

from __future__ import annotations

import click

from armwright.cli.arguments import json_option, only_experiment, print_json, print_text
from armwright.cli.showing_first import is_dry, say_nothing_changed, showing_first

__all__ = ["gc"]


@click.command(short_help="Remove files that snapshots have replaced.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@showing_first
@json_option
def gc(words: tuple[str, ...], *, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Remove files of EXPERIMENT that a snapshot has held for an hour, and killed writers' rests.

    No fact is lost, and others may go on working. Where quotas count files: 100,000 trials are some
    200,000 files before, and a few hundred after. What would go is shown first: --yes does it.

    \b
    armwright gc runs/digits
    armwright gc runs/digits --yes --json
    """
    dry_run = is_dry(yes=yes, dry_run=dry_run)
    from armwright.store import ExperimentFolder

    folder = ExperimentFolder.open(only_experiment(words))
    report = folder.collect_garbage(dry_run=dry_run)
    if as_json:
        print_json(
            {
                "experiment": folder.url,
                "dry_run": report.dry_run,
                "removed": list(report.removed),
                "moved": list(report.moved),
                "made": list(report.made),
                "kept": [{"path": path, "why": why} for path, why in report.kept.items()],
            }
        )
        return
    click.echo(f"{len(report.removed)} files {'would go' if dry_run else 'removed'}")
    if dry_run:
        for path in report.removed:
            click.echo(f"  {path}")
    if report.moved:
        verb = "would be moved" if dry_run else "moved"
        click.echo(f"{len(report.moved)} late facts {verb} into a snapshot")
    for path, why in report.kept.items():
        print_text(f"kept: {path}: {why}", err=True)
    if dry_run:
        say_nothing_changed()
