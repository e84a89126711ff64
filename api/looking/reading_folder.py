"""The trials and attempts of an experiment in a folder, from its facts; no domain view is built."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, final

from armwright.looking.looked_at import SeenAttempt, SeenTrial
from armwright.persistence.explaining import explain_facts
from armwright.persistence.facts import known_run, unreadable
from armwright.persistence.json_codec import object_from_json
from armwright.persistence.measured import given_up, measured
from armwright.persistence.recorded_fits import recorded_fits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from armwright.persistence import StoredExperiment
    from armwright.store import TrialFacts
    from armwright.store.state import Stamp

__all__ = ["SeenFolder", "read_folder"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFolder:
    """What the facts of a folder say; see `LookedAt` for each."""

    trials: tuple[SeenTrial, ...]
    attempts: tuple[SeenAttempt, ...]
    damaged: tuple[tuple[str, str], ...]
    archived: int
    fits: Mapping[str, Any]
    fitted_to: int


def read_folder(stored: StoredExperiment, metric: str | None) -> SeenFolder:
    """Reads each trial once: one of a snapshot is made from its bytes at each look.

    Void trials, and those that cannot be read, are left out, and archived ones.

    Args:
        stored: The experiment.
        metric: The one objective, whose hyperparameters a record without names has; if there is.
    """
    state = stored.state
    archived = stored.asker.maker.left_out(state)
    trials: list[SeenTrial] = []
    attempts: list[SeenAttempt] = []
    damaged = [(item.path, item.problem) for item in state.damaged]
    fits: Mapping[str, Any] = {}
    fitted_to = 0
    for number, facts in state.trials.items():
        if (damage := unreadable(facts)) is not None:
            damaged.append((damage.path, damage.problem))
        elif facts.arm is not None and number not in archived:
            trials += _trials_of(stored, facts)
            attempts += _attempts_of(facts)
            newer, observations = recorded_fits(facts, metric)
            if newer:
                fits, fitted_to = newer, observations
    return SeenFolder(
        trials=tuple(trials),
        attempts=tuple(attempts),
        damaged=tuple(damaged),
        archived=len(archived),
        fits=fits,
        fitted_to=fitted_to,
    )


def _trials_of(stored: StoredExperiment, facts: TrialFacts) -> Iterator[SeenTrial]:
    """Each arm of a trial."""
    told, values = explain_facts(stored, facts), measured(facts, stored._folder)
    attempt = facts.last_attempt
    end = (attempt.end if attempt else None) or {}
    expected = {
        item["metric"]: (item["mean"], math.nan if item["sd"] is None else item["sd"])
        for item in told["expected"]
        if item["mean"] is not None
    }
    completed, arms = stored.asker.maker.completed, (facts.arm or {})["arms"]
    by_itself = dict.fromkeys(known_run(facts).get("failed_arms") or (), "failed")
    by_itself |= dict.fromkeys(given_up(facts), "abandoned")
    for arm in arms:
        yield SeenTrial(
            trial=facts.number,
            arm=arm["name"],
            status=by_itself.get(arm["name"], facts.status),
            parameters=dict(completed(object_from_json(arm["parameters"]), stored.state)),
            values=values.get(arm["name"], {}),
            reason=_reason(end),
            model=told["model"] or "",
            expected=expected if len(arms) == 1 else {},
            why="; ".join([told["why"], *told["notes"]]),
        )


def _attempts_of(facts: TrialFacts) -> Iterator[SeenAttempt]:
    """Each try at running a trial, as far as somebody claimed it."""
    for attempt in facts.attempts.values():
        if attempt.claimed is None and attempt.ended is None:
            continue
        end = attempt.end or {}
        yield SeenAttempt(
            trial=facts.number,
            attempt=attempt.number,
            worker=(attempt.claimed or attempt.ended or facts.made).by,  # type: ignore[union-attr] # one is there
            began=_moment(attempt.claimed),
            ended=_moment(attempt.ended),
            state=str(end.get("state", _open_state(facts))),
            reason=_reason(end),
        )


def _open_state(facts: TrialFacts) -> str:
    return "running" if facts.status == "running" else facts.status


def _reason(end: dict[str, Any]) -> str:
    return str(end.get("reason") or end.get("abandoned_reason") or "")


def _moment(stamp: Stamp | None) -> int | None:
    """Milliseconds since 1970; None where the text is no moment."""
    if stamp is None:
        return None
    try:
        return round(datetime.fromisoformat(stamp.at).timestamp() * 1000)
    except ValueError:
        return None
