"""`armwright create`: makes an experiment from an experiment file."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from armwright.cli.arguments import (
    json_option,
    only_experiment,
    print_json,
    public_url,
    read_definition,
)

if TYPE_CHECKING:
    from typing import BinaryIO

    from armwright.persistence import StoredExperiment

__all__ = ["create"]


@click.command(short_help="Make an experiment from an experiment file.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@click.option(
    "--from",
    "definition",
    type=click.File("rb"),
    required=True,
    help="The experiment file: YAML, TOML or JSON; - reads stdin.",
)
@json_option
def create(words: tuple[str, ...], definition: BinaryIO, *, as_json: bool) -> None:
    """Make EXPERIMENT (a folder or URL) from an experiment file.

    The file names parameters and an objective: armwright init writes one. SigOpt's experiment.yml
    is understood as well.

    \b
    armwright create runs/digits --from digits.yml
    armwright create s3://team/lr --from - --json < lr.json
    """
    from armwright.persistence import StoredExperiment

    url = only_experiment(words)
    made = read_definition(definition)
    stored = StoredExperiment.create(
        url,
        made.experiment,
        budget=made.budget,
        seed=made.seed,
        generation=made.generation,
        parts=made.parts,
    )
    if as_json:
        print_json(
            {
                "experiment": stored.url,
                "name": stored.name,
                "budget": stored.budget,
                "seed": stored.seed,
            }
        )
    else:
        click.echo(f"created {stored.url}")
        ident = _sigopt_id(stored)
        if ident is not None:
            click.echo(f"SigOpt code finds it as {ident}", err=True)
    for note in made.notes:
        click.echo(f"note: {note}", err=True)
    click.echo(f"next: armwright ask {shlex.quote(public_url(url))}", err=True)


def _sigopt_id(stored: StoredExperiment) -> str | None:
    """By which SigOpt code finds the experiment; None where it does not."""
    from armwright.persistence.kept_definition import kept_definition

    if not kept_definition(stored.state):
        return None
    from armwright.sigopt.experiment_folder import id_in_store

    return id_in_store(stored.url)
