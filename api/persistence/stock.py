"""The stock: trials made ahead of need, which whoever asks takes with one create and no model.

A keeper makes new ones as others are taken, and replaces those that results since then have made
stale. Nobody has to be the only keeper: an arm is replaced by whoever claims it first, and a trial
made too many is one that somebody runs.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from armwright.errors import NothingLeftError, UsageError
from armwright.persistence.asking import Asker
from armwright.persistence.facts import config_of, plan_of, retried_trials
from armwright.persistence.halted import halt_of
from armwright.persistence.numbers_text import numbers_from_text
from armwright.persistence.replaced import take_off
from armwright.persistence.status_quo_first import STATUS_QUO

if TYPE_CHECKING:
    from collections.abc import Callable

    from armwright.store import ExperimentFolder, State, TrialFacts
    from armwright.store.state import TrialState

__all__ = ["GROWTH", "Stock", "StockReport"]

GROWTH = 0.25  # an arm is stale once there are so many more results than when it was made
_FRESH_S = 0.5  # how long what is known serves for further arms
_RESULTS: tuple[TrialState, ...] = ("completed", "failed")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class StockReport:
    """What one round did.

    Attributes:
        ready: How many trials wait now.
        made: Numbers of those that this round made.
        replaced: Numbers of those that it took off as stale.
        used_up: Whether the budget or the space leaves no further trial.
    """

    ready: int
    made: tuple[int, ...]
    replaced: tuple[int, ...]
    used_up: bool

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "ready": self.ready,
            "made": list(self.made),
            "replaced": list(self.replaced),
            "used_up": self.used_up,
        }


@final
class Stock:
    """Keeps trials of one folder ready.

    Args:
        folder: Of the experiment.
        target: How many trials are to wait.
        growth: How much more results make an arm stale, as a share of those it was made from; None
            for never.
        asker: What makes arms; one of its own if left out.
        clock: This process's own clock, in seconds.
    """

    def __init__(
        self,
        folder: ExperimentFolder,
        *,
        target: int,
        growth: float | None = GROWTH,
        asker: Asker | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if target < 0:
            raise UsageError(f"target should be a whole number from 0 on, got {target}")
        if growth is not None and not growth >= 0:
            raise UsageError(f"growth should be a share such as 0.25, got {growth}")
        self.target = target
        self._folder = folder
        self._growth = growth
        self._asker = asker or Asker(folder)
        self._clock = clock

    def fill(self, stop: Callable[[], bool] = lambda: False) -> StockReport:
        """Replaces what is stale, and makes what is missing.

        Args:
            stop: Asked before each arm; true ends the round.

        Raises:
            UsageError: The experiment cannot be run.
            StoreError: It cannot be read or written.
        """
        state = self._folder.refresh()
        replaced = [facts.number for facts in self.stale(state) if take_off(self._folder, facts)]
        made: list[int] = []
        looked, used_up = self._clock(), False
        ready = _ready(self._folder.state)
        while ready < self.target and not stop():
            if self._clock() - looked > _FRESH_S:
                state, looked = self._folder.refresh(), self._clock()
                ready = _ready(state)
                continue
            try:
                made.append(self._asker.make_waiting())
            except NothingLeftError:
                used_up = True
                break
            ready += 1
        return StockReport(ready=ready, made=tuple(made), replaced=tuple(replaced), used_up=used_up)

    def stale(self, state: State) -> list[TrialFacts]:
        """The waiting trials that were made when much less was known, if others can be made."""
        if self._growth is None or halt_of(state):
            return []
        known = sum(state.counts.get(status, 0) for status in _RESULTS)
        least = _least(state)
        stale = []
        for facts in state.with_status("waiting"):
            then = _known_then(facts)
            if then is not None and known >= max(
                math.ceil((1 + self._growth) * then), then + least
            ):
                stale.append(facts)
        return stale


def _ready(state: State) -> int:
    return sum(1 for _ in retried_trials(state))


def _known_then(facts: TrialFacts) -> int | None:
    """How many results there were when a trial's arm was made; None if it tells of no results.

    One made by hand was made without them, and the status quo is the same whatever they are.
    """
    made = ((facts.arm or {}).get("trial") or {}).get("generator_run") or {}
    record = made.get("gen_metadata") or {}
    if made.get("model_key") == STATUS_QUO:
        return None
    try:
        seen = record["seen"]["trials"]
        return sum(len(numbers_from_text(seen.get(status, ""))) for status in _RESULTS)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _least(state: State) -> int:
    """How many results are worth a new arm at all; the first so many make a model possible."""
    from armwright.optimizer import initial_points

    initial = plan_of(state)["initial_trials"]
    space = config_of(state, state.version)["search_space"]
    return math.ceil((initial or initial_points(len(space["parameters"]))) / 2)
