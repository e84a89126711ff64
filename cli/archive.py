"""`armwright archive`: puts an experiment aside."""

from __future__ import annotations

import click

from armwright.cli.arguments import (
    json_option,
    only_experiment,
    print_json,
    public_url,
    reason_option,
)

__all__ = ["archive"]


@click.command(short_help="Stop an experiment and leave it out of lists.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@reason_option
@json_option
def archive(words: tuple[str, ...], reason: str, *, as_json: bool) -> None:
    """Stop EXPERIMENT and leave it out of lists; its files stay. resume brings it back.

    \b
    armwright archive runs/digits
    armwright archive s3://team/lr --reason "paper is out" --json
    """
    from armwright.persistence.steering import archive

    url = only_experiment(words)
    changed = archive(url, reason=reason)
    if as_json:
        print_json({"experiment": public_url(url), "state": "archived", "changed": changed})
        return
    click.echo("archived" if changed else "archived already: nothing changed")
