"""`armwright fork`: a new experiment that begins with what another one measured."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from armwright.cli.arguments import json_option, print_json, public_url, read_definition

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["fork"]


@click.command(short_help="Begin a new experiment with the trials of another.")
@click.argument("source", metavar="EXPERIMENT")
@click.argument("target", metavar="NEW")
@click.option(
    "--from",
    "definition",
    type=click.File("rb"),
    help="Another experiment file: bounds, objective, ...; - reads stdin.",
)
@click.option("--budget", type=click.IntRange(1), help="New trials; as EXPERIMENT's if left out.")
@click.option("--seed", type=int, help="Decides new arms; EXPERIMENT's if left out.")
@json_option
def fork(
    source: str,
    target: str,
    definition: BinaryIO | None,
    budget: int | None,
    seed: int | None,
    *,
    as_json: bool,
) -> None:
    """Make the experiment NEW with all trials of EXPERIMENT that have ended.

    Parameters keep their names and types; their bounds, and all else, may change.

    \b
    armwright fork runs/digits runs/digits-2 --budget 20
    armwright fork runs/digits s3://team/wide --from wide.toml --json
    """
    from armwright.persistence.fork import fork

    made = None if definition is None else read_definition(definition)
    stored = fork(
        source,
        target,
        definition=made and made.experiment,
        parts=made and made.parts,
        budget=made.budget if budget is None and made else budget,
        seed=made.seed if seed is None and made else seed,
        generation=(made.generation if made else None) or None,
    )
    if as_json:
        print_json(
            {
                "experiment": stored.url,
                "forked_from": stored.state.experiment["forked_from"],
                "given": len(stored.trials),
                "budget": stored.budget,
                "seed": stored.seed,
            }
        )
    else:
        click.echo(f"created {stored.url} with {len(stored.trials)} trials given")
    click.echo(f"next: armwright ask {shlex.quote(public_url(target))}", err=True)
