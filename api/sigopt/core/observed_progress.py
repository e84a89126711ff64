"""How far an experiment of the core API is, kept up to date by the runs of which there is more.

A loop fetches its experiment after each observation. To make the documents of all runs each time
takes longer with each run; here those are made of which something is new.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final
from weakref import WeakKeyDictionary

from armwright.sigopt.best_runs import fit_score
from armwright.sigopt.core.tasks import dearest
from armwright.sigopt.metric_rules import with_strategy
from armwright.sigopt.place import split_run_id

if TYPE_CHECKING:
    from armwright.sigopt.run_folder import RunFolder
    from armwright.store import TrialFacts

__all__ = ["ObservedProgress", "is_observation", "observed_progress"]

Json = dict[str, Any]

_JUDGED_BY = ("metrics", "tasks")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedProgress:
    """How far an experiment is.

    Attributes:
        count: How many observations there are.
        consumed: What these cost of the budget.
        first: The number of the oldest one's run; None without one.
        last: The same of the newest.
        best: The same of the best, of several that are equal the newest; None where none counts, or
            where not one metric is optimized.
    """

    count: int
    consumed: float
    first: int | None
    last: int | None
    best: int | None


def is_observation(run: Json) -> bool:
    """Whether a run's document is that of something observed."""
    return run["observation"] is not None and not run["deleted"]


def observed_progress(folder: RunFolder) -> ObservedProgress:
    """How far an experiment is, as its folder is known now."""
    with _lock:
        known = _known.get(folder)
        if known is None:
            known = _known[folder] = _Known()
        known.follow(folder)
        return known.progress()


@final
class _Known:
    """What has been observed in one folder, by the numbers of runs."""

    def __init__(self) -> None:
        self._judged_by: Json = {}
        self._seen: dict[int, TrialFacts] = {}
        self._costs: dict[int, float] = {}
        self._ended: dict[int, tuple[int, int]] = {}
        self._scores: dict[int, tuple[float, int]] = {}

    def follow(self, folder: RunFolder) -> None:
        """Looks at the runs of which there is more than before; at all where rules have changed."""
        definition = folder.definition
        judged_by = {key: definition[key] for key in _JUDGED_BY}
        if judged_by != self._judged_by:
            self._judged_by = judged_by
            self._seen.clear()
        one = len(with_strategy(definition["metrics"], "optimize")) == 1
        costs = {task["name"]: task["cost"] for task in definition["tasks"]}
        full = dearest(definition)
        for run in folder.changed_runs(self._seen):
            number = split_run_id(run["id"])[1]
            for known in (self._costs, self._ended, self._scores):
                known.pop(number, None)
            if not is_observation(run):
                continue
            self._costs[number] = costs.get(run.get("task", ""), 1.0)
            self._ended[number] = run["completed"] or 0, number
            if one and (full is None or run.get("task") == full["name"]):
                score = fit_score(definition["metrics"], run)
                if score is not None:
                    self._scores[number] = score, number

    def progress(self) -> ObservedProgress:
        ended = self._ended.values()
        return ObservedProgress(
            count=len(ended),
            consumed=round(math.fsum(self._costs.values()), 9),
            first=min(ended)[1] if ended else None,
            last=max(ended)[1] if ended else None,
            best=max(self._scores.values())[1] if self._scores else None,
        )


_lock = threading.Lock()
_known: WeakKeyDictionary[RunFolder, _Known] = WeakKeyDictionary()
