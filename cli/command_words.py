"""Verbs that end in `-- COMMAND`: what follows the two dashes is another program's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

import click

from armwright.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CommandWithWords", "duration_option", "words_of"]

_KEY = "armwright.cli.command_words"


@final
class CommandWithWords(click.Command):
    """A verb whose command line ends in `-- COMMAND`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """See `click.Command.parse_args`."""
        if "--" in args:
            at = args.index("--")
            args, ctx.meta[_KEY] = args[:at], args[at + 1 :]
        return super().parse_args(ctx, args)


def words_of(ctx: click.Context) -> list[str]:
    """The words of the command.

    Raises:
        UsageError: There is none.
    """
    words: list[str] = ctx.meta.get(_KEY, [])
    if not words:
        raise UsageError(
            "which command? expected words after --, got none",
            hint="for example: -- ./train.sh --lr {lr}",
        )
    return words


def duration_option(*names: str, **more: Any) -> Callable[[Any], Any]:
    """An option that takes a length of time."""
    return click.option(*names, metavar="TIME", **more)
