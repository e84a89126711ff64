"""`armwright resume`: gives out trials again."""

from __future__ import annotations

import click

from armwright.cli.arguments import (
    json_option,
    only_experiment,
    print_json,
    public_url,
    reason_option,
)

__all__ = ["resume"]


@click.command(short_help="Give out trials again, after stop or archive.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@reason_option
@json_option
def resume(words: tuple[str, ...], reason: str, *, as_json: bool) -> None:
    """Give out trials of EXPERIMENT again, after stop or archive.

    \b
    armwright resume runs/digits
    armwright resume s3://team/lr --reason "machine is back" --json
    """
    from armwright.persistence.steering import resume

    url = only_experiment(words)
    changed = resume(url, reason=reason)
    if as_json:
        print_json({"experiment": public_url(url), "state": "open", "changed": changed})
        return
    click.echo("open" if changed else "open already: nothing changed")
