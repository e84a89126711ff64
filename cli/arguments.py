"""What several verbs take in the same way: the experiment, a trial, `--json`; how values print."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import click

from armwright.cli.completing import note
from armwright.errors import UsageError
from armwright.store.failure import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence
    from typing import BinaryIO

    from armwright.persistence import Definition

__all__ = [
    "VERSION",
    "assignments",
    "experiment_and_words",
    "json_option",
    "name_of",
    "only_experiment",
    "print_json",
    "print_table",
    "print_text",
    "public_url",
    "read_definition",
    "read_text",
    "reason_option",
    "trial_number",
    "url_and_trial",
    "url_and_words",
]

VERSION = 1  # of every JSON document printed

json_option: Callable[[Any], Any] = click.option(
    "--json", "as_json", is_flag=True, help="One JSON document on stdout."
)

reason_option: Callable[[Any], Any] = click.option(
    "--reason", default="", metavar="TEXT", help="Why; kept with it, for people."
)

_NUMBER = re.compile(r"[0-9]{1,15}")
_PLAIN_WORD = re.compile(r"[^\s\"'\\=]+")


def experiment_and_words(words: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Takes the experiment off the front of a verb's words.

    The first word is the experiment, unless `ARMWRIGHT_EXPERIMENT` names one and the words begin
    with a trial number or are none.

    Raises:
        UsageError: Neither names an experiment.
    """
    named = os.environ.get("ARMWRIGHT_EXPERIMENT")
    if named and (not words or _NUMBER.fullmatch(words[0])):
        return named, tuple(words)
    if not words or not words[0]:
        raise UsageError(
            "which experiment? expected a folder or URL, got none",
            hint="name it, for example runs/digits, or set ARMWRIGHT_EXPERIMENT",
        )
    note(words[0])
    return words[0], tuple(words[1:])


def url_and_words(words: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The same for a verb whose other words are name=value.

    Raises:
        UsageError: Neither names an experiment.
    """
    named = os.environ.get("ARMWRIGHT_EXPERIMENT")
    if named and words and ("=" in words[0] or words[0].startswith("{")):
        return os.environ["ARMWRIGHT_EXPERIMENT"], tuple(words)
    return experiment_and_words(words)


def url_and_trial(words: Sequence[str], example: str) -> tuple[str, int]:
    """The experiment and one trial's number, for a verb that takes just these.

    Raises:
        UsageError: There is something else.
    """
    url, rest = experiment_and_words(words)
    if len(rest) != 1:
        got = " ".join(words) or "nothing"
        raise UsageError(f"expected an experiment and a trial, got {got}", hint=example)
    return url, trial_number(rest[0])


def only_experiment(words: Sequence[str]) -> str:
    """The experiment, for a verb that takes nothing else.

    Raises:
        UsageError: There is none, or something beside it.
    """
    url, rest = experiment_and_words(words)
    if rest:
        raise UsageError(f"expected one experiment, got also {' '.join(rest)}")
    return url


def trial_number(word: str) -> int:
    """Reads a trial's number.

    Raises:
        UsageError: It is not a whole number.
    """
    if not _NUMBER.fullmatch(word):
        raise UsageError(f"expected a trial's number, such as 3, got {word!r}")
    return int(word)


def public_url(url: str) -> str:
    """A URL as it may be printed: without credentials."""
    from armwright.store.address import shown

    return shown(url)


def assignments(parameters: Mapping[str, Any]) -> str:
    """Parameters on one line: name=value, in quotes where a value is not one plain word."""
    return "  ".join(f"{_word(name)}={_word(value)}" for name, value in parameters.items())


def _word(value: Any) -> str:
    if isinstance(value, str) and not _PLAIN_WORD.fullmatch(value):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def name_of(file: BinaryIO) -> str:
    """The path that a file was opened by; - for standard input."""
    name = getattr(file, "name", "-")
    return "-" if name in ("<stdin>", 0) else str(name)


def read_definition(file: BinaryIO) -> Definition:
    """Reads an experiment file.

    Raises:
        UsageError: It cannot be read, or has a fault.
    """
    from armwright.experiment_file import definition_from_file

    return definition_from_file(_read(file), source=_source(file))


def read_text(file: BinaryIO) -> str:
    """Reads text in UTF-8.

    Raises:
        UsageError: It cannot be read, or is none.
    """
    try:
        return _read(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{_source(file)} is not text in UTF-8") from error


def _source(file: BinaryIO) -> str:
    name = name_of(file)
    return "standard input" if name == "-" else name


def _read(file: BinaryIO) -> bytes:
    try:
        return file.read()
    except OSError as error:  # such as a folder
        raise UsageError(
            f"cannot read {_source(file)}: {(error.strerror or str(error)).lower()}"
        ) from error


def print_table(
    names: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    bold: Container[int] = (),
    right: Container[str] = (),
) -> None:
    """Prints rows in columns; on a terminal as wide as that, elsewhere as wide as they are.

    Args:
        names: Of the columns; none for a table without a head.
        rows: Texts; shown as they are, whatever brackets they hold.
        bold: Which rows stand out on a terminal, counted from 0; none where NO_COLOR is set.
        right: Names of columns of numbers.
    """
    from rich.console import Console
    from rich.table import Table

    plain = bool(os.environ.get("NO_COLOR"))
    head = "" if plain else "bold"
    table = Table(box=None, pad_edge=False, show_header=bool(names), header_style=head)
    for name in names:
        table.add_column(name, justify="right" if name in right else "left")
    for place, row in enumerate(rows):
        table.add_row(*map(printable, row), style="bold" if place in bold and not plain else None)
    # Names and values are shown as they are: they are no markup, whatever brackets they hold.
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, emoji=False, width=10_000)
    console.print(table)


def print_text(text: str, *, err: bool = False) -> None:
    """Prints what experiments hold: names and notes that others chose move no cursor."""
    click.echo(printable(text), err=err)


def print_json(document: dict[str, Any]) -> None:
    """Prints one document on stdout, with its version first."""
    click.echo(json.dumps({"v": VERSION, **document}, allow_nan=False))
