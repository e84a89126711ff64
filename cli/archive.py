"""`armwright archive`: puts an experiment aside."""

from __future__ import annotations

import click

from armwright.cli.arguments import (
    json_option,
    only_experiment,
    print_json,
    print_text,
    public_url,
    reason_option,
)
from armwright.cli.showing_first import is_dry, say_nothing_changed, showing_first

__all__ = ["archive"]


@click.command(short_help="Stop an experiment and leave it out of lists.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@showing_first
@reason_option
@json_option
def archive(
    words: tuple[str, ...], reason: str, *, yes: bool, dry_run: bool, as_json: bool
) -> None:
    """Stop EXPERIMENT and leave it out of lists; its files stay. resume brings it back.

    What would be put aside is shown first: --yes does it.

    \b
    armwright archive runs/digits
    armwright archive s3://team/lr --yes --reason "paper is out" --json
    """
    dry_run = is_dry(yes=yes, dry_run=dry_run)
    from armwright.persistence.steering import archive

    url = only_experiment(words)
    changed = archive(url, reason=reason, dry_run=dry_run)
    if as_json:
        print_json(
            {
                "experiment": public_url(url),
                "dry_run": dry_run,
                "state": "archived",
                "changed": changed,
            }
        )
        return
    if not changed:
        click.echo("archived already: nothing changed")
        return
    if not dry_run:
        click.echo("archived")
        return
    from armwright.cli.status import status_line
    from armwright.persistence import StoredExperiment
    from armwright.persistence.standing import standing

    found = standing(StoredExperiment.open(url))
    print_text(f"would archive {found['name']}, {found['state']}: {status_line(found)}")
    say_nothing_changed()
