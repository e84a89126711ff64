"""`armwright ask`: takes arms to try."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

import click

from armwright.cli.arguments import (
    assignments,
    json_option,
    only_experiment,
    print_json,
    public_url,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armwright.persistence import AskedTrial

__all__ = ["ask"]

_FEW = 1000  # trials up to which a GPU does not pay; see armwright.optimizer.device


@click.command(short_help="Take trials to run.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@click.option("-n", "--count", default=1, type=click.IntRange(1, 64), help="How many trials.")
@click.option(
    "--within",
    type=click.FloatRange(min=0.0),
    metavar="SECONDS",
    help="Take the best found by then; the record says what was cut.",
)
@json_option
def ask(words: tuple[str, ...], count: int, *, within: float | None, as_json: bool) -> None:
    """Take trials of EXPERIMENT to run; each is yours until you tell its result.

    Prints a line per trial: its number, then parameter=value. Ends with 3 when none is left.

    \b
    armwright ask runs/digits
    armwright ask runs/digits -n 4 --json --within 2
    """
    from armwright.persistence import StoredExperiment

    url = only_experiment(words)
    stored = StoredExperiment.open(url)
    if sum(stored.state.counts.values()) < _FEW and _device() in {"auto", "cpu"}:
        # Our process, and no GPU would be used: JAX need not look for one, which takes seconds.
        os.environ.setdefault("JAX_PLATFORMS", "cpu")
    trials = stored.ask(count, within=within)
    try:
        _print(trials, stored.url, as_json=as_json)
    except OSError:
        # Nobody reads our answer, so nobody will run these: they go back to whoever asks next.
        for trial in trials:
            stored.release(trial, reason="the answer could not be printed")
        raise
    click.echo(
        f"next: armwright tell {shlex.quote(public_url(url))} {trials[0].number} METRIC=VALUE",
        err=True,
    )


def _device() -> str:
    return os.environ.get("ARMWRIGHT_DEVICE", "").lower() or "auto"


def _print(trials: Sequence[AskedTrial], url: str, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "experiment": url,
                "trials": [
                    {
                        "trial": trial.number,
                        "attempt": trial.attempt,
                        "arm": trial.arm.name,
                        "parameters": trial.arm.parameters,
                    }
                    for trial in trials
                ],
            }
        )
        return
    click.echo(
        "\n".join(f"{trial.number}  {assignments(trial.arm.parameters)}" for trial in trials)
    )
