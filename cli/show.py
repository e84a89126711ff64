"""`armwright show`: an experiment, or one of its trials."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from armwright.cli.arguments import experiment_and_words, json_option, print_json, trial_number
from armwright.errors import NothingLeftError, TrialNotFoundError

if TYPE_CHECKING:
    from armwright.persistence import StoredExperiment
    from armwright.store import TrialFacts

__all__ = ["show"]


@click.command()
@click.argument("words", metavar="[EXPERIMENT] [TRIAL]", nargs=-1)
@json_option
def show(words: tuple[str, ...], *, as_json: bool) -> None:
    """Show EXPERIMENT and its trials, or one TRIAL with how its arm came about.

    \b
    armwright show runs/digits
    armwright show runs/digits 3 --json
    """
    from armwright.persistence import StoredExperiment

    url, rest = experiment_and_words(words)
    if len(rest) > 1:
        raise click.UsageError(f"expected an experiment and a trial, got also {' '.join(rest[1:])}")
    number = trial_number(rest[0]) if rest else None
    stored = StoredExperiment.open(url)
    document = _experiment(stored) if number is None else _trial_in_full(stored, number)
    if as_json:
        print_json({"experiment": url, **document})
    elif number is None:
        _print_experiment(document)
    else:
        _print_trial(document)
    for damage in document.get("damaged", ()):
        click.echo(f"warning: {damage['path']} left out: {damage['problem']}", err=True)


def _experiment(stored: StoredExperiment) -> dict[str, Any]:
    experiment, state = stored.experiment, stored.state
    trials = [_trial(facts) for facts in state.trials.values() if not facts.void]
    statuses = [trial["status"] for trial in trials]
    config = experiment.optimization_config
    assert config is not None  # noqa: S101 - create refuses it
    try:
        best: dict[str, Any] | None = stored.best().as_dict()
    except NothingLeftError:
        best = None
    return {
        "name": stored.name,
        "description": experiment.description,
        "budget": stored.budget,
        "objective": {
            "metric": config.objective.metric.name,
            "minimize": config.objective.minimize,
        },
        "parameters": [repr(parameter) for parameter in experiment.parameters.values()],
        "constraints": [
            repr(constraint)
            for constraint in (
                *experiment.search_space.parameter_constraints,
                *config.outcome_constraints,
            )
        ],
        "statuses": {status: statuses.count(status) for status in dict.fromkeys(statuses)},
        "best": best,
        "trials": trials,
        "damaged": [{"path": item.path, "problem": item.problem} for item in state.damaged],
    }


def _trial(facts: TrialFacts) -> dict[str, Any]:
    from armwright.persistence.stored_experiment import measured

    attempt = facts.last_attempt
    run = _runs(facts)[0] if _runs(facts) else {}
    return {
        "trial": facts.number,
        "status": facts.status,
        "reason": (attempt.end or {}).get("reason") if attempt else None,
        "attempt": attempt.number if attempt else 0,
        "parameters": facts.arm["arms"][0]["parameters"] if facts.arm and facts.arm["arms"] else {},
        "values": {
            name: {"mean": mean, "sem": sem if math.isfinite(sem) else None}
            for name, (mean, sem) in measured(facts).items()
        },
        "model": run.get("model_key"),
    }


def _runs(facts: TrialFacts) -> list[dict[str, Any]]:
    trial = (facts.arm or {}).get("trial", {})
    structs = trial.get("generator_run_structs", ())
    return [item["generator_run"] for item in structs] or [
        run for run in (trial.get("generator_run"),) if run
    ]


def _trial_in_full(stored: StoredExperiment, number: int) -> dict[str, Any]:
    facts = stored.state.trials.get(number)
    if facts is None or facts.void:
        numbers = [n for n, other in stored.state.trials.items() if not other.void]
        span = f"it has {numbers[0]} to {numbers[-1]}" if numbers else "it has none yet"
        raise TrialNotFoundError(
            f"no trial {number} in {stored.url!r}: {span}", hint=f"armwright show {stored.url}"
        )
    return {
        **_trial(facts),
        "made": None if facts.made is None else {"at": facts.made.at, "by": facts.made.by},
        "attempts": [
            {
                "attempt": attempt.number,
                "claimed": attempt.claimed and f"{attempt.claimed.at} by {attempt.claimed.by}",
                "ended": attempt.ended and f"{attempt.ended.at} by {attempt.ended.by}",
                "state": (attempt.end or {}).get("state"),
                "reason": (attempt.end or {}).get("reason"),
                "note": (attempt.end or {}).get("note"),
            }
            for attempt in facts.attempts.values()
        ],
        "generator": [
            {
                "model": run.get("model_key"),
                "seconds": run.get("gen_time"),
                **(run.get("gen_metadata") or {}),
            }
            for run in _runs(facts)
        ],
        "late": len(facts.late),
    }


def _print_experiment(document: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    objective, best = document["objective"], document["best"]
    aim = "minimize" if objective["minimize"] else "maximize"
    budget = f" of {document['budget']}" if document["budget"] else ""
    click.echo(f"{document['name']}  {document['description'] or ''}".rstrip())
    click.echo(f"{aim} {objective['metric']}")
    for line in (*document["parameters"], *document["constraints"]):
        click.echo(f"  {line}")
    counts = ", ".join(f"{count} {status}" for status, count in document["statuses"].items())
    click.echo(f"{len(document['trials'])}{budget} trials: {counts or 'none yet'}")
    if best:
        click.echo(f"best: trial {best['trial']}, {best['metric']} {best['mean']:.6g}")
    if not document["trials"]:
        return
    metrics = list(dict.fromkeys(name for trial in document["trials"] for name in trial["values"]))
    names = list(document["trials"][0]["parameters"])
    table = Table(box=None, pad_edge=False)
    for name in ("trial", "status", *metrics, *names, "model"):
        table.add_column(name, justify="right" if name in metrics else "left")
    for trial in document["trials"]:
        values = trial["values"]
        status = f"{trial['status']} ({trial['reason']})" if trial["reason"] else trial["status"]
        table.add_row(
            str(trial["trial"]),
            status,
            *(f"{values[name]['mean']:.6g}" if name in values else "" for name in metrics),
            *(_short(trial["parameters"].get(name)) for name in names),
            trial["model"] or "",
            style="bold" if best and trial["trial"] == best["trial"] else None,
        )
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=10_000)
    console.print(table)


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _print_trial(document: dict[str, Any]) -> None:
    reason = f" ({document['reason']})" if document["reason"] else ""
    click.echo(f"trial {document['trial']}  {document['status']}{reason}")
    for name, value in document["parameters"].items():
        click.echo(f"  {name} = {value}")
    for name, value in document["values"].items():
        sem = "" if value["sem"] is None else f" ± {value['sem']:.3g}"
        click.echo(f"  {name}: {value['mean']:.6g}{sem}")
    for attempt in document["attempts"]:
        state = attempt["state"] or "running"
        why = f" ({attempt['reason']})" if attempt["reason"] else ""
        note = f": {attempt['note']}" if attempt["note"] else ""
        click.echo(f"attempt {attempt['attempt']}: {state}{why}{note}")
        click.echo(f"  claimed {attempt['claimed']}")
        if attempt["ended"]:
            click.echo(f"  ended   {attempt['ended']}")
    for generator in document["generator"]:
        click.echo(f"made by {generator['model']} in {generator['seconds'] or 0:.3f} s")
        for note in generator.get("notes") or ():
            click.echo(f"  note: {note}")
