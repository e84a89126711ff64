"""`armwright sigopt archive` and `unarchive`: putting experiments and runs aside, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from armwright.cli.sigopt.words import project_option
from armwright.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "archive",
    "archive_experiment",
    "archive_run",
    "unarchive",
    "unarchive_experiment",
    "unarchive_run",
]

_ids: Callable[[Any], Any] = click.argument("ids", metavar="IDS...", nargs=-1, required=True)


@click.group(short_help="Put experiments or runs aside.")
def archive() -> None:
    """Put experiments or runs aside. An archived run uses no budget and teaches nothing.

    \b
    armwright sigopt archive run 17953548000000003
    armwright sigopt archive experiment 1795354800000000
    """


@click.group(short_help="Bring experiments or runs back.")
def unarchive() -> None:
    """Bring archived experiments or runs back.

    \b
    armwright sigopt unarchive run 17953548000000003
    armwright sigopt unarchive experiment 1795354800000000
    """


@archive.command("experiment", short_help="Put experiments aside; their runs stay.")
@project_option
@_ids
def archive_experiment(project: str | None, ids: tuple[str, ...]) -> None:
    """Put experiments aside; their runs stay as they are."""
    from armwright.sigopt import calls

    del project
    _each(ids, calls.archive_experiment, "archived experiment")


@archive.command("run", short_help="Put runs aside.")
@project_option
@_ids
def archive_run(project: str | None, ids: tuple[str, ...]) -> None:
    """Put runs aside: they use no budget, are never best, and no suggestion learns from them."""
    from armwright.sigopt import calls

    del project
    _each(ids, calls.archive_run, "archived run")


@unarchive.command("experiment", short_help="Bring experiments back.")
@project_option
@_ids
def unarchive_experiment(project: str | None, ids: tuple[str, ...]) -> None:
    """Bring experiments back."""
    from armwright.sigopt import calls

    del project
    _each(ids, calls.unarchive_experiment, "brought back experiment")


@unarchive.command("run", short_help="Bring runs back.")
@project_option
@_ids
def unarchive_run(project: str | None, ids: tuple[str, ...]) -> None:
    """Bring runs back."""
    from armwright.sigopt import calls

    del project
    _each(ids, calls.unarchive_run, "brought back run")


def _each(ids: Sequence[str], act: Callable[[str], None], done: str) -> None:
    for identifier in ids:
        if not identifier.isdigit():
            raise UsageError(f"an id should be of digits, got {identifier!r}")
    for identifier in ids:
        act(identifier)
        click.echo(f"{done} {identifier}")
