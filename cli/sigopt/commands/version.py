"""`armwright sigopt version`: of which client these are the words."""

from __future__ import annotations

import click

__all__ = ["version"]


@click.command(short_help="Which client these words are of.")
def version() -> None:
    """Print the version of the client whose words these are.

    \b
    armwright sigopt version
    armwright --version
    """
    from armwright.sigopt import VERSION

    click.echo(VERSION)
