"""Trials of a stock whose arms were replaced by better informed ones before anybody took them.

Such a trial was claimed by who replaced it, so that nobody else can run it, and cancelled. It has
used nothing of the budget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from armwright.errors import TrialEndedError
from armwright.store.process import this_place
from armwright.store.promise import Promise

if TYPE_CHECKING:
    from armwright.persistence.stored_experiment import StoredExperiment
    from armwright.store import ExperimentFolder, State, TrialFacts

__all__ = ["REPLACED", "ReplacedTrials", "is_generated", "is_replaced", "spent", "take_off"]

REPLACED: dict[str, Any] = {"state": "cancelled", "reason": "replaced"}  # how such a trial ends


def is_replaced(facts: TrialFacts) -> bool:
    """Whether a trial's arm was replaced while it waited."""
    end = (facts.last_attempt.end if facts.last_attempt else None) or {}
    return all(end.get(key) == value for key, value in REPLACED.items())


def is_generated(facts: TrialFacts) -> bool:
    """Whether a model or a design made a trial's arm, and nobody by hand."""
    run = ((facts.arm or {}).get("trial") or {}).get("generator_run") or {}
    return "seen" in (run.get("gen_metadata") or {})


def take_off(folder: ExperimentFolder, facts: TrialFacts) -> bool:
    """Claims a waiting trial, so that nobody runs it, and cancels it; whether it was ours.

    Args:
        folder: Of the experiment.
        facts: Of a trial that nobody has tried.
    """
    promise = Promise(place=this_place())  # should we die in between, it waits again
    if folder.claim(facts.number, 1, {}, promise=promise) != "won":
        return False
    try:
        folder.end(facts.number, 1, REPLACED, alone=True)
    except TrialEndedError:
        return False
    return True


def spent(stored: StoredExperiment) -> int:
    """How many trials count against the budget: not skipped numbers, nor replaced and archived."""
    state = stored.state
    counts, aside = state.counts, len(stored.asker.maker.left_out(state))
    return sum(counts.values()) - counts.get("void", 0) - ReplacedTrials().count(state) - aside


@final
class ReplacedTrials:
    """Counts the replaced trials of one experiment, and looks anew only where some may be new."""

    def __init__(self) -> None:
        self._cancelled: frozenset[tuple[int, int]] = frozenset()  # trials, and attempts at them
        self._count = 0

    def count(self, state: State) -> int:
        """How many there are."""
        trials = list(state.with_status("cancelled"))
        # Their number alone would not do: one may be requeued and another cancelled in between.
        cancelled = frozenset((facts.number, len(facts.attempts)) for facts in trials)
        if cancelled != self._cancelled:
            self._cancelled, self._count = cancelled, sum(map(is_replaced, trials))
        return self._count
