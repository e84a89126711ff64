"""`armwright sigopt cluster`: what there is in its place."""

from __future__ import annotations

from typing import NoReturn

import click

from armwright.errors import UsageError

__all__ = ["cluster"]


@click.command(
    short_help="Not here: start workers with your own scheduler.",
    context_settings={"ignore_unknown_options": True},
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def cluster(words: tuple[str, ...]) -> NoReturn:
    """Say what does the work of SigOpt's Kubernetes clusters here."""
    del words
    raise UsageError(
        "armwright starts no Kubernetes clusters",
        hint="run armwright sigopt start-worker as a Job or an array task, on a shared store",
    )
