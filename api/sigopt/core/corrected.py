"""Observations that were changed after they were made: the facts of a trial as they count now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from armwright.sigopt.run_end import data_of
from armwright.sigopt.run_record import KEY

if TYPE_CHECKING:
    from armwright.store import TrialFacts

__all__ = ["corrected"]


def corrected(facts: TrialFacts) -> TrialFacts:
    """The facts of a trial with the newest correction of what it tried and measured.

    A correction is a late fact: under "observation" what was measured or that it failed, under
    "arm" the values of all parameters.
    """
    said: dict[str, Any] = {}
    for document in facts.late:
        said |= {k: v for k, v in document.get(KEY, {}).items() if k in ("arm", "observation")}
    if not said:
        return facts
    if "arm" in said:
        arm = facts.arm or {}
        whole = [{**item, "parameters": said["arm"]} for item in arm.get("arms") or ()]
        facts = replace(facts, arm={**arm, "arms": whole})
    attempt = facts.last_attempt
    if "observation" in said and attempt is not None and attempt.end is not None:
        now = said["observation"]
        data = [] if now["failed"] else data_of(facts, now["values"], now["values"])
        state = "failed" if now["failed"] else "completed"
        end = {**attempt.end, "state": state, "data": data}
        attempts = {**facts.attempts, attempt.number: replace(attempt, end=end)}
        facts = replace(facts, attempts=attempts)
    return facts
