"""`armwright create`: makes an experiment from a definition file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from armwright.cli.arguments import experiment_and_words, json_option, print_json

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["create"]


@click.command()
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@click.option(
    "--from",
    "definition",
    type=click.File("r", encoding="utf-8"),
    required=True,
    help="The definition, TOML or JSON; - reads stdin.",
)
@json_option
def create(words: tuple[str, ...], definition: TextIO, *, as_json: bool) -> None:
    """Make EXPERIMENT (a folder or URL) from a definition file.

    \b
    armwright create runs/digits --from digits.toml
    echo '{"parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
           "objective": {"metric": "loss", "minimize": true}}' | armwright create runs/try --from -
    """
    from armwright.persistence import StoredExperiment, definition_from_text

    url, rest = experiment_and_words(words)
    if rest:
        raise click.UsageError(f"expected one experiment, got also {' '.join(rest)}")
    source = "standard input" if definition.name in ("-", "<stdin>") else definition.name
    made = definition_from_text(definition.read(), source=source)
    stored = StoredExperiment.create(url, made.experiment, budget=made.budget, seed=made.seed)
    if as_json:
        print_json(
            {
                "experiment": stored.url,
                "name": stored.name,
                "budget": stored.budget,
                "seed": stored.seed,
            }
        )
        return
    click.echo(f"created {stored.url}")
    click.echo(f"next: armwright ask {url}", err=True)
