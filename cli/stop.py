"""`armwright stop`: gives out no more trials."""

from __future__ import annotations

import click

from armwright.cli.arguments import (
    json_option,
    only_experiment,
    print_json,
    public_url,
    reason_option,
)

__all__ = ["stop"]


@click.command(short_help="Give out no more trials.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@reason_option
@json_option
def stop(words: tuple[str, ...], reason: str, *, as_json: bool) -> None:
    """Give out no more trials of EXPERIMENT; those that run may end and are counted.

    Whoever asks is told with exit code 3, as when the budget is used up. See resume.

    \b
    armwright stop runs/digits
    armwright stop s3://team/lr --reason "machine is needed" --json
    """
    from armwright.persistence.steering import stop

    url = only_experiment(words)
    changed = stop(url, reason=reason)
    if as_json:
        print_json({"experiment": public_url(url), "state": "stopped", "changed": changed})
        return
    click.echo("stopped" if changed else "stopped already: nothing changed")
