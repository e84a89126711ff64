"""Outcome constraints: what each trial measured, how far from the bound, and how many keep it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from armwright.errors import UsageError

if TYPE_CHECKING:
    from armwright.experiment.restriction import Restriction
    from armwright.looking.looked_at import LookedAt

__all__ = ["BoundPoint", "Bounded", "Bounds", "Share", "bounds_of"]

_WIDE = 1.959964  # standard deviations on each side of a 95 % interval
_SHARE = 10  # the window of the share is this part of all trials
_FEWEST = 5  # trials in a window


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of some trials, with what so few say of it.

    Attributes:
        kept: How many.
        count: Of how many; 0 where there is none.
        low: Lower end of Wilson's 95 % interval.
        high: Upper end.
    """

    kept: int
    count: int
    low: float
    high: float

    @classmethod
    def of(cls, kept: int, count: int) -> Share:
        """The share with its interval; from 0 to 1 where there is nothing to count."""
        if not count:
            return cls(kept=0, count=0, low=0.0, high=1.0)
        p, z = kept / count, _WIDE
        middle = (p + z * z / (2 * count)) / (1 + z * z / count)
        half = z * math.sqrt(p * (1 - p) / count + z * z / (4 * count**2)) / (1 + z * z / count)
        return cls(
            kept=kept, count=count, low=max(middle - half, 0.0), high=min(middle + half, 1.0)
        )

    @property
    def value(self) -> float:
        """The share itself; NaN of nothing."""
        return self.kept / self.count if self.count else math.nan

    @property
    def text(self) -> str:
        """In words."""
        if not self.count:
            return "none measured yet"
        ends = f"95 % interval {self.low:.0%} to {self.high:.0%}"
        return f"{self.kept} of {self.count} keep it, {self.value:.0%} ({ends})"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BoundPoint:
    """What one trial measured of a metric that has a bound.

    Attributes:
        trial: Its number.
        value: What it measured.
        sem: Standard error of that; NaN where unknown.
        margin: How far it is inside of the bound, in the metric's unit; negative outside.
    """

    trial: int
    value: float
    sem: float
    margin: float

    @property
    def is_kept(self) -> bool:
        """Whether what was measured keeps the bound."""
        return self.margin >= 0

    @property
    def is_close(self) -> bool:
        """Whether the bound lies inside the 95 % interval of what was measured."""
        return self.sem > 0 and abs(self.margin) <= _WIDE * self.sem


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded:
    """One outcome constraint.

    Attributes:
        restriction: The bound.
        points: The completed trials that measured its metric, by number.
        share: How many of these keep it.
    """

    restriction: Restriction
    points: tuple[BoundPoint, ...]
    share: Share


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """All outcome constraints that can be judged.

    Attributes:
        items: Each.
        share: How many completed trials keep them all, of those of which that is known.
        unknown: Of how many completed trials it is not known: a metric was not measured.
        left: Constraints that nobody can judge yet, in words.
        windows: Last trial of each window of completed trials, and how many of it keep them all.
        window: How many trials a window has.
    """

    items: tuple[Bounded, ...]
    share: Share
    unknown: int
    left: tuple[str, ...]
    windows: tuple[tuple[int, Share], ...]
    window: int


def bounds_of(seen: LookedAt) -> Bounds:
    """How the outcome constraints are kept; relative ones once the status quo has results.

    Raises:
        UsageError: There is none, or none that can be judged.
    """
    left = tuple(item.text for item in seen.restrictions if not item.is_judged)
    if not seen.judged:
        raise UsageError(
            f"the status quo has no result yet, without which nobody knows {' and '.join(left)}"
            if left
            else f"{seen.name!r} has no outcome constraint"
        )
    items = []
    for item in seen.judged:
        points = tuple(
            BoundPoint(
                trial=trial.trial,
                value=trial.mean(item.metric),
                sem=trial.values[item.metric][1],
                margin=(trial.mean(item.metric) - item.limit) * (1 if item.is_lower else -1),
            )
            for trial in seen.measured(item.metric)
        )
        share = Share.of(sum(point.is_kept for point in points), len(points))
        items.append(Bounded(restriction=item, points=points, share=share))
    every = [trial for trial in seen.trials if trial.status == "completed"]
    completed = [trial for trial in every if seen.keeps(trial) is not None]
    kept = [seen.keeps(trial) is True for trial in completed]
    window = max(len(completed) // _SHARE, _FEWEST)
    windows = tuple(
        (
            completed[at].trial,
            Share.of(sum(kept[max(at + 1 - window, 0) : at + 1]), min(at + 1, window)),
        )
        for at in range(len(completed))
    )
    return Bounds(
        items=tuple(items),
        share=Share.of(sum(kept), len(kept)),
        unknown=len(every) - len(completed),
        left=left,
        windows=windows,
        window=window,
    )
