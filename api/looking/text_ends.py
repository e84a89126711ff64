"""Failures, constraints and who ran what when, as text."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from armwright.looking.text_parts import bar, levels, number, shortened
from armwright.looking.timeline import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from armwright.looking.bounds import Bounded, Bounds
    from armwright.looking.ends import Ends
    from armwright.looking.timeline import Span, Timeline

__all__ = ["bounds_text", "failures_text", "timeline_text"]

_WIDE = 1.959964
_MOST_WORKERS, _MOST_KINDS = 30, 20
_LABEL = 26  # letters of a kind
# How a cell of the timeline reads, what counts more in it first.
_STATES = {
    "failed": "x",
    "preempted": "!",
    "lost": "?",
    "abandoned": "a",
    "cancelled": "c",
    "running": ">",
    "completed": "=",
}


def failures_text(ends: Ends, *, width: int = 80) -> Iterator[str]:
    """How many attempts came to nothing, by kind, and when."""
    total = sum(count for _, count in ends.statuses)
    yield f"what went wrong in {total} trials, {ends.completed} completed"
    rows = [
        *ends.kinds,
        *((f"breaks {text}", count) for text, count in ends.by_restriction if count),
    ]
    wide = min(max((len(kind) for kind, _ in rows), default=0), _LABEL)
    digits = max((len(str(count)) for _, count in rows), default=1)
    over = len(ends.windows)
    room = max(width - wide - digits - over - 8, 8)
    most = max((count for _, count in rows), default=1)
    for kind, count in rows[:_MOST_KINDS]:
        counts = [float(dict(window.kinds).get(kind, 0)) for window in ends.windows]
        told = any(kind == name for name, _ in ends.kinds)
        when = f"  │{levels(counts, least=0.0)}│" if told else ""
        line = f"{shortened(kind, wide):<{wide}}  {count:>{digits}}  "
        yield (line + f"{bar(count / most, room):<{room}}" + when).rstrip()
    if len(rows) > _MOST_KINDS:
        yield f"and {len(rows) - _MOST_KINDS} more kinds"
    if ends.windows:
        size = ends.windows[0].last - ends.windows[0].first + 1
        each = "trial" if size == 1 else f"{size} trials"
        yield f"at the right: when, one letter for {each}, trial 0 to {ends.windows[-1].last}"


def bounds_text(bounds: Bounds, *, width: int = 80) -> Iterator[str]:
    """For each constraint how many keep it, where the values lie, and how close the closest is."""
    share = bounds.share
    yield (
        f"{share.kept} of n = {share.count} completed trials keep all constraints, "
        f"{share.value:.0%} ({share.low:.0%} to {share.high:.0%})"
    )
    if bounds.unknown:
        yield f"of {bounds.unknown} more a metric was not measured"
    if bounds.left:
        yield shortened(f"not judged without a status quo: {', '.join(bounds.left)}", width)
    for item in bounds.items:
        yield ""
        yield shortened(f"{item.restriction.text}: {item.share.text}", width)
        if item.points:
            yield from _values(item, min(width - 12, 60))
    if len(bounds.windows) > 1:
        cells = min(width - 30, 50, len(bounds.windows))
        places = [round(at * (len(bounds.windows) - 1) / max(cells - 1, 1)) for at in range(cells)]
        over = [bounds.windows[at][1].value for at in places]
        yield ""
        yield f"share that keeps all, of the last {bounds.window}, 0 to 100 %"
        blocks = "".join(" ▁▂▃▄▅▆▇█"[math.ceil(value * 8)] for value in over)
        first, last = bounds.windows[0][0], bounds.windows[-1][0]
        yield f"  trial {first:<4} │{blocks}│ {last}"


def _values(item: Bounded, cells: int) -> Iterator[str]:
    """Where the values lie, with the bound among them, and the smallest margins."""
    values = [point.value for point in item.points]
    bound = item.restriction.limit
    low, high = min(*values, bound), max(*values, bound)

    def cell(value: float) -> int:
        return min(int((value - low) / (high - low) * cells), cells - 1) if high > low else 0

    counts = [0.0] * cells
    for value in values:
        counts[cell(value)] += 1
    yield f"  values    │{levels(counts, least=0.0)}│"
    side = "at least" if item.restriction.is_lower else "at most"
    mark = f"^ {side} {bound:g}"
    at = cell(bound)
    yield f"{'':>13}" + (
        " " * at + mark if at + len(mark) <= cells else f"{mark[2:]} ^".rjust(at + 1)
    )
    close = sum(point.is_close for point in item.points)
    nearest = min(item.points, key=lambda point: abs(point.margin))
    sem = f" ± {number(_WIDE * nearest.sem)}" if nearest.sem > 0 else ""
    says = "inside" if nearest.is_kept else "outside"
    yield f"  measured {number(low)} to {number(high)}"
    many = f"; {close} of {len(values)} are too close to tell" if close else ""
    yield f"  nearest: trial {nearest.trial}, {number(abs(nearest.margin))}{sem} {says}{many}"


def timeline_text(timeline: Timeline, *, width: int = 80) -> Iterator[str]:
    """A line for each worker: what became of what it ran, from the first moment to the last."""
    spans, workers = timeline.spans, timeline.workers
    yield (
        f"{len(spans)} attempts by {len(workers)} worker{'s' * (len(workers) != 1)}: "
        f"{duration(timeline.busy)} busy, {duration(timeline.wasted)} of it for nothing; "
        f"{duration(timeline.idle)} idle"
    )
    first, last = min(span.began for span in spans), max(span.ended for span in spans)
    shown = workers[:_MOST_WORKERS]
    wide = min(max(map(len, shown)), width // 3)
    cells = max(width - wide - 3, 10)
    by_worker: dict[str, list[Span]] = {}
    for span in spans:
        by_worker.setdefault(span.worker, []).append(span)
    for worker in shown:
        line = _lane(by_worker[worker], first, last, cells)
        yield f"{shortened(worker, wide):<{wide}} │{line}│"
    if len(workers) > len(shown):
        yield f"and {len(workers) - len(shown)} more workers, who began later"
    yield f"{'':>{wide}}  {_ends_of(first, last, cells)}"
    used = [state for state in _STATES if any(span.state == state for span in spans)]
    yield "  ".join(f"{_STATES[state]} {state}" for state in reversed(used))


def _lane(spans: list[Span], first: int, last: int, cells: int) -> str:
    """The letters of one worker; where several spans share a cell, the worst of them."""
    order = list(_STATES)
    line = [len(order)] * cells

    def cell(at: int) -> int:
        return min(int((at - first) / max(last - first, 1) * cells), cells - 1)

    for span in spans:
        rank = order.index(span.state) if span.state in order else len(order)
        for at in range(cell(span.began), cell(span.ended) + 1):
            line[at] = min(line[at], rank)
    return "".join(_STATES[order[rank]] if rank < len(order) else " " for rank in line)


def _ends_of(first: int, last: int, cells: int) -> str:
    """The first and the last moment, below the two ends of the lines."""
    moments = [datetime.fromtimestamp(at / 1000, UTC) for at in (first, last)]
    form = "%H:%M:%S" if moments[0].date() == moments[1].date() else "%m-%d %H:%M"
    start, end = f"{moments[0]:%Y-%m-%d %H:%M:%S} UTC", f"{moments[1]:{form}}"
    return f"{start}{end:>{max(cells - len(start), len(end) + 1)}}"
