"""`armwright best`: the best finished trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from armwright.cli.arguments import (
    assignments,
    json_option,
    only_experiment,
    print_json,
    print_text,
)

if TYPE_CHECKING:
    from armwright.persistence import StoredExperiment

__all__ = ["best"]


@click.command(short_help="Print the best finished trial.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@click.option("--pareto", is_flag=True, help="All best trade-offs between several objectives.")
@json_option
def best(words: tuple[str, ...], *, pareto: bool, as_json: bool) -> None:
    """Print the best finished trial of EXPERIMENT: the best measured value of its objective.

    Where results carry noise, the best of them is a lucky one: then the trial is printed of which a
    model of all results expects most. With --pareto, or where several solutions are wanted, a line
    for each trial that no other one beats in every objective. Ends with 3 when there is none yet.

    \b
    armwright best runs/digits --json
    armwright best runs/speed-and-size --pareto
    """
    from armwright.persistence import StoredExperiment

    stored = StoredExperiment.open(only_experiment(words))
    if pareto or _has_several(stored):
        _print_front(stored, as_json=as_json)
        return
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
    print_text("\n".join(lines))


def _has_several(stored: StoredExperiment) -> bool:
    from armwright.persistence.kept_definition import kept_definition

    if not kept_definition(stored.state):
        return False
    from armwright.sigopt.best_trials import several_are_best

    return several_are_best(stored)


def _print_front(stored: StoredExperiment, *, as_json: bool) -> None:
    from armwright.persistence.kept_definition import kept_definition

    if kept_definition(stored.state):
        from armwright.sigopt.best_trials import best_trials as best_of
    else:
        from armwright.persistence.pareto import pareto_front as best_of
    front = best_of(stored)
    if as_json:
        print_json({"experiment": stored.url, "front": [item.as_dict() for item in front]})
        return
    for item in front:
        values = "  ".join(f"{name} {mean:.6g}" for name, (mean, _) in item.values.items())
        print_text(f"trial {item.number}  {values}  {assignments(item.parameters)}")
