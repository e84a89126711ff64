"""Charts of what happened: the trace of results, and who ran what when."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from armwright.looking.figure_style import BAD, BEST, CALM, MODEL, STATES, UNKNOWN, chart, plain
from armwright.looking.timeline import duration

if TYPE_CHECKING:
    from armwright.looking.timeline import Timeline
    from armwright.looking.trace import Trace

__all__ = ["timeline_figure", "trace_figure"]

Spec = dict[str, Any]
_BEYOND = "beyond the scale"
_RESULT, _BREAKS, _UNKNOWN = "result", "breaks a constraint", "constraint not measured"
_FEW = 200  # results up to which error bars are legible
_LANES = 40  # workers up to which each has a legible line
_TALL = 620  # pixels that the lines of so many have together
_PIXELS = 740  # of the timeline, so that the shortest attempt has one
_SPREAD = 1000.0  # largest over smallest result from which on their scale is logarithmic


def trace_figure(trace: Trace) -> Spec:
    """What each trial measured, and the best so far."""
    better = "lower" if trace.minimize else "higher"
    count = len(trace.points)
    subtitle = f"n = {count} results; {better} is better"
    incumbent = trace.incumbent
    if incumbent is not None:
        sem = f" ± {1.96 * incumbent.sem:.2g} (95 %)" if incumbent.sem > 0 else ""
        subtitle += f"; best measured {incumbent.value:.5g}{sem}, trial {incumbent.trial}"
    if trace.left:
        subtitle += f"; not judged, for the status quo has no result: {', '.join(trace.left)}"
    values = [point.value for point in trace.points]
    log = min(values) > 0 and max(values) >= _SPREAD * min(values)
    least_shown, most_shown = (min(values), max(values)) if log else trace.span
    off = [value for value in values if not least_shown <= value <= most_shown]
    scale: Spec = {"type": "log"} if log else {"zero": False}
    if off:
        edge = 0.04 * (most_shown - least_shown)  # so that what lies outside is seen at the edge
        shown = [point for point in trace.points if least_shown <= point.value <= most_shown]
        halves = [1.96 * point.sem if point.sem > 0 else 0.0 for point in shown]
        lowest = min(point.value - half for point, half in zip(shown, halves, strict=True))
        highest = max(point.value + half for point, half in zip(shown, halves, strict=True))
        ends = [min(lowest, least_shown) - edge, max(highest, most_shown) + edge]
        scale |= {"domain": ends, "clamp": True}
        worst = max(off) if trace.minimize else min(off)
        subtitle += f"; {len(off)} beyond the scale, up to {worst:.4g}: the triangles"
    least = min(values) if log else -math.inf  # where an error bar ends on a log scale
    rows = [
        plain(
            {
                "trial": point.trial,
                "value": point.value,
                "sem": point.sem,
                "low": max(point.value - 1.96 * point.sem, least),
                "high": point.value + 1.96 * point.sem,
                "best": point.best,
                "kept": _BREAKS
                if point.is_feasible is False
                else _UNKNOWN
                if point.is_feasible is None
                else _RESULT
                if least_shown <= point.value <= most_shown
                else _BEYOND,
                "q1": point.quartiles[0] if point.quartiles else math.nan,
                "q2": point.quartiles[1] if point.quartiles else math.nan,
                "q3": point.quartiles[2] if point.quartiles else math.nan,
            }
        )
        for point in trace.points
    ]
    axis = {"tickMinStep": 1, "format": "d"}
    x = {"field": "trial", "type": "quantitative", "title": "trial", "axis": axis}
    drawn = {row["kept"] for row in rows}
    best_so_far, middle = "best so far", f"median of the last {trace.window}, and the middle half"
    there = {
        _RESULT: (CALM, _RESULT in drawn),
        _BREAKS: (BAD, _BREAKS in drawn),
        _UNKNOWN: (UNKNOWN, _UNKNOWN in drawn),
        _BEYOND: (CALM, _BEYOND in drawn),
        best_so_far: (BEST, incumbent is not None),
        middle: (
            MODEL,
            any(point.quartiles for point in trace.points),
        ),
    }
    edge_mark = "triangle-up" if trace.minimize else "triangle-down"
    used = {kind: colour for kind, (colour, is_there) in there.items() if is_there}
    colour = {
        "type": "nominal",
        "scale": {"domain": list(used), "range": list(used.values())},
        "legend": {"values": [kind for kind in used if kind != _BEYOND]},  # which the subtitle says
    }
    title = f"{trace.metric}{' (log)' * log}"

    def y(field: str) -> Spec:
        side = {"titleLimit": 260}
        return {
            "field": field,
            "type": "quantitative",
            "title": title,
            "scale": scale,
            "axis": side,
        }

    layers: list[Spec] = []
    if count <= _FEW and any(point.sem > 0 for point in trace.points):
        bars = {"y": y("low"), "y2": {"field": "high"}, "opacity": {"value": 0.5}}
        layers.append({"mark": {"type": "rule", "color": CALM}, "encoding": bars})
    tooltip = [
        {"field": "trial"},
        {"field": "value", "title": trace.metric},
        {"field": "sem", "title": "standard error"},
        {"field": "kept", "title": "kind"},
    ]
    dots = {
        "y": y("value"),
        "color": {"field": "kept", **colour},
        "shape": {
            "field": "kept",
            "scale": {
                "domain": [_RESULT, _BREAKS, _UNKNOWN, _BEYOND],
                "range": ["circle", "cross", "square", edge_mark],
            },
            "legend": None,
        },
        "tooltip": tooltip,
    }
    layers += [
        {
            "mark": {"type": "point", "filled": True, "opacity": 0.7 if count < 1000 else 0.35},
            "encoding": dots,
        },
    ]
    if any(point.quartiles for point in trace.points):
        spread = {"y": y("q1"), "y2": {"field": "q3"}}
        layers += [
            {"mark": {"type": "area", "opacity": 0.18, "color": MODEL}, "encoding": spread},
            {
                "mark": {"type": "line", "strokeDash": [4, 3], "strokeWidth": 1},
                "encoding": {"y": y("q2"), "color": {"datum": middle, "type": "nominal"}},
            },
        ]
    layers += [
        {
            "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
            "encoding": {"y": y("best"), "color": {"datum": best_so_far, "type": "nominal"}},
        },
    ]
    if incumbent is None:
        layers.pop()
    body = {"data": {"values": rows}, "encoding": {"x": x}, "layer": layers}
    return chart(f"How good is {trace.metric}, trial by trial?", subtitle, body)


def timeline_figure(timeline: Timeline) -> Spec:
    """Who ran what when."""
    spans, lanes = timeline.spans, len(timeline.workers)
    first, last = min(span.began for span in spans), max(span.ended for span in spans)
    shortest = (last - first) / _PIXELS  # as drawn; else what is short cannot be seen
    rows = [
        {
            "worker": span.worker,
            "trial": span.trial,
            "attempt": span.attempt,
            "began": span.began,
            "until": max(span.ended, math.ceil(span.began + shortest)),
            "took": duration((span.ended - span.began) / 1000),
            "state": span.state,
            "reason": span.reason,
        }
        for span in spans
    ]
    used = [state for state in STATES if any(span.state == state for span in spans)]
    tooltip = [{"field": n} for n in ("worker", "trial", "attempt", "state", "reason", "took")]
    y: Spec = {"field": "worker", "type": "nominal", "sort": None, "title": "worker"}
    y["axis"] = {"grid": False, "labelLimit": 160}
    if lanes > _LANES:
        y["axis"] = {"labels": False, "ticks": False, "grid": False}
        y["title"] = f"{lanes} workers, whoever began first on top"
    form, when = _clock(first, last)
    body: Spec = {
        "data": {"values": rows},
        "height": 20 * lanes if lanes <= _LANES else max(_TALL, lanes),
        "mark": {"type": "bar"},
        "encoding": {
            "x": {
                "field": "began",
                "type": "temporal",
                "title": f"time, UTC, {when}",
                "scale": {"type": "utc"},
                "axis": {"format": form, "tickCount": 8, "labelOverlap": "greedy"},
            },
            "x2": {"field": "until"},
            "y": y,
            "color": {
                "field": "state",
                "type": "nominal",
                "scale": {"domain": used, "range": [STATES[state] for state in used]},
            },
            "tooltip": tooltip,
        },
    }
    subtitle = (
        f"{len(rows)} attempts by {lanes} worker{'s' * (lanes != 1)}: {duration(timeline.busy)} "
        f"busy, of that {duration(timeline.wasted)} for nothing; {duration(timeline.idle)} idle"
    )
    return chart("Who ran what when?", subtitle, body)


def _clock(first: int, last: int) -> tuple[str, str]:
    """How to write moments between two, milliseconds since 1970, and which day they are on."""
    seconds = (last - first) / 1000
    days = [f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d}" for at in (first, last)]
    when = days[0] if days[0] == days[1] else f"{days[0]} to {days[1]}"
    if seconds < 10:
        return "%H:%M:%S.%L", when
    if seconds < 600:
        return "%H:%M:%S", when
    return ("%H:%M" if seconds < 86400 else "%m-%d %H:%M" if seconds < 86400 * 5 else "%m-%d"), when
