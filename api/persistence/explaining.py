"""Why a trial has the arm it has, from the record that was written when the arm was made.

Nothing is fitted again: what a model knew, expected and hoped for is in the record.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from armwright.experiment import Arm, MultiObjective, OptimizationConfig
from armwright.persistence.facts import config_of
from armwright.persistence.json_codec import object_from_json
from armwright.persistence.kept_definition import shown_parameters
from armwright.persistence.measured import measured
from armwright.persistence.numbers_text import numbers_from_text
from armwright.persistence.status_quo_first import STATUS_QUO

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from armwright.persistence.stored_experiment import StoredExperiment
    from armwright.store import TrialFacts

__all__ = ["explain", "explain_facts"]

_Json = dict[str, Any]
_SPACE_FILLING = {
    "Sobol": "a quasi-random point of a sequence that fills the space; no result was looked at",
    "Uniform": "drawn at random; no result was looked at",
    "Grid": "the next point of a grid; no result was looked at",
    "Factorial": "a point of a full factorial design; no result was looked at",
    STATUS_QUO: "the status quo: bounds relative to it are judged by what it measures",
}
_PENDING = ("running", "waiting", "preempted", "lost")


def explain(stored: StoredExperiment, number: int) -> _Json:
    """Why a trial has the arm it has, as plain JSON values.

    Args:
        stored: Of which experiment.
        number: Of the trial.

    Returns:
        trial, status, made (at, by), and for each arm its name and parameters; `model` and `why` in
        words; `knew`, the trials with each status when the arm was made, as spans; `pending`, those
        whose results were awaited; `observations`; `expected`, for each metric what the model
        expected (mean, sd) and what came; `best_then`, the best arm known and what was expected of
        it; `influence`, for each metric the parameters, that which it depends on most first, each
        with the length over which the metric changes, as a share of its range; `log_acquisition`;
        `notes` (fallbacks, and what a deadline cut); `made_with`; `seconds`.

    Raises:
        TrialNotFoundError: There is no such trial.
    """
    return explain_facts(stored, stored.facts(number))


def explain_facts(stored: StoredExperiment, facts: TrialFacts) -> _Json:
    """What `explain` says of a trial whose facts are at hand; looks for no new ones.

    Args:
        stored: Of which experiment.
        facts: Of a readable trial.
    """
    made = (facts.arm or {})["trial"]
    run = made.get("generator_run") or _first_run(made) or {}
    metadata = run.get("gen_metadata") or {}
    seen = metadata.get("seen") or {}
    knew = {status: text for status, text in dict(seen.get("trials") or {}).items() if text}
    config = config_of(stored.state, seen.get("config") or (facts.arm or {})["config"])
    aim: OptimizationConfig | None = object_from_json(config["optimization_config"])
    names = [
        item["name"]
        for item in config["search_space"]["parameters"]
        if item["__type"] != "FixedParameter"
    ]
    pending = sorted(
        trial for status in _PENDING for trial in numbers_from_text(knew.get(status, ""))
    )
    return {
        "trial": facts.number,
        "status": facts.status,
        "made": None if facts.made is None else {"at": facts.made.at, "by": facts.made.by},
        "arms": [
            {"arm": arm["name"], "parameters": shown_parameters(facts, arm)}
            for arm in (facts.arm or {})["arms"]
        ],
        "model": run.get("model_key"),
        "made_by": metadata.get("model"),
        "acquisition": metadata.get("acquisition"),
        "why": _why(run, metadata, aim, pending=len(pending)),
        "configuration": seen.get("config"),
        "knew": knew,
        "pending": pending,
        "observations": metadata.get("observations"),
        "expected": list(_expected(run, facts, stored)),
        "best_then": _best_then(run),
        "influence": _influence(metadata, names, aim),
        "log_acquisition": _number((metadata.get("log_acquisition") or [None])[-1]),
        "notes": list(metadata.get("notes") or ()),
        "made_with": metadata.get("made_with") or {},
        "seconds": run.get("gen_time"),
    }


def _first_run(made: Mapping[str, Any]) -> _Json | None:
    runs = made.get("generator_run_structs") or ()
    return runs[0]["generator_run"] if runs else None


def _why(
    run: Mapping[str, Any],
    metadata: Mapping[str, Any],
    aim: OptimizationConfig | None,
    *,
    pending: int,
) -> str:
    """One sentence."""
    model = run.get("model_key")
    if model is None:
        return "given by hand: no model was asked"
    if model in _SPACE_FILLING:
        return _SPACE_FILLING[model]
    if metadata.get("observations") in (0, None):
        return f"{model} had no results to learn from: the point fills the space"
    if (metadata.get("log_acquisition") or [None])[-1] is None:
        return f"{model} made it without a search; see the notes"
    gain = "the expected improvement"
    if aim is not None and isinstance(aim.objective, MultiObjective):
        gain = "the expected gain in the volume that the best trade-offs cover"
    if aim is not None and aim.outcome_constraints:
        gain += ", times the probability of keeping the constraints,"
    awaited = ""
    if pending:
        awaited = f", averaged over what the {pending} awaited results may be"
    if metadata.get("ahead"):
        awaited += f"; {metadata['ahead']} others that made arms at the same moment come before it"
    noun = "result" if metadata["observations"] == 1 else "results"
    return (
        f"a Gaussian process of {metadata['observations']} {noun} ({model}) found {gain} to be "
        f"largest here{awaited}"
    )


def _expected(
    run: Mapping[str, Any], facts: TrialFacts, stored: StoredExperiment
) -> Iterator[_Json]:
    predictions = run.get("model_predictions")
    if not predictions or not run.get("arms"):
        return
    means, covariances = predictions[0], predictions[1] or {}
    arm = (facts.arm or {})["arms"][run["arms"][0]]["name"]
    came = measured(facts, stored._folder).get(arm, {})
    for metric, values in means.items():
        variance = ((covariances.get(metric) or {}).get(metric) or [None])[0]
        mean, sem = came.get(metric, (math.nan, math.nan))
        yield {
            "metric": metric,
            "mean": _number(values[0]),
            "sd": _root(variance),
            "measured": _number(mean),
            "sem": _number(sem),
        }


def _number(value: Any) -> float | None:
    """A number of the record; None where it is not finite, which the record spells out."""
    number = math.nan if value is None else float(object_from_json(value))
    return number if math.isfinite(number) else None


def _root(variance: Any) -> float | None:
    found = _number(variance)
    return None if found is None else math.sqrt(max(found, 0.0))


def _best_then(run: Mapping[str, Any]) -> _Json | None:
    """The best arm that was known when the arm was made."""
    found = run.get("best_arm_predictions")
    if not found:
        return None
    arm: Arm = object_from_json(found[0])
    means = found[1][0] if found[1] else {}
    return {
        "arm": arm.name if arm.has_name else None,
        "parameters": arm.parameters,
        "expected": {metric: _number(mean) for metric, mean in means.items()},
    }


def _influence(
    metadata: Mapping[str, Any], names: list[str], aim: OptimizationConfig | None
) -> _Json:
    """Parameters by how much each metric depends on them: the shorter the length, the more."""
    fits = metadata.get("fits")
    if not fits and metadata.get("hyperparameters") and aim is not None:
        fits = {aim.objective.metrics[0].name: metadata["hyperparameters"]}
    found: _Json = {}
    for metric, fit in (fits or {}).items():
        lengths = fit.get("lengthscales") or ()
        if len(lengths) == len(names):  # a parameter without a column of its own has none
            pairs = sorted(zip(lengths, names, strict=True))
            found[metric] = [{"parameter": name, "length": length} for length, name in pairs]
    return found
