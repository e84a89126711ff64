"""`armwright sigopt`: the words of SigOpt's own command, for people and scripts that have them."""

from __future__ import annotations

import importlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from armwright.errors import (
    ArmwrightError,
    ExperimentExistsError,
    ExperimentNotFoundError,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["cli", "sigopt"]

_WORDS = {
    "init": "init",
    "config": "config",
    "create": "create",
    "run": "local.run",
    "optimize": "local.optimize",
    "start-worker": "local.start_worker",
    "archive": "archive",
    "unarchive": "archive",
    "version": "version",
    "cluster": "cluster",
}

_NO_SUCH_THING = 404  # an experiment, or the run of one


class _Group(click.Group):
    """Loads a word's file when it is called, and gives SigOpt's errors our exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """See `click.Group.list_commands`."""
        del ctx
        return [word for word in _WORDS if word != "cluster"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """See `click.Group.get_command`."""
        del ctx
        if cmd_name not in _WORDS:
            return None
        module = importlib.import_module(f"armwright.cli.sigopt.commands.{_WORDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """See `click.Group.invoke`."""
        with _our_errors():
            return super().invoke(ctx)


class _Alone(_Group):
    """The same as a command of its own, which is what `sigopt` was."""

    def main(self, args: Sequence[str] | None = None, *_: Any, **more: Any) -> Any:
        """See `click.Command.main`; ours does all that a command has to do around its verb."""
        import sys

        from armwright.cli.main import main

        words = sys.argv[1:] if args is None else args
        return main.main(["sigopt", *words], **{**more, "prog_name": "armwright"})


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except (ArmwrightError, click.ClickException):
        raise
    except Exception as error:
        from armwright.sigopt import exception
        from armwright.sigopt.validate import ValidationError

        if isinstance(error, exception.ConflictingProjectException):
            raise ExperimentExistsError(str(error)) from error
        if isinstance(error, exception.ConnectionException) and error.__cause__ is not None:
            raise error.__cause__ from error  # the store's own words
        if isinstance(error, exception.ApiException) and error.status_code == _NO_SUCH_THING:
            raise ExperimentNotFoundError(str(error.message)) from error
        if isinstance(error, exception.SigOptException | ValidationError):
            said = error.message if isinstance(error, exception.ApiException) else error
            raise UsageError(str(said)) from error
        raise


@click.group(cls=_Group, short_help="SigOpt's own command words.")
def sigopt() -> None:
    """SigOpt's command, word for word: type armwright sigopt where it was sigopt.

    Experiments are kept in ARMWRIGHT_STORE, else in ./armwright-store; the project is
    SIGOPT_PROJECT, else the current folder's name. No token is needed.

    \b
    armwright sigopt optimize -e experiment.yml python train.py
    armwright sigopt start-worker 1795354800000000 python train.py
    """


cli = _Alone("sigopt", help=sigopt.help, short_help=sigopt.short_help)
