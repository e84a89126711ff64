"""`armwright explain`: why a trial has the arm it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from armwright.cli.arguments import assignments, json_option, print_json, print_text, url_and_trial

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["explain"]

_MOST = 6  # parameters that are named in one line


@click.command(short_help="Say why a trial has the arm it has.")
@click.argument("words", metavar="[EXPERIMENT] TRIAL", nargs=-1)
@json_option
def explain(words: tuple[str, ...], *, as_json: bool) -> None:
    """Say why TRIAL of EXPERIMENT has the arm it has, from the record made with it.

    The model and what it had seen, what was pending, what it expected and what came, which
    parameters matter to it, and any fallback. Nothing is fitted again.

    \b
    armwright explain runs/digits 7
    armwright explain s3://team/lr 7 --json
    """
    from armwright.persistence import StoredExperiment
    from armwright.persistence.explaining import explain

    url, number = url_and_trial(words, "armwright explain runs/digits 7")
    stored = StoredExperiment.open(url)
    found = explain(stored, number)
    if as_json:
        print_json({"experiment": stored.url, **found})
        return
    print_text("\n".join(_lines(found)))


def _lines(found: dict[str, Any]) -> Iterator[str]:
    yield f"trial {found['trial']}  {found['status']}"
    for arm in found["arms"]:
        yield f"  {assignments(arm['parameters'])}"
    made = found["made"]
    seconds = "" if found["seconds"] is None else f" in {found['seconds']:.3f} s"
    yield f"made {made['at']} by {made['by']}{seconds}" if made else "made by nobody known"
    yield f"why: {found['why']}"
    if found["knew"]:
        knew = "; ".join(f"{status} {text}" for status, text in found["knew"].items())
        yield f"knew trials: {knew} (configuration {found['configuration']})"
    for item in found["expected"]:
        sd = "" if item["sd"] is None else f" ± {item['sd']:.3g}"
        came = "" if item["measured"] is None else f", measured {item['measured']:.6g}"
        mean = "nothing finite" if item["mean"] is None else f"{item['mean']:.6g}"
        yield f"expected {item['metric']} {mean}{sd}{came}"
    best = found["best_then"]
    if best:
        values = "  ".join(
            f"{metric} {mean:.6g}" for metric, mean in best["expected"].items() if mean is not None
        )
        yield f"best known then: arm {best['arm']}  {values} expected"
    for metric, items in found["influence"].items():
        names = ", ".join(f"{item['parameter']} ({item['length']:.2g})" for item in items[:_MOST])
        yield f"{metric} depends most on: {names}  (the share of its range over which it changes)"
    if found["made_by"]:
        yield f"model: {found['made_by']}"
    if found["acquisition"]:
        worth = found["log_acquisition"]
        value = "" if worth is None else f" = {worth:.6g}"
        yield f"acquisition: {found['acquisition']}{value}"
    elif found["log_acquisition"] is not None:
        yield f"log acquisition {found['log_acquisition']:.6g}"
    for note in found["notes"]:
        yield f"note: {note}"
    if found["made_with"]:
        yield f"with: {', '.join(f'{key} {item}' for key, item in found['made_with'].items())}"
