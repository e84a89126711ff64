"""`armwright tell`: reports how a trial ended."""

from __future__ import annotations

import re

import click

from armwright.cli.arguments import experiment_and_words, json_option, print_json, trial_number
from armwright.errors import UsageError

__all__ = ["tell"]

_RESULT = re.compile(r"(?P<metric>[^=]+)=(?P<mean>[^±]+?)(?:(?:±|\+-)(?P<sem>.+))?")


@click.command()
@click.argument("words", metavar="[EXPERIMENT] TRIAL [METRIC=VALUE]...", nargs=-1)
@click.option("--failed", is_flag=True, help="The trial failed; there is no result.")
@click.option(
    "--why", help="The kind of failure: crash, oom, timeout, infeasible or your own word."
)
@json_option
def tell(words: tuple[str, ...], why: str | None, *, failed: bool, as_json: bool) -> None:
    """Report the result of TRIAL, or that it failed.

    A standard error may follow a value: accuracy=0.93±0.01, or accuracy=0.93+-0.01. A value that is
    not finite is recorded as a failure of kind nan.

    \b
    armwright tell runs/digits 3 accuracy=0.93
    armwright tell runs/digits 4 --failed --why oom
    """
    from armwright.persistence import StoredExperiment

    url, rest = experiment_and_words(words)
    if not rest:
        raise UsageError("which trial? expected its number, got none")
    number = trial_number(rest[0])
    results = dict(_result(word) for word in rest[1:])
    if (failed or why) and results:
        raise UsageError(
            f"trial {number} has either results or --failed, got both: {' '.join(rest[1:])}"
        )
    stored = StoredExperiment.open(url)
    if failed or why:
        ended = stored.fail(number, reason=why or "crash")
    else:
        ended = stored.tell(number, results)
    if as_json:
        print_json({"experiment": url, "trial": number, **ended.as_dict()})
        return
    click.echo(f"{number}  {ended}")


def _result(word: str) -> tuple[str, float | tuple[float, float]]:
    match = _RESULT.fullmatch(word)
    if match is None:
        raise UsageError(f"expected metric=value or metric=value±error, got {word!r}")
    try:
        mean = float(match["mean"])
        if match["sem"] is None:
            return match["metric"], mean
        return match["metric"], (mean, float(match["sem"]))
    except ValueError as error:
        raise UsageError(f"{match['metric']} should be a number, got {word!r}") from error
