"""The optimization trace: what each trial measured, and the best so far."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from armwright.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armwright.looking.looked_at import Aim, LookedAt, SeenTrial

__all__ = ["Trace", "TracePoint", "aim_of", "incumbent_in", "trace_of"]

_SHARE = 10  # the window of the quantiles is this part of all points
_NEAR, _FAR, _SQUASHED = 0.75, 3.0, 2.0  # see `Trace.span`
_AT_ONCE = 500  # windows, each of which NumPy copies
_FEWEST = 10  # points in a window of which quantiles are worth drawing


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TracePoint:
    """One result.

    Attributes:
        trial: Its number.
        value: What was measured.
        sem: Its standard error; NaN where that is unknown.
        is_feasible: Whether it keeps the outcome constraints; None where that is not known.
        best: The best feasible value so far; NaN before there is one.
        best_trial: Whose value that is; None before there is one.
        quartiles: Of the values of the window that ends here; None while there are too few.
    """

    trial: int
    value: float
    sem: float
    is_feasible: bool | None
    best: float
    best_trial: int | None
    quartiles: tuple[float, float, float] | None


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The results of one metric in the order of the trials.

    Attributes:
        metric: Its name.
        minimize: Whether less is better.
        points: In the order of the trials.
        window: How many results each triple of quartiles is of.
        left: Constraints that nobody can judge yet, in words; they do not count.
    """

    metric: str
    minimize: bool
    points: tuple[TracePoint, ...]
    window: int
    left: tuple[str, ...] = ()

    @property
    def span(self) -> tuple[float, float]:
        """The least and the largest value that are worth showing.

        All of them, unless a few so bad ones are among them that all others would look the same:
        then up to three times as far from the best as three of four results are.
        """
        values = np.sort([point.value for point in self.points])
        low, high = float(values[0]), float(values[-1])
        if self.minimize:
            most = low + _FAR * (float(np.quantile(values, _NEAR)) - low)
            return low, most if most > low and high - low > _SQUASHED * (most - low) else high
        least = high - _FAR * (high - float(np.quantile(values, 1 - _NEAR)))
        return least if least < high and high - low > _SQUASHED * (high - least) else low, high

    @property
    def incumbent(self) -> TracePoint | None:
        """The best result that keeps the constraints."""
        best = self.points[-1].best if self.points else math.nan
        return next((p for p in self.points if p.is_feasible and p.value == best), None)


def incumbent_in(seen: LookedAt, trace: Trace) -> SeenTrial | None:
    """The incumbent's trial; of a batch the arm that measured it and keeps the constraints."""
    point, trials = trace.incumbent, seen.measured(trace.metric)
    if point is None:
        return None
    mine = (t for t in trials if (t.trial, t.mean(trace.metric)) == (point.trial, point.value))
    return next(trial for trial in mine if seen.keeps(trial))


def aim_of(seen: LookedAt, metric: str | None) -> Aim:
    """The objective that a metric is, the first one where none is named.

    Raises:
        UsageError: There is no objective, or the metric is none.
    """
    if not seen.aims:
        raise UsageError(f"{seen.name!r} has no objective, so nothing is best")
    for aim in seen.aims:
        if metric in (None, aim.metric):
            return aim
    raise UsageError(
        f"expected an objective, {' or '.join(aim.metric for aim in seen.aims)}, got {metric!r}"
    )


def trace_of(seen: LookedAt, metric: str | None = None) -> Trace:
    """The trace of an objective.

    Args:
        seen: The experiment.
        metric: The objective; the first one where none is named.

    Raises:
        UsageError: There is no objective, or the metric is none.
    """
    aim = aim_of(seen, metric)
    trials = seen.measured(aim.metric)
    values = [trial.mean(aim.metric) for trial in trials]
    window = max(len(values) // _SHARE, _FEWEST)
    quartiles = _quartiles(values, window)
    best, best_trial, points = math.nan, None, []
    for trial, value, quartile in zip(trials, values, quartiles, strict=True):
        feasible = seen.keeps(trial)
        if feasible and (best_trial is None or aim.is_better(value, best)):
            best, best_trial = value, trial.trial
        points.append(
            TracePoint(
                trial=trial.trial,
                value=value,
                sem=trial.values[aim.metric][1],
                is_feasible=feasible,
                best=best,
                best_trial=best_trial,
                quartiles=quartile,
            )
        )
    return Trace(
        metric=aim.metric,
        minimize=aim.minimize,
        points=tuple(points),
        window=window,
        left=tuple(item.text for item in seen.restrictions if not item.is_judged),
    )


def _quartiles(values: Sequence[float], window: int) -> list[tuple[float, float, float] | None]:
    """Of the last `window` values at each place; None for the places before there are as many."""
    if len(values) < window:
        return [None] * len(values)
    spans = np.lib.stride_tricks.sliding_window_view(np.asarray(values, np.float64), window)
    found: list[tuple[float, float, float] | None] = []
    for begin in range(0, len(spans), _AT_ONCE):
        rows = np.quantile(spans[begin : begin + _AT_ONCE], (0.25, 0.5, 0.75), axis=1).T
        found += [(float(low), float(middle), float(high)) for low, middle, high in rows]
    return [*[None] * (window - 1), *found]
