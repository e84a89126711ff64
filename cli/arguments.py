"""What several verbs take in the same way: the experiment, a trial, and `--json`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import click

from armwright.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["VERSION", "experiment_and_words", "json_option", "print_json", "trial_number"]

VERSION = 1  # of every JSON document printed

json_option: Callable[[Any], Any] = click.option(
    "--json", "as_json", is_flag=True, help="One JSON document on stdout."
)


def experiment_and_words(words: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Takes the experiment off the front of a verb's words.

    The first word is the experiment, unless `ARMWRIGHT_EXPERIMENT` names one and the words begin
    with a trial number or are none.

    Raises:
        UsageError: Neither names an experiment.
    """
    named = os.environ.get("ARMWRIGHT_EXPERIMENT")
    if named and (not words or words[0].isdigit()):
        return named, tuple(words)
    if not words:
        raise UsageError(
            "which experiment? expected a folder or URL, got none",
            hint="name it, for example runs/digits, or set ARMWRIGHT_EXPERIMENT",
        )
    return words[0], tuple(words[1:])


def trial_number(word: str) -> int:
    """Reads a trial's number.

    Raises:
        UsageError: It is not a whole number.
    """
    if not word.isdigit():
        raise UsageError(f"expected a trial's number, such as 3, got {word!r}")
    return int(word)


def print_json(document: dict[str, Any]) -> None:
    """Prints one document on stdout, with its version first."""
    click.echo(json.dumps({"v": VERSION, **document}, allow_nan=False))
