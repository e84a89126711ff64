"""How trials ended: by status, and failures by kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from armwright.looking.looked_at import LookedAt

__all__ = ["Ends", "ends_of"]

_FELL_SHORT = ("failed", "preempted", "lost", "abandoned", "cancelled")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """How many trials and attempts ended how.

    Attributes:
        statuses: How many trials have each status, most first.
        kinds: How many attempts came to nothing, by "status: kind", most first.
        infeasible: How many completed trials break an outcome constraint.
        completed: How many are completed.
        by_restriction: For each outcome constraint, in words, how many completed trials break it.
    """

    statuses: tuple[tuple[str, int], ...]
    kinds: tuple[tuple[str, int], ...]
    infeasible: int
    completed: int
    by_restriction: tuple[tuple[str, int], ...]


def ends_of(seen: LookedAt) -> Ends:
    """How the trials of an experiment ended. A batch counts as one trial."""
    statuses = Counter({trial.trial: trial.status for trial in seen.trials}.values())
    kinds: Counter[str] = Counter()
    told = set()
    for attempt in seen.attempts:
        if attempt.state in _FELL_SHORT:
            kinds[f"{attempt.state}: {attempt.reason or 'no reason given'}"] += 1
            told.add(attempt.trial)
    for number, trial in {trial.trial: trial for trial in seen.trials}.items():
        if number not in told and trial.status in _FELL_SHORT:
            kinds[f"{trial.status}: {trial.reason or 'no reason given'}"] += 1
    completed = [trial for trial in seen.trials if trial.status == "completed"]
    absolute = [item for item in seen.restrictions if not item.relative]
    return Ends(
        statuses=tuple(statuses.most_common()),
        kinds=tuple(kinds.most_common()),
        infeasible=sum(not seen.keeps(trial) for trial in completed),
        completed=len(completed),
        by_restriction=tuple(
            (item.text, sum(not item.is_kept(trial.mean(item.metric)) for trial in completed))
            for item in absolute
        ),
    )
