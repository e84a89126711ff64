"""`armwright show`: an experiment, or one of its trials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from armwright.cli.arguments import (
    experiment_and_words,
    json_option,
    print_json,
    print_table,
    print_text,
    trial_number,
)
from armwright.cli.completing import note
from armwright.cli.status import status_line
from armwright.errors import UsageError
from armwright.generation_options import generation_words

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["show"]


@click.command(short_help="Show an experiment, or one of its trials.")
@click.argument("words", metavar="[EXPERIMENT] [TRIAL]", nargs=-1)
@json_option
def show(words: tuple[str, ...], *, as_json: bool) -> None:
    """Show EXPERIMENT and its trials, or one TRIAL with how its arm came about.

    \b
    armwright show runs/digits
    armwright show runs/digits 3 --json
    """
    from armwright.persistence import StoredExperiment
    from armwright.persistence.overview import overview, trial_in_full

    url, rest = experiment_and_words(words)
    if len(rest) > 1:
        raise UsageError(f"expected an experiment and a trial, got also {' '.join(rest[1:])}")
    number = trial_number(rest[0]) if rest else None
    stored = StoredExperiment.open(url)
    note(stored.url, max(stored.trials, default=-1))
    document = overview(stored) if number is None else trial_in_full(stored, number)
    if as_json:
        print_json({"experiment": stored.url, **document})
    elif number is None:
        _print_experiment(document)
    else:
        print_text("\n".join(_lines_of_trial(document)))
    if number is None:
        for damage in stored.damaged:
            print_text(f"warning: {damage.path} left out: {damage.problem}", err=True)


def _print_experiment(document: dict[str, Any]) -> None:
    best, trials = document["best"], document["trials"]
    lines = [
        f"{document['name']}  {document['description'] or ''}".rstrip(),
        _aim(document["objective"]),
        *(f"  {line}" for line in (*document["parameters"], *document["constraints"])),
        *(f"  {line}" for line in generation_words(document["generation"])),
        f"{status_line(document)}{_halted(document['state'])}",
    ]
    if best:
        lines.append(f"best: trial {best['trial']}, {best['metric']} {_value(best)}")
    print_text("\n".join(lines))
    if trials:
        _print_trials(trials, best)


def _value(best: dict[str, Any]) -> str:
    """What the best measured, and what is expected of it where results carry noise."""
    value = f"{best['mean']:.6g}"
    if best.get("expected") is None:
        return value
    return f"{best['expected']:.6g} ± {best['expected_sd']:.2g} expected, {value} measured"


def _halted(state: str) -> str:
    return f"; {state}: no more are given out" if state in ("stopped", "archived") else ""


def _aim(objective: list[dict[str, Any]]) -> str:
    aims = [f"{'minimize' if a['minimize'] else 'maximize'} {a['metric']}" for a in objective]
    return "  ".join(aims) or "no objective"


def _print_trials(trials: list[dict[str, Any]], best: dict[str, Any] | None) -> None:
    rows = [(trial, arm) for trial in trials for arm in trial["arms"] or [_NO_ARM]]
    metrics = list(dict.fromkeys(name for _, arm in rows for name in arm["values"]))
    names = list(dict.fromkeys(name for _, arm in rows for name in arm["parameters"]))
    in_batches = any(len(trial["arms"]) > 1 for trial in trials)
    texts = []
    for trial, arm in rows:
        status = f"{trial['status']} ({trial['reason']})" if trial["reason"] else trial["status"]
        texts.append(
            (
                str(trial["trial"]),
                *([arm["arm"]] if in_batches else []),
                status,
                *(_short(arm["values"].get(name, {}).get("mean")) for name in metrics),
                *(_short(arm["parameters"].get(name)) for name in names),
                trial["model"] or "",
            )
        )
    heads = ("trial", *(["arm"] if in_batches else []), "status", *metrics, *names, "model")
    places = [(trial["trial"], arm["arm"]) for trial, arm in rows]
    bold = {places.index(_place(best))} if best and _place(best) in places else set()
    print_table(heads, texts, bold=bold, right=set(metrics))


_NO_ARM: dict[str, Any] = {"arm": "", "parameters": {}, "values": {}}


def _place(best: dict[str, Any]) -> tuple[int, str]:
    return best["trial"], best["arm"]


def _short(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _lines_of_trial(document: dict[str, Any]) -> Iterator[str]:
    reason = f" ({document['reason']})" if document["reason"] else ""
    aside = "  archived: it counts for nothing" if document["archived"] else ""
    yield f"trial {document['trial']}  {document['status']}{reason}{aside}"
    for arm in document["arms"]:
        indent = "  "
        if len(document["arms"]) > 1:
            yield f"  arm {arm['arm']}" + ("  given up" if arm["abandoned"] else "")
            indent = "    "
        for name, value in arm["parameters"].items():
            yield f"{indent}{name} = {value}"
        for name, value in arm["values"].items():
            sem = "" if value["sem"] is None else f" ± {value['sem']:.3g}"
            yield f"{indent}{name}: {value['mean']:.6g}{sem}"
    for attempt in document["attempts"]:
        why = f" ({attempt['reason']})" if attempt["reason"] else ""
        note = f": {attempt['note']}" if attempt["note"] else ""
        yield f"attempt {attempt['attempt']}: {attempt['state'] or 'running'}{why}{note}"
        for word in ("claimed", "ended"):
            if attempt[word]:
                yield f"  {word:7} {attempt[word]}"
    for generator in document["generator"]:
        yield f"made by {generator['model'] or 'hand'} in {generator['seconds'] or 0:.3f} s"
        yield from (f"  {line}" for line in generation_words(generator["generation"]))
        for note in generator.get("notes") or ():
            yield f"  note: {note}"
    if document["late"]:
        yield f"{document['late']} results came too late and do not count"
