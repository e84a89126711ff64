"""`armwright status`: where an experiment stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from armwright.cli.arguments import (
    json_option,
    only_experiment,
    print_json,
    print_table,
    print_text,
)
from armwright.cli.completing import note

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["status", "status_line"]


@click.command(short_help="Show where an experiment stands, and who runs what.")
@click.argument("words", metavar="[EXPERIMENT]", nargs=-1)
@json_option
def status(words: tuple[str, ...], *, as_json: bool) -> None:
    """Show how many trials of EXPERIMENT are in which state, the best, and who runs which.

    The best is that by its measured value; where results carry noise it is marked so, and armwright
    best asks a model.

    Workers that are gone are marked, as far as this machine, or Slurm's queue, can tell. Changes
    nothing.

    \b
    armwright status runs/digits
    armwright status s3://team/lr --json
    """
    from armwright.persistence import StoredExperiment
    from armwright.persistence.standing import standing
    from armwright.working.slurm_job import jobs_gone

    stored = StoredExperiment.open(only_experiment(words))
    found = standing(stored, jobs_gone=jobs_gone)
    note(stored.url, max(stored.trials, default=-1))
    if as_json:
        url = found.pop("url")
        print_json({"experiment": url, **found})
        return
    print_text("\n".join(_lines(found)))
    if found["running"]:
        rows = [
            (
                str(item["trial"]),
                str(item["attempt"]),
                item["by"] or "?",
                item["since"] or "?",
                "" if item["step"] is None else f"{item['step']:g}",
                item["job"] or "",
                item["gone"] or "",
            )
            for item in found["running"]
        ]
        print_table(("running", "attempt", "by", "since", "step", "job", "gone"), rows)
    if found["damaged"]:
        click.echo(f"warning: {found['damaged']} files cannot be read: armwright verify", err=True)


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield f"{found['name']}  {found['state']}"
    yield status_line(found)
    best = found["best"]
    if best:
        values = "  ".join(f"{name} {value:.6g}" for name, value in best["values"].items())
        if best["trade_offs"]:
            yield f"best: {best['trade_offs']} trade-offs, see armwright best --pareto"
        else:
            noisy = " measured; results carry noise, see armwright best" if best["noisy"] else ""
            yield f"best: trial {best['trial']}, {values}{noisy}"


def status_line(found: dict[str, Any]) -> str:
    """Trials made of the budget, how many have each status, and those that count for nothing."""
    budget = f" of {found['budget']}" if found["budget"] else ""
    counts = ", ".join(f"{count} {status}" for status, count in found["statuses"].items())
    aside = f"; {found['archived']} archived" if found["archived"] else ""
    return f"{found['made']}{budget} trials: {counts or 'none yet'}{aside}"
