"""`armwright warmup`: compiles beforehand what models will need."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from armwright.cli.arguments import json_option, only_experiment, print_json
from armwright.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from armwright.optimizer import Warmed

__all__ = ["warmup"]

_USUAL = (1, 2, 3, 4, 5, 6, 8, 10)
_TRIALS = 64


@click.command(short_help="Compile beforehand what models will need.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@click.option(
    "-p",
    "--parameters",
    multiple=True,
    type=click.IntRange(1, 200),
    help="For one objective of so many numbers, instead of an experiment; repeat it for more.",
)
@click.option(
    "--trials",
    type=click.IntRange(1, 4000),
    help=f"For up to so many; the experiment's budget, else {_TRIALS}, if left out.",
)
@click.option(
    "--model",
    metavar="NAME",
    help="For arms by this member of Models, GPKG for example; as EXPERIMENT says if left out.",
)
@json_option
def warmup(
    words: tuple[str, ...],
    parameters: tuple[int, ...],
    trials: int | None,
    model: str | None,
    *,
    as_json: bool,
) -> None:
    """Compile the programs that EXPERIMENT's models will need, so that no arm waits for it.

    They are kept in ARMWRIGHT_CACHE, or ~/.cache/armwright, for this kind of machine. Without an
    experiment: for objectives of 1 to 10 numbers. Progress goes to stderr.

    \b
    armwright warmup runs/digits
    armwright warmup -p 6 --trials 100 --json
    """
    sizes: list[dict[str, Any]] = []
    for what, made in _work(words, parameters, trials, model):
        for one in made:
            sizes.append(
                {
                    "for": what,
                    "rows": one.rows,
                    "programs": one.programs,
                    "compiled": one.compiled,
                    "seconds": round(one.seconds, 3),
                }
            )
            spent = f"compiled in {one.seconds:.1f} s" if one.compiled else "there already"
            click.echo(f"{what}, up to {one.rows} trials: {spent}", err=True)
    from armwright.optimizer.cache import cache_folder

    compiled, programs = (sum(size[what] for size in sizes) for what in ("compiled", "programs"))
    if as_json:
        print_json({"cache": str(cache_folder()), "compiled": compiled, "sizes": sizes})
        return
    click.echo(f"{programs} programs ready in {cache_folder()}, {compiled} of them new")


def _work(
    words: Sequence[str], parameters: Sequence[int], trials: int | None, model: str | None
) -> Iterator[tuple[str, Iterator[Warmed]]]:
    """What to warm up, by name."""
    from armwright.generation.models import Models
    from armwright.generation.warm_up import warm_up_columns, warm_up_experiment

    if parameters and words:
        raise UsageError("expected an experiment or --parameters, got both")
    if model is not None and model not in Models.__members__:
        names = ", ".join(Models.__members__)
        raise UsageError(f"there is no model {model!r}; there are {names}")
    if parameters or not (words or os.environ.get("ARMWRIGHT_EXPERIMENT")):
        if model not in (None, "GPEI"):
            raise UsageError(f"--model is for an experiment's models, got {model} without one")
        for count in parameters or _USUAL:
            noun = "parameter" if count == 1 else "parameters"
            yield f"{count} {noun}", warm_up_columns(count, trials=trials or _TRIALS)
        return
    from armwright.persistence import StoredExperiment
    from armwright.persistence.facts import generation_of, plan_of

    stored = StoredExperiment.open(only_experiment(words))
    plan, known = plan_of(stored.state), stored.known
    most = trials or plan["budget"] or max(_TRIALS, 2 * len(known.trials))
    yield (
        stored.url,
        warm_up_experiment(
            known,
            trials=most,
            model=Models[model or "GPEI"],
            options=None if model else generation_of(plan),
        ),
    )
