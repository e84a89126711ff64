"""`-q` and `-v`: fewer words beside the answer, or more of them."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import ExitStack, contextmanager, redirect_stderr
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["because", "is_quiet", "options", "with_words"]

_QUIET, _VERBOSE = "armwright.quiet", "armwright.verbose"  # in the root context's meta
_HELP = {
    _QUIET: "No notes, progress or next steps on stderr; errors all the same.",
    _VERBOSE: "More on stderr: what is logged, and why an error came about.",
}
_THEIRS = ("exec", "sigopt", "submit")  # their -q and -v are other programs'


def options(*, hidden: bool = False) -> list[click.Option]:
    """The two options, as any command takes them.

    Args:
        hidden: Whether the command's help leaves them out.
    """
    return [
        click.Option(
            list(names),
            is_flag=True,
            expose_value=False,
            callback=_remember(key),
            help=_HELP[key],
            hidden=hidden,
        )
        for names, key in ((("-q", "--quiet"), _QUIET), (("-v", "--verbose"), _VERBOSE))
    ]


def with_words(command: click.Command, verb: str) -> None:
    """Gives a verb the options too, and has it keep to them."""
    if verb not in _THEIRS:
        taken = {name for item in command.params for name in item.opts}
        command.params += [it for it in options(hidden=True) if not taken & set(it.opts)]
    invoke = command.invoke

    def spoken(context: click.Context) -> Any:
        with _chosen(context):
            return invoke(context)

    command.invoke = spoken  # type: ignore[assignment,method-assign] # of this one object


def is_quiet(context: click.Context) -> bool:
    """Whether nothing is to be seen on stderr, so that nobody can be asked there."""
    return bool(context.find_root().meta.get(_QUIET))


def because(context: click.Context, error: BaseException) -> Iterator[str]:
    """With -v, what an error came from, cause by cause."""
    cause = error.__cause__
    while context.find_root().meta.get(_VERBOSE) and cause is not None:
        yield f"because: {type(cause).__name__}: {cause}"
        cause = cause.__cause__


def _remember(key: str) -> Callable[[click.Context, click.Parameter, bool], None]:
    def remember(context: click.Context, parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001 - as click calls it
        del parameter
        if value:
            context.find_root().meta[key] = True

    return remember


@contextmanager
def _chosen(context: click.Context) -> Iterator[None]:
    meta = context.find_root().meta
    with ExitStack() as stack:
        if meta.get(_QUIET):
            nowhere = stack.enter_context(open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123 - no path of ours
            stack.enter_context(redirect_stderr(nowhere))
        elif meta.get(_VERBOSE):
            stack.enter_context(_logged())
        yield


@contextmanager
def _logged() -> Iterator[None]:
    """What this package logs, on stderr."""
    logger, handler = logging.getLogger("armwright"), logging.StreamHandler(sys.stderr)
    before = logger.level
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
