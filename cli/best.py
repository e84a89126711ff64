"""`armwright best`: the best finished trial."""

from __future__ import annotations

import click

from armwright.cli.arguments import json_option, only_experiment, print_json

__all__ = ["best"]


@click.command(short_help="Print the best finished trial.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@json_option
def best(words: tuple[str, ...], *, as_json: bool) -> None:
    """Print the best finished trial of EXPERIMENT: the best measured value of its objective.

    Where results carry noise, the best of them is a lucky one: then the trial is printed of which a
    model of all results expects most.

    Ends with 3 when no trial is completed yet.

    \b
    armwright best runs/digits
    armwright best runs/digits --json
    """
    from armwright.persistence import StoredExperiment

    stored = StoredExperiment.open(only_experiment(words))
    found = stored.best()
    if as_json:
        print_json({"experiment": stored.url, **found.as_dict()})
        return
    arm = f"  arm {found.arm.name}" if found.in_batch else ""
    value = f"{found.mean:.6g}"
    if found.expected is not None:
        value = f"{found.expected:.6g} ± {found.expected_sd:.2g} expected, {value} measured"
    lines = [f"trial {found.number}{arm}  {found.metric} {value}"]
    lines += [f"  {name} = {value}" for name, value in found.arm.parameters.items()]
    click.echo("\n".join(lines))
