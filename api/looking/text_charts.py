"""Charts as text, for terminals: the trace, importance, and where good results lie."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from armwright.errors import UsageError
from armwright.looking.parallel import place_on
from armwright.looking.text_parts import bar, shortened
from armwright.looking.trace import aim_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from armwright.looking.influence import Influences
    from armwright.looking.looked_at import LookedAt
    from armwright.looking.trace import Trace

__all__ = ["importance_text", "parallel_text", "trace_text"]

_BLOCKS = " ▁▂▃▄▅▆▇█"
_DOT, _BEST = "·", "─"
_HEIGHT, _BINS = 12, 24
_LETTERS = 30  # of a parameter's name
_SHARE = 10  # the best results are the best tenth


def trace_text(trace: Trace, *, width: int = 72) -> Iterator[str]:
    """The results as dots and the best so far as a line, one row of text after the other.

    Args:
        trace: What to draw.
        width: Of the drawing, in letters, without the axis.

    Raises:
        UsageError: There is no result.
    """
    points = trace.points
    if not points:
        raise UsageError(f"no result of {trace.metric} yet")
    values = [point.value for point in points]
    low, high = trace.span
    off = [value for value in values if not low <= value <= high]
    first, last = points[0].trial, points[-1].trial
    columns = min(width, max(last - first + 1, 2))
    rows = [[" "] * columns for _ in range(_HEIGHT)]

    def row(value: float) -> int:
        share = (min(max(value, low), high) - low) / (high - low) if high > low else 0.5
        return _HEIGHT - 1 - round(share * (_HEIGHT - 1))

    def column(trial: int) -> int:
        return round((trial - first) / max(last - first, 1) * (columns - 1))

    for point, after in zip(points, [*points[1:], None], strict=True):
        if math.isfinite(point.best):
            until = columns if after is None else max(column(after.trial), column(point.trial) + 1)
            for at in range(column(point.trial), until):
                rows[row(point.best)][at] = _BEST
    for point in points:
        mark = "v" if point.value < low else "^" if point.value > high else _DOT
        rows[row(point.value)][column(point.trial)] = {True: mark, False: "x", None: "?"}[
            point.is_feasible
        ]
    for point in points:
        if point.trial == point.best_trial and point.value == point.best:
            rows[row(point.value)][column(point.trial)] = "●"
    better = "lower" if trace.minimize else "higher"
    yield f"{trace.metric} by trial, n = {len(points)}; {better} is better"
    marks = {0: f"{high:.4g}", _HEIGHT - 1: f"{low:.4g}"}
    wide = max(map(len, marks.values()))
    for at, cells in enumerate(rows):
        yield f"{marks.get(at, ''):>{wide}} │{''.join(cells).rstrip()}"
    yield f"{'':>{wide}} └{'─' * columns}"
    yield f"{'':>{wide}}  {first}{last:>{max(columns - len(str(first)), 1)}}"
    x = "  x breaks a constraint" if any(p.is_feasible is False for p in points) else ""
    x += "  ? not measured" if any(p.is_feasible is None for p in points) else ""
    yield f"{'':>{wide}}  ● new best  {_BEST} best so far  {_DOT} result{x}"
    if off:
        worst, mark = (max(off), "^") if trace.minimize else (min(off), "v")
        yield f"{len(off)} beyond the scale, up to {worst:.4g}, at its edge, as {mark}"
    best = trace.incumbent
    if best is not None:
        sem = f" ± {1.96 * best.sem:.2g}" if best.sem > 0 else ""
        yield f"best measured {best.value:.6g}{sem}, trial {best.trial}"
    if trace.left:
        yield f"not judged without a status quo: {', '.join(trace.left)}"


def importance_text(found: Influences, *, width: int = 40) -> Iterator[str]:
    """A bar for each parameter, with the interval in numbers."""
    yield f"share of the variance of {found.metric}, alone or with others, n = {found.results}"
    wide = min(max(len(item.parameter) for item in found.items), _LETTERS)
    largest = max([1e-12, *(item.total for item in found.items)])
    for item in found.items:
        ink = bar(item.total / largest, width)
        ends = f"{item.low:.0%} to {item.high:.0%}"
        name = shortened(item.parameter, wide)
        yield f"{name:<{wide}}  {ink:<{width}}  {item.total:>4.0%}  ({ends})"


def parallel_text(seen: LookedAt, metric: str | None = None, *, width: int = 80) -> Iterator[str]:
    """For each parameter where all results lie, and where the best tenth does.

    Raises:
        UsageError: There is no objective, or no result.
    """
    aim = aim_of(seen, metric)
    trials = sorted(
        seen.measured(aim.metric), key=lambda t: t.mean(aim.metric), reverse=not aim.minimize
    )
    if not trials:
        raise UsageError(f"no result of {aim.metric} yet")
    best = trials[: math.ceil(len(trials) / _SHARE)]
    head = f"where n = {len(trials)} results lie, and the best {len(best)} by {aim.metric}"
    yield shortened(head, width)
    wide = min(max([len(axis.name) for axis in seen.tuned], default=0), _LETTERS)
    for axis in seen.tuned:
        bins = _BINS if axis.is_range else len(axis.values)
        if axis.is_range:
            log = ", log" if axis.is_log else ""
            says = f"{axis.lower:.4g} to {axis.upper:.4g}{log}"
        else:
            says = ", ".join(map(str, axis.values))
        for name, these in (("all", trials), ("best", best)):
            places = [place_on(axis, trial.parameters.get(axis.name)) for trial in these]
            blocks = _histogram(places, bins)
            label = shortened(axis.name, wide) if name == "all" else ""
            line = f"{label:<{wide}}  {name:<4} │{blocks}│"
            yield shortened(f"{line}  {says}", width) if name == "all" else line


def _histogram(places: Sequence[float], bins: int) -> str:
    counts = [0] * bins
    for place in places:
        if not math.isnan(place):
            counts[min(int(place * bins) if bins > 1 else 0, bins - 1)] += 1
    most = max([1, *counts])
    return "".join(_BLOCKS[math.ceil(count / most * (len(_BLOCKS) - 1))] for count in counts)
