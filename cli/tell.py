"""`armwright tell`: reports how a trial ended."""

from __future__ import annotations

import click

from armwright.cli.arguments import experiment_and_words, json_option, print_json, trial_number
from armwright.errors import UsageError

__all__ = ["tell"]


@click.command(short_help="Report the result of a trial, or that it failed.")
@click.argument("words", metavar="[EXPERIMENT] TRIAL [METRIC=VALUE]...", nargs=-1)
@click.option("--failed", is_flag=True, help="The trial failed; there is no result.")
@click.option(
    "--why", help="The kind of failure: crash, oom, timeout, infeasible or your own word."
)
@click.option("--step", type=float, help="How far it is; it goes on running.")
@json_option
def tell(
    words: tuple[str, ...], why: str | None, step: float | None, *, failed: bool, as_json: bool
) -> None:
    """Report the result of TRIAL, or that it failed; with --step, how far it is.

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
    number, failed = trial_number(rest[0]), failed or why is not None
    results = _results(rest[1:])
    if failed and results:
        raise UsageError(
            f"trial {number} has either results or --failed, got both: {' '.join(rest[1:])}"
        )
    if failed and step is not None:
        raise UsageError(f"trial {number} either goes on or has failed, got --step and --failed")
    stored = StoredExperiment.open(url)
    if step is not None:
        stored.report(number, results, step=int(step) if step.is_integer() else step)
        _print_step(stored.url, number, step, as_json=as_json)
        return
    if failed:
        ended = stored.fail(number, reason="crash" if why is None else why)
    else:
        ended = stored.tell(number, results)
    if as_json:
        print_json({"experiment": stored.url, "trial": number, **ended.as_dict()})
        return
    click.echo(f"{number}  {ended}")


def _print_step(url: str, number: int, step: float, *, as_json: bool) -> None:
    if as_json:
        print_json({"experiment": url, "trial": number, "state": "running", "step": step})
    else:
        click.echo(f"{number}  running  step {step:g}")


def _results(words: tuple[str, ...]) -> dict[str, float | tuple[float, float | None]]:
    results: dict[str, float | tuple[float, float | None]] = {}
    for word in words:
        # A metric's name may hold =, a number cannot.
        metric, equals, value = word.rpartition("=")
        if not equals or not metric or not value:
            raise UsageError(f"expected metric=value or metric=value±error, got {word!r}")
        if metric in results:
            raise UsageError(f"expected one value for {metric}, got another: {word!r}")
        results[metric] = _result(metric, value)
    return results


def _result(metric: str, text: str) -> float | tuple[float, float | None]:
    mean, sign, sem = text.replace("+-", "±").partition("±")
    try:
        return (float(mean), float(sem)) if sign else float(mean)
    except ValueError as error:
        raise UsageError(
            f"{metric} should be a number, or one ± its standard error, got {text!r}"
        ) from error
