"""The command group: finds the verb, and turns our exceptions into exit codes, here alone.

0 done    1 failed    2 wrong usage    3 nothing left to do    4 differs    75 try again
"""

from __future__ import annotations

import difflib
import errno
import importlib
import io
import os
import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, final

import click

from armwright.cli.completing import keep_noted
from armwright.cli.garbage import left_at_exit
from armwright.cli.options import ENVIRONMENT, dressed, long_names
from armwright.cli.verbosity import because
from armwright.cli.verbosity import options as words_options
from armwright.errors import EXIT_FAILURE, ArmwrightError, UsageError, exit_code
from armwright.settings import Settings
from armwright.store.failure import printable
from armwright.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["main"]

_INTERRUPTED = 130  # what shells make of Ctrl-C
# By what they are for, in the order in which a newcomer needs them.
_SECTIONS: Mapping[str, tuple[str, ...]] = {
    "to begin": ("init", "check", "create"),
    "to run trials": ("ask", "tell", "add", "renew", "worker", "submit", "stock"),
    "to steer": ("edit", "stop", "resume", "cancel", "requeue"),
    "to look": (
        *("list", "status", "watch", "show", "best", "log", "explain", "replay"),
        *("plot", "summary"),
    ),
    "to run other code": ("exec", "sigopt"),
    "to copy and remove": ("fork", "merge", "export", "import", "archive", "delete"),
    "to look after files": ("doctor", "verify", "warmup", "compact", "gc", "migrate"),
    "to know": ("completion", "schema", "version"),
}
_VERBS = tuple(verb for verbs in _SECTIONS.values() for verb in verbs)
_ALIASES = {
    "suggest": "ask",
    "report": "tell",
    "enqueue": "add",
}  # the words of other tools; not in the help
_TAKEN = ("import", "list")  # names that Python has given away


@final
class _Group(click.Group):
    """Loads a verb's file when it is called; shows our errors and lets bugs have a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """See `click.Group.list_commands`."""
        del ctx
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """See `click.Group.get_command`."""
        del ctx
        cmd_name = _ALIASES.get(cmd_name, cmd_name)
        if cmd_name not in _VERBS:
            return None
        name = f"{cmd_name}_" if cmd_name in _TAKEN else cmd_name
        module = importlib.import_module(f"armwright.cli.{name}")
        return dressed(getattr(module, name), cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """See `click.Group.format_commands`; the verbs by what they are for."""
        with formatter.section("Commands"):
            width = max(map(len, _VERBS))
            for title, verbs in _SECTIONS.items():
                commands = ((verb, self.get_command(ctx, verb)) for verb in verbs)
                rows = [(verb, it.get_short_help_str(66)) for verb, it in commands if it]
                formatter.write_text(f"{title}:")
                with formatter.indentation():
                    formatter.write_dl([(verb.ljust(width), words) for verb, words in rows])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """See `click.Group.resolve_command`; a verb mistyped is told the nearest one."""
        near = difflib.get_close_matches(args[0], _VERBS, n=1)
        if args[0] not in (*_VERBS, *_ALIASES) and near:
            ctx.fail(f"no command {args[0]!r}; did you mean {near[0]!r}?")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """See `click.Group.invoke`."""
        try:
            done = super().invoke(ctx)
            keep_noted(ctx)
            return done
        except ArmwrightError as error:
            click.echo(printable(f"error: {error}"), err=True)
            for line in because(ctx, error):
                click.echo(printable(line), err=True)
            ctx.exit(exit_code(error))
        except OSError as error:
            if error.errno == errno.EPIPE:  # nobody reads on: click ends quietly
                raise
            click.echo(f"error: {error.strerror or error}", err=True)
            _drop_what_is_left_to_print()
            ctx.exit(EXIT_FAILURE)
        except KeyboardInterrupt:
            click.echo("stopped", err=True)
            ctx.exit(_INTERRUPTED)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="armwright")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Bayesian optimization without a server: experiments are folders of plain files.

    An EXPERIMENT is a folder or URL, for example runs/digits or s3://team/lr. Set
    ARMWRIGHT_EXPERIMENT to leave it out.

    \b
    armwright init
    armwright ask runs/digits --json
    """
    ctx.meta[ENVIRONMENT] = dict(os.environ)  # for commands that a verb runs
    _apply_settings(ctx)
    if ctx.invoked_subcommand != "worker":  # which may call its user's own code
        left_at_exit()
    # This process is ours: a GPU it may share with others is not to be taken whole by JAX.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    # A name or value that the terminal cannot show must not cost the answer.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


main.params += words_options()


def _apply_settings(ctx: click.Context) -> None:
    """What the settings files say holds where neither a flag nor the environment says otherwise."""
    settings = Settings.load()
    for verb in settings.options:
        if verb not in _VERBS:
            raise UsageError(f"{', '.join(settings.files)}: there is no command {verb!r}")
    for name in settings.apply():  # until the command ends, where it is called in a program
        ctx.call_on_close(partial(os.environ.pop, name, None))
    invoked = ctx.invoked_subcommand or ""
    verb = _ALIASES.get(invoked, invoked)
    if verb in settings.options and isinstance(ctx.command, click.Group):
        command = ctx.command.get_command(ctx, verb)
        names = {} if command is None else long_names(command)
        ctx.default_map = {invoked: settings.defaults_of(verb, names)}


def _drop_what_is_left_to_print() -> None:
    """Python prints it again as it ends, and failing again would change the exit code to 120."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
