"""`armwright best`: the best finished trial."""

from __future__ import annotations

import click

from armwright.cli.arguments import experiment_and_words, json_option, print_json

__all__ = ["best"]


@click.command()
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@json_option
def best(words: tuple[str, ...], *, as_json: bool) -> None:
    """Print the best finished trial of EXPERIMENT: the best measured value of its objective.

    \b
    armwright best runs/digits
    armwright best runs/digits --json
    """
    from armwright.persistence import StoredExperiment

    url, rest = experiment_and_words(words)
    if rest:
        raise click.UsageError(f"expected one experiment, got also {' '.join(rest)}")
    found = StoredExperiment.open(url).best()
    if as_json:
        print_json({"experiment": url, **found.as_dict()})
        return
    click.echo(f"trial {found.number}  {found.metric} {found.mean:.6g}")
    for name, value in found.arm.parameters.items():
        click.echo(f"  {name} = {value}")
