"""`armwright check`: whether an experiment file can be run, and what its arms look like."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import click

from armwright.cli.arguments import (
    assignments,
    json_option,
    name_of,
    print_json,
    read_definition,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

__all__ = ["check"]


@click.command(short_help="Check an experiment file; show its space and example arms.")
@click.argument("file", metavar="FILE", type=click.File("rb"))
@click.option("-n", "--arms", default=10, type=click.IntRange(0, 1000), help="How many examples.")
@json_option
def check(file: BinaryIO, arms: int, *, as_json: bool) -> None:
    """Check FILE, an experiment file in YAML, TOML or JSON; - reads stdin. Makes nothing.

    Shows the search space and ten arms. Where the file has a seed they are the very first that the
    experiment will give. Ends with 2 if the file cannot be run, and says which line or key.

    \b
    armwright check experiment.yml
    armwright check experiment.yml -n 3 --json
    """
    made = read_definition(file)
    from armwright.persistence.checking import checked

    found = checked(made, count=arms)
    if as_json:
        print_json({"file": name_of(file), **found})
    else:
        click.echo("\n".join(_lines(found)))
    for note in found["notes"]:
        click.echo(f"note: {note}", err=True)
    click.echo(f"next: armwright create EXPERIMENT --from {shlex.quote(name_of(file))}", err=True)


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield "  ".join(
        f"{'minimize' if item['minimize'] else 'maximize'} {item['metric']}"
        for item in found["objective"]
    )
    for line in (*found["parameters"], *found["constraints"], *found["rules"]):
        yield f"  {line}"
    if found["tracking_metrics"]:
        yield f"also recorded: {', '.join(found['tracking_metrics'])}"
    budget = "no budget" if found["budget"] is None else f"budget {found['budget']}"
    points = "" if found["points"] is None else f", {found['points']} points"
    seed = "fresh entropy" if found["seed"] is None else f"seed {found['seed']}"
    yield f"{budget}{points}, {seed}"
    if found["arms"]:
        yield "the first arms:" if found["seed"] is not None else "arms such as these:"
    for number, parameters in enumerate(found["arms"]):
        yield f"  {number}  {assignments(parameters)}"
