"""Which arm is the best so far, or, of several objectives, which ones no other arm beats."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from armwright.experiment.restriction import keeps_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armwright.callbacks.aims import Aims

__all__ = ["BestSoFar", "Measured"]


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """What one arm measured.

    Attributes:
        trial: The number of its trial.
        arm: Its name.
        parameters: What was run.
        values: Metric to mean and standard error.
    """

    trial: int
    arm: str
    parameters: Mapping[str, Any]
    values: Mapping[str, tuple[float, float]]


@final
class BestSoFar:
    """Takes in what arms measure, one after the other, as they become known.

    Bounds that are relative to the status quo are judged by all it has measured by then: nothing is
    best before it has a result, and each further one of its results judges all arms anew. So does a
    result that is corrected or taken back, once somebody asks: of however many of these.

    Args:
        aims: Say what is best.
    """

    def __init__(self, aims: Aims) -> None:
        self._front: list[Measured] = []
        self._is_judged = True
        self._aims = aims
        self._every: dict[int, list[Measured]] = {}  # by trial
        self._bounds = aims.bounds(())

    @property
    def front(self) -> list[Measured]:
        """The best arm, or those that no other one equals or beats in every objective."""
        if not self._is_judged:
            self._judge_anew()
        return self._front

    def scores(self, item: Measured) -> dict[str, float]:
        """What an arm measured of each objective; empty unless it has all and keeps the bounds."""
        if not self._is_judged:
            self._judge_anew()
        return self._scores(item)

    def _scores(self, item: Measured) -> dict[str, float]:
        found = {aim.name: aim.result(item.values)[0] for aim in self._aims.objectives}
        is_whole = all(map(math.isfinite, found.values()))
        return found if is_whole and keeps_all(self._bounds, item.values) else {}

    def take_in(self, item: Measured) -> list[Measured]:
        """Takes an arm's results into account.

        Returns:
            The arms that are among the best now and were not before, in the order they came: this
            one or none, but for a result of the status quo, which may bring up earlier ones.
        """
        before = self.front
        self._every.setdefault(item.trial, []).append(item)
        if self._aims.is_own is None or not self._aims.is_own(item.parameters):
            return [item] if self._enters(item) else []
        self._judge_anew()
        return [known for known in self.front if known not in before]

    def replace(self, trial: int, items: Sequence[Measured]) -> None:
        """Takes for what a trial measured these results alone, whatever they were before.

        Args:
            trial: Its number.
            items: One of each arm; none where nothing of it counts any more.
        """
        known = self._every.get(trial, [])
        if list(map(_content, known)) == list(map(_content, items)):
            return
        if not known and self._is_judged:
            for item in items:
                self.take_in(item)
            return
        self._every[trial] = list(items)
        if not items:
            del self._every[trial]
        self._is_judged = False

    def _judge_anew(self) -> None:
        self._is_judged = True
        every = [item for items in self._every.values() for item in items]
        if self._aims.is_own is not None:
            own = [item.values for item in every if self._aims.is_own(item.parameters)]
            self._bounds = self._aims.bounds(own)
        self._front = []
        for known in every:
            self._enters(known)

    def _enters(self, item: Measured) -> bool:
        losses = self._losses(item)
        known = [(other, self._losses(other)) for other in self._front] if losses else []
        if not losses or any(_all_as_small(theirs, losses) for _, theirs in known):
            return False
        self._front = [other for other, theirs in known if not _all_as_small(losses, theirs)]
        self._front.append(item)
        return True

    def _losses(self, item: Measured) -> tuple[float, ...]:
        """Its scores in the order of the objectives, less is better; none where it has none."""
        found = self._scores(item)
        aims = self._aims.objectives if found else ()
        return tuple(found[aim.name] if aim.minimize else -found[aim.name] for aim in aims)


def _content(item: Measured) -> str:
    """What two results are compared by: as text, in which unknown errors are alike."""
    return f"{item.arm} {dict(item.values)}"


def _all_as_small(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True))
