"""What people look at: an experiment and its trials as plain JSON values, from the facts alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from armwright.errors import NothingLeftError, UsageError
from armwright.experiment.aimed_at import aimed_at
from armwright.generation_options import GENERATION_KEYS
from armwright.persistence.facts import generation_of, is_retried, plan_of
from armwright.persistence.halted import halt_of
from armwright.persistence.kept_definition import shown_parameters
from armwright.persistence.measured import given_up, measured
from armwright.persistence.progress import progress_of
from armwright.persistence.replaced import is_replaced
from armwright.persistence.standing import is_done

if TYPE_CHECKING:
    from armwright.experiment import OptimizationConfig
    from armwright.persistence.stored_experiment import StoredExperiment
    from armwright.store import ExperimentFolder, TrialFacts

__all__ = ["overview", "trial_in_full"]

Json = dict[str, Any]


def overview(stored: StoredExperiment) -> Json:
    """The definition, the trials that count and the best of them; archived ones are left out."""
    config, space = stored.optimization_config, stored.search_space
    aside = stored.asker.maker.left_out(stored.state)
    seen = [facts for number, facts in stored.trials.items() if number not in aside]
    trials = [_trial(facts, stored._folder) for facts in seen]
    statuses = [trial["status"] for trial in trials]
    constraints = [*space.parameter_constraints, *(config.outcome_constraints if config else ())]
    return {
        "name": stored.name,
        "description": stored.description,
        "state": halt_of(stored.state) or ("done" if is_done(stored) else "open"),
        "budget": stored.budget,
        "generation": generation_of(plan_of(stored.state)),
        "objective": _objective(config),
        "parameters": [repr(parameter) for parameter in space.parameters.values()],
        "constraints": [repr(constraint) for constraint in constraints],
        "made": len(trials) - sum(map(is_replaced, seen)),
        "archived": len(aside),
        "statuses": {status: statuses.count(status) for status in dict.fromkeys(statuses)},
        "best": _best(stored),
        "trials": trials,
        "damaged": [{"path": item.path, "problem": item.problem} for item in stored.damaged],
    }


def _objective(config: OptimizationConfig | None) -> list[Json]:
    aims = aimed_at(config.objective) if config else []
    return [{"metric": aim.name, "minimize": aim.minimize} for aim in aims]


def _best(stored: StoredExperiment) -> Json | None:
    try:
        return stored.best().as_dict()
    except (NothingLeftError, UsageError):  # no objective, or several
        return None


def _trial(facts: TrialFacts, folder: ExperimentFolder) -> Json:
    attempt, runs = facts.last_attempt, _runs(facts)
    values, left_out = measured(facts, folder), given_up(facts)
    status = "waiting" if is_retried(facts) else facts.status
    return {
        "trial": facts.number,
        "status": status,
        "reason": (attempt.end or {}).get("reason") if attempt else None,
        "attempt": attempt.number if attempt else 0,
        "arms": [
            {
                "arm": arm["name"],
                "parameters": shown_parameters(facts, arm),
                "abandoned": arm["name"] in left_out,
                "values": {
                    name: {"mean": mean, "sem": sem if math.isfinite(sem) else None}
                    for name, (mean, sem) in values.get(arm["name"], {}).items()
                },
            }
            for arm in (facts.arm or {})["arms"]
        ],
        "model": runs[0].get("model_key") if runs else None,
    }


def _runs(facts: TrialFacts) -> list[Json]:
    trial = (facts.arm or {})["trial"]
    if "generator_run_structs" in trial:
        return [item["generator_run"] for item in trial["generator_run_structs"]]
    return [] if trial["generator_run"] is None else [trial["generator_run"]]


def trial_in_full(stored: StoredExperiment, number: int) -> Json:
    """One trial, with every attempt at it and how its arms came about.

    Raises:
        TrialNotFoundError: There is none, or its file is damaged.
    """
    facts = stored.facts(number)
    return {
        **_trial(facts, stored._folder),
        "archived": number in stored.asker.maker.left_out(stored.state),
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
                "generation": {
                    key: value
                    for key, value in (run.get("model_kwargs") or {}).items()
                    if key in GENERATION_KEYS
                },
                **(run.get("gen_metadata") or {}),
            }
            for run in _runs(facts)
        ],
        "progress": [item.as_dict() for item in progress_of(facts)],
        "late": sum(bool(document.get("too_late")) for document in facts.late),
    }
