"""`armwright sigopt run`: a command as a run of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from armwright.cli.sigopt.words import (
    chosen_project,
    project_option,
    read_run_options,
    run_all,
    run_file_option,
    source_file_option,
    telling,
    words_argument,
)
from armwright.sigopt.factory import SigOptFactory

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["run"]


@click.command(
    short_help="Run a command as a run.",
    context_settings={"allow_interspersed_args": False, "ignore_unknown_options": True},
)
@run_file_option
@source_file_option
@project_option
@words_argument
def run(
    run_file: str | None,
    source_file: TextIO | None,
    project: str | None,
    words: tuple[str, ...],
) -> None:
    """Run COMMAND once; what it logs with sigopt.log_metric and its like is kept as one run.

    \b
    armwright sigopt run python train.py --epochs 3
    armwright sigopt run -r night.yml -p vision
    """
    name, command = read_run_options(run_file, words)
    source = source_file.read() if source_file else None
    with telling():
        begun = SigOptFactory(chosen_project(project)).create_run(name=name)
    run_all([begun], command, source)
