"""`armwright sigopt optimize`: an experiment from a file, and a command for each of its runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from armwright.cli.sigopt.words import (
    create_aiexperiment_from_validated_data,
    experiment_file_option,
    of_file,
    project_option,
    read_run_options,
    run_all,
    run_file_option,
    source_file_option,
    words_argument,
)

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["optimize"]


@click.command(
    short_help="Make an experiment and run a command for each of its runs.",
    context_settings={"allow_interspersed_args": False, "ignore_unknown_options": True},
)
@experiment_file_option
@run_file_option
@source_file_option
@project_option
@words_argument
def optimize(
    experiment_file: str,
    run_file: str | None,
    source_file: TextIO | None,
    project: str | None,
    words: tuple[str, ...],
) -> None:
    """Make an experiment, and run COMMAND until its budget is used up.

    In COMMAND, sigopt.params are what is to be tried, and sigopt.log_metric tells the result.

    \b
    armwright sigopt optimize python train.py
    armwright sigopt optimize -e lr.yml -r run.yml
    """
    from armwright.sigopt.yaml_files import read_experiment_yaml

    body = read_experiment_yaml(experiment_file)
    name, command = read_run_options(run_file, words)
    source = source_file.read() if source_file else None
    with of_file(experiment_file):
        experiment = create_aiexperiment_from_validated_data(body, project)
    run_all(experiment.loop(name=name, progress=False), command, source)
