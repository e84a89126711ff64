"""`armwright add`: trials with arms of one's own choice, with or without results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from armwright.cli.arguments import (
    json_option,
    name_of,
    print_json,
    read_text,
    url_and_words,
)
from armwright.errors import UsageError

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["add"]


@click.command(short_help="Add trials with parameters of your own, or known results.")
@click.argument("words", metavar="[EXPERIMENT] [PARAMETER=VALUE]...", nargs=-1)
@click.option(
    "-r", "--result", "results", multiple=True, metavar="METRIC=VALUE", help="What it measured."
)
@click.option("--from", "file", type=click.File("rb"), help="JSON lines, for many; - reads stdin.")
@json_option
def add(
    words: tuple[str, ...], results: tuple[str, ...], file: BinaryIO | None, *, as_json: bool
) -> None:
    """Add a trial with the given parameters to EXPERIMENT; the next who asks takes it.

    With results it has ended at once, and the model learns from it. Lines of --from:
    {"parameters": {"lr": 0.1}, "values": {"loss": [0.3, 0.01]}}, values being optional.

    \b
    armwright add runs/digits C=1.0 kernel=rbf -r accuracy=0.93±0.01
    armwright add runs/digits --from known.jsonl --json
    """
    from armwright.persistence import StoredExperiment
    from armwright.persistence.adding import (
        GivenTrial,
        add_trials,
        given_from_text,
        parameters_from_words,
    )
    from armwright.persistence.reports import results_from_words

    url, rest = url_and_words(words)
    if (file is None) == (not rest):
        raise UsageError(
            "expected parameters in words or --from a file, got "
            + ("neither" if file is None else "both")
        )
    if file is not None and results:
        raise UsageError("expected results in the lines of --from, got them in words")
    given = [] if file is None else given_from_text(read_text(file), source=name_of(file))
    stored = StoredExperiment.open(url)
    if file is None:
        parameters = parameters_from_words(rest, stored.search_space)
        given = [GivenTrial(parameters=parameters, values=results_from_words(results))]
    numbers = add_trials(stored, given)
    trials = [{"trial": number, "status": stored.facts(number).status} for number in numbers]
    if as_json:
        print_json({"experiment": stored.url, "trials": trials})
        return
    for trial in trials:
        click.echo(f"{trial['trial']}  {trial['status']}")
