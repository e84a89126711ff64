"""What several words take in the same way: the project, the run's file and its command."""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, final

import click

from armwright.cli.options import ENVIRONMENT
from armwright.errors import UsageError
from armwright.fault_path import path_of
from armwright.sigopt.exception import ApiException
from armwright.sigopt.factory import SigOptFactory
from armwright.sigopt.sigopt_logging import print_logger

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import FrameType

    from armwright.sigopt.ai_experiment import AIExperimentContext
    from armwright.sigopt.run_context import RunContext

__all__ = [
    "chosen_project",
    "create_aiexperiment_from_validated_data",
    "experiment_file_option",
    "of_file",
    "project_option",
    "read_run_options",
    "run_all",
    "run_file_option",
    "source_file_option",
    "telling",
    "words_argument",
]

RUN_FILE = "run.yml"

Decorator = Callable[[Any], Any]

project_option: Decorator = click.option(
    "-p", "--project", help="Instead of SIGOPT_PROJECT and the folder's name."
)
run_file_option: Decorator = click.option(
    "-r",
    "--run-file",
    type=click.Path(),
    help=f"YAML with the runs' name and command; {RUN_FILE} if there is one.",
)
source_file_option: Decorator = click.option(
    "-s", "--source-file", type=click.File("r"), help="Its text is kept with each run."
)
experiment_file_option: Decorator = click.option(
    "-e",
    "--experiment-file",
    default="experiment.yml",
    show_default=True,
    type=click.Path(exists=True),
    help="YAML with the fields of create_experiment.",
)
words_argument: Decorator = click.argument(
    "words", metavar="[COMMAND]...", nargs=-1, type=click.UNPROCESSED
)


def chosen_project(project: str | None) -> str:
    """The project that was named, else the one in force.

    Raises:
        UsageError: It cannot be one.
    """
    from armwright.sigopt.project import check_project_id, current_project

    try:
        return current_project() if project is None else check_project_id(project)
    except ValueError as error:
        raise UsageError(str(error)) from error


def create_aiexperiment_from_validated_data(
    body: Mapping[str, Any], project: str | None
) -> AIExperimentContext:
    """Makes an experiment of a file's fields, and says how others may help with it."""
    made = SigOptFactory(chosen_project(project)).create_prevalidated_aiexperiment(body)
    click.echo(
        f"experiment {made.id} is made; others may help: armwright sigopt start-worker {made.id}",
        err=True,
    )
    return made


@contextmanager
def of_file(path: str) -> Iterator[None]:
    """What is refused in the block is said to be of this file."""
    try:
        yield
    except ApiException as error:
        raise UsageError(f"{path}: {error.message}", path=path_of(error)) from error


@contextmanager
def telling() -> Iterator[None]:
    """What is made in the block is told on stderr, a line each."""
    handler, level = _Told(), print_logger.level
    print_logger.addHandler(handler)
    print_logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        print_logger.removeHandler(handler)
        print_logger.setLevel(level)


@final
class _Told(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        """See `logging.Handler.emit`."""
        click.echo(self.format(record), err=True)


def read_run_options(
    run_file: str | None, words: tuple[str, ...]
) -> tuple[str | None, tuple[str, ...]]:
    """The runs' name and command.

    Args:
        run_file: That was named; else `run.yml`, which need not be there.
        words: The command that was typed, if one was.

    Raises:
        UsageError: There is no command, or it cannot be started, or the file is none.
    """
    from armwright.sigopt.command import check_command
    from armwright.sigopt.yaml_files import read_run_yaml

    path = run_file or RUN_FILE
    options = read_run_yaml(path) if run_file or Path(path).exists() else {}
    command = words or tuple(options.get("run") or ())
    if not command:
        raise UsageError(
            "which command? expected one to run, got none",
            hint=f"type it at the end, or write it into {RUN_FILE}, as run: python train.py",
        )
    check_command(command)
    return options.get("name"), command


def run_all(runs: Iterable[RunContext], words: tuple[str, ...], source: str | None) -> None:
    """Runs a command once for each run, and ends the run; a command may fail."""
    from armwright.sigopt.command import run_command

    meta = click.get_current_context().meta
    environment = meta.get(ENVIRONMENT, dict(os.environ))
    # What this process suggests is made beside a command that may use the GPU.
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        for run in runs:
            with run:
                code = run_command(run, words, source=source, environment=environment)
            if code:
                click.echo(f"run {run.id}: the command ended with {code}", err=True)
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    """Ends this process as the signal would, but lets the run know."""
    del frame
    sys.exit(128 + number)
