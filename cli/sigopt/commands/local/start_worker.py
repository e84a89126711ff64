"""`armwright sigopt start-worker`: runs of an experiment that is there, beside other workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from armwright.cli.sigopt.words import (
    read_run_options,
    run_all,
    run_file_option,
    source_file_option,
    words_argument,
)
from armwright.errors import UsageError
from armwright.sigopt.factory import SigOptFactory

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["start_worker"]


@click.command(
    "start-worker",
    short_help="Run a command for runs of an experiment.",
    context_settings={"allow_interspersed_args": False, "ignore_unknown_options": True},
)
@click.argument("experiment_id", metavar="EXPERIMENT_ID")
@run_file_option
@source_file_option
@words_argument
def start_worker(
    experiment_id: str,
    run_file: str | None,
    source_file: TextIO | None,
    words: tuple[str, ...],
) -> None:
    """Run COMMAND for runs of an experiment until its budget is used up.

    Any number of workers may do so at once, on any machine that reaches the store.

    \b
    armwright sigopt start-worker 1795354800000000 python train.py
    armwright sigopt start-worker 1795354800000000 -r run.yml
    """
    if not experiment_id.isdigit():
        raise UsageError(f"an id should be of digits, got {experiment_id!r}")
    name, command = read_run_options(run_file, words)
    source = source_file.read() if source_file else None
    experiment = SigOptFactory.from_default_project().get_aiexperiment(experiment_id)
    run_all(experiment.loop(name=name, progress=False), command, source)
