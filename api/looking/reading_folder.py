"""The trials and attempts of an experiment in a folder, from its facts; no domain view is built."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

from armwright.looking.looked_at import SeenAttempt, SeenTrial
from armwright.persistence.explaining import explain_facts
from armwright.persistence.json_codec import object_from_json
from armwright.persistence.measured import measured

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from armwright.persistence import StoredExperiment
    from armwright.store import TrialFacts
    from armwright.store.state import Stamp

__all__ = ["attempts_of", "trials_of"]


def trials_of(stored: StoredExperiment, trials: Mapping[int, TrialFacts]) -> Iterator[SeenTrial]:
    """Each arm of each trial that can be read, by number; void trials are left out.

    Args:
        stored: The experiment.
        trials: Its `stored.trials`, which are read from the facts at each call.
    """
    completed = stored.asker.maker.completed
    for number, facts in trials.items():
        told, values = explain_facts(stored, facts), measured(facts, stored._folder)
        attempt = facts.last_attempt
        end = (attempt.end if attempt else None) or {}
        expected = {
            item["metric"]: (item["mean"], math.nan if item["sd"] is None else item["sd"])
            for item in told["expected"]
            if item["mean"] is not None
        }
        arms = (facts.arm or {})["arms"]
        for arm in arms:
            yield SeenTrial(
                trial=number,
                arm=arm["name"],
                status=facts.status,
                parameters=dict(completed(object_from_json(arm["parameters"]), stored.state)),
                values=values.get(arm["name"], {}),
                reason=_reason(end),
                model=told["model"] or "",
                expected=expected if len(arms) == 1 else {},
                why="; ".join([told["why"], *told["notes"]]),
            )


def attempts_of(trials: Mapping[int, TrialFacts]) -> Iterator[SeenAttempt]:
    """Each try at running a trial, as far as somebody claimed it."""
    for number, facts in trials.items():
        for attempt in facts.attempts.values():
            if attempt.claimed is None and attempt.ended is None:
                continue
            end = attempt.end or {}
            yield SeenAttempt(
                trial=number,
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
