"""`armwright ask`: takes arms to try."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from armwright.cli.arguments import (
    assignments,
    json_option,
    only_experiment,
    print_json,
    public_url,
)
from armwright.cli.completing import note
from armwright.cli.garbage import uncollected
from armwright.errors import UsageError

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
@click.option("--env", "as_env", is_flag=True, help="One trial as variables, for a shell.")
@click.option("--to", "file", metavar="FILE", help="One trial's parameters as JSON, too.")
@json_option
def ask(
    words: tuple[str, ...],
    count: int,
    *,
    within: float | None,
    as_env: bool,
    file: str | None,
    as_json: bool,
) -> None:
    """Take trials of EXPERIMENT to run; each is yours until you tell its result.

    Prints a line per trial: its number, then parameter=value. eval "$(armwright ask --env)" sets
    ARMWRIGHT_TRIAL, ARMWRIGHT_PARAM_lr and so on. Ends with 3 when none is left.

    \b
    armwright ask runs/digits
    armwright ask runs/digits -n 4 --json --within 2
    """
    if count > 1 and (as_env or file is not None):
        raise UsageError(f"--env and --to are for one trial, got --count {count}")
    if as_env and as_json:
        raise UsageError("expected --env or --json, got both")
    with uncollected():
        from armwright.persistence import StoredExperiment
        from armwright.persistence.environment import environment_lines

        url = only_experiment(words)
        stored = StoredExperiment.open(url)
        if sum(stored.state.counts.values()) < _FEW and _device() in {"auto", "cpu"}:
            # Our process, and no GPU would be used: JAX need not look for one, which takes seconds.
            os.environ.setdefault("JAX_PLATFORMS", "cpu")
        trials = stored.ask(count, within=within)
    note(stored.url, trials[-1].number)
    try:
        if file is not None:
            _write(trials[0], file)
        if as_env:
            click.echo("\n".join(environment_lines(trials[0], stored.url)))
        else:
            _print(trials, stored.url, as_json=as_json)
    except (OSError, UsageError):
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


def _write(trial: AskedTrial, file: str) -> None:
    try:
        with Path(file).open("w", encoding="utf-8") as out:
            out.write(f"{json.dumps(trial.parameters)}\n")
    except OSError as error:
        words = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write {file!r}: {words}") from error


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
                        "parameters": dict(trial.parameters),
                    }
                    for trial in trials
                ],
            }
        )
        return
    click.echo("\n".join(f"{trial.number}  {assignments(trial.parameters)}" for trial in trials))
