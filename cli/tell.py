"""`armwright tell`: reports how a trial ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from armwright.cli.arguments import (
    experiment_and_words,
    json_option,
    name_of,
    print_json,
    read_text,
    trial_number,
)
from armwright.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

    from armwright.persistence import EndedTrial
    from armwright.persistence.reports import Report

__all__ = ["tell"]


@click.command(short_help="Report the result of a trial, or that it failed.")
@click.argument("words", metavar="[EXPERIMENT] TRIAL [METRIC=VALUE]...", nargs=-1)
@click.option("--from", "file", type=click.File("rb"), help="JSON lines; - reads stdin.")
@click.option("--step", type=float, help="How far it is; it goes on running.")
@click.option("--failed", is_flag=True, help="The trial failed; there is no result.")
@click.option("--why", help="crash, oom, timeout, infeasible or your own word.")
@click.option("--note", default="", help="On a failure, for people.")
@click.option("--attempt", type=click.IntRange(1), help="The running one if left out.")
@json_option
def tell(words: tuple[str, ...], file: BinaryIO | None, *, as_json: bool, **told: Any) -> None:
    """Report the result of TRIAL, or that it failed; with --step, how far it is.

    A standard error may follow: accuracy=0.93±0.01, or 0.93+-0.01. What is not finite is a failure
    of kind nan. Lines of --from: {"accuracy": 0.93}, or {"trial": 3, "values": {...}} for many.

    \b
    armwright tell runs/digits 3 accuracy=0.93
    ./train.sh | tail -1 | armwright tell runs/digits 4 --from -
    armwright tell runs/digits 5 --failed --why oom
    """
    from armwright.persistence import StoredExperiment
    from armwright.persistence.reports import reports_from_text, tell_reports

    url, rest = experiment_and_words(words)
    number = trial_number(rest[0]) if rest else None
    if file is None:
        reports = [_report(number, rest[1:], **told)]
    elif rest[1:] or told["step"] is not None or any(told.values()):
        raise UsageError("expected the results in words or --from a file, got both")
    else:
        reports = reports_from_text(read_text(file), source=name_of(file), number=number)
    stored = StoredExperiment.open(url)
    done: list[dict[str, Any]] = []
    try:
        for report, ended in tell_reports(stored, reports):
            done.append(_as_dict(report, ended))
            if not as_json:
                click.echo(_line(report, ended))
    except Exception:
        if done:
            click.echo(f"{len(done)} of {len(reports)} reports were told before", err=True)
        raise
    if as_json:
        told = done[0] if file is None else {"told": done}
        print_json({"experiment": stored.url, **told})


def _report(
    number: int | None,
    words: Iterable[str],
    *,
    failed: bool,
    why: str | None,
    step: float | None,
    note: str,
    attempt: int | None,
) -> Report:
    from armwright.persistence.reports import Report, results_from_words

    if number is None:
        raise UsageError("which trial? expected its number, got none")
    if failed and why is None:
        why = "crash"
    values = results_from_words(words)
    return Report(number=number, values=values, step=step, failed=why, note=note, attempt=attempt)


def _line(report: Report, ended: EndedTrial | None) -> str:
    if ended is None:
        return f"{report.number}  running  step {report.step:g}"
    return f"{report.number}  {ended}"


def _as_dict(report: Report, ended: EndedTrial | None) -> dict[str, Any]:
    if ended is None:
        return {"trial": report.number, "state": "running", "step": report.step}
    return {"trial": report.number, **ended.as_dict()}
