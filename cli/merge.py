"""`armwright merge`: brings together two copies of one experiment that drifted apart."""

from __future__ import annotations

import click

from armwright.cli.arguments import json_option, print_json, print_text, public_url
from armwright.cli.showing_first import is_dry, say_nothing_changed, showing_first

__all__ = ["merge"]


@click.command(short_help="Bring in what a copy of the experiment has and it has not.")
@click.argument("target", metavar="EXPERIMENT")
@click.argument("source", metavar="COPY")
@showing_first
@json_option
def merge(target: str, source: str, *, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Bring into EXPERIMENT the trials and results that its copy COPY has and it has not.

    For folders copied to another machine and used on both. Trials that both made under one number
    come in under new ones. COPY is only read; repeating a merge adds nothing twice. What came in
    stays, so it is shown first: --yes does it.

    \b
    armwright merge runs/digits laptop/digits
    armwright merge s3://team/lr runs/lr --yes --json
    """
    dry_run = is_dry(yes=yes, dry_run=dry_run)
    from armwright.persistence.merge import merge

    report = merge(target, source, dry_run=dry_run)
    if as_json:
        print_json(
            {"experiment": public_url(target), "copy": public_url(source), **report.as_dict()}
        )
        return
    would = "would come" if dry_run else "came"
    click.echo(f"{len(report.added)} new trials {would} in")
    if report.completed:
        click.echo(f"more is known of {len(report.completed)}: {_listed(report.completed)}")
    for old, new in report.renumbered.items():
        click.echo(
            f"trial {old} of the copy {would} in as " + (f"{new}" if new >= 0 else "a new one")
        )
    for number, why in report.left.items():
        print_text(f"left out: trial {number}: {why}", err=True)
    if dry_run:
        say_nothing_changed()


def _listed(numbers: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, numbers[:10]))
    return shown if len(numbers) <= 10 else f"{shown}, ..."
