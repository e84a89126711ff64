"""What verbs that cannot be taken back have in common: they show first, and --yes does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from armwright.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["is_dry", "say_nothing_changed", "showing_first"]


def showing_first(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a verb the options --yes and --dry-run."""
    yes = click.option("--yes", is_flag=True, help="Do it; else it is only shown.")
    dry = click.option("--dry-run", is_flag=True, help="Only show it, as without --yes.")
    decorated: Callable[..., Any] = yes(dry(command))
    return decorated


def is_dry(*, yes: bool, dry_run: bool) -> bool:
    """Whether a verb is only to say what it would do.

    Raises:
        UsageError: Both were asked for.
    """
    if yes and dry_run:
        raise UsageError("expected --yes or --dry-run, got both")
    return not yes


def say_nothing_changed() -> None:
    """Says, beside the answer, that it was only shown."""
    click.echo("nothing was changed: --yes does it", err=True)
