"""`armwright version`: the versions of armwright and of what its results depend on."""

from __future__ import annotations

import click

from armwright.cli.arguments import json_option, print_json

__all__ = ["version"]


@click.command(short_help="Print versions of armwright and what it runs on.")
@json_option
def version(*, as_json: bool) -> None:
    """Print the versions of armwright, of Python and of the libraries that arms depend on.

    Loads none of them.

    \b
    armwright version --json
    armwright version --json | jq .libraries
    """
    from armwright.versions import versions

    found = versions()
    if as_json:
        print_json(found)
        return
    click.echo(f"armwright {found['armwright']}")
    click.echo(f"Python {found['python']} on {found['platform']}")
    for name, number in found["libraries"].items():
        click.echo(f"{name} {number or 'not installed'}")
