"""Charts of what was measured: the trace, the front, how trials ended, who ran what when."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from armwright.looking.figure_style import BAD, BEST, CALM, MODEL, STATES, chart, plain
from armwright.looking.timeline import duration

if TYPE_CHECKING:
    from armwright.looking.ends import Ends
    from armwright.looking.front import Front
    from armwright.looking.timeline import Timeline
    from armwright.looking.trace import Trace

__all__ = ["ends_figure", "front_figure", "timeline_figure", "trace_figure"]

Spec = dict[str, Any]
_FEW = 200  # results up to which error bars are legible
_LANES = 40  # workers up to which each has a legible line
_SIDE = 300


def trace_figure(trace: Trace) -> Spec:
    """What each trial measured, and the best so far."""
    better = "lower" if trace.minimize else "higher"
    count = len(trace.points)
    subtitle = f"n = {count} results; {better} is better"
    incumbent = trace.incumbent
    if incumbent is not None:
        sem = f" ± {1.96 * incumbent.sem:.2g} (95 %)" if incumbent.sem > 0 else ""
        subtitle += f"; best measured {incumbent.value:.5g}{sem}, trial {incumbent.trial}"
    rows = [
        plain(
            {
                "trial": point.trial,
                "value": point.value,
                "sem": point.sem,
                "low": point.value - 1.96 * point.sem,
                "high": point.value + 1.96 * point.sem,
                "best": point.best,
                "kept": "result" if point.is_feasible else "breaks a constraint",
                "q1": point.quartiles[0] if point.quartiles else math.nan,
                "q2": point.quartiles[1] if point.quartiles else math.nan,
                "q3": point.quartiles[2] if point.quartiles else math.nan,
            }
        )
        for point in trace.points
    ]
    x = {"field": "trial", "type": "quantitative", "title": "trial", "axis": {"tickMinStep": 1}}
    kinds = ["result", "breaks a constraint", "best so far", f"median of {trace.window}"]
    colour = {
        "type": "nominal",
        "scale": {"domain": kinds, "range": [CALM, BAD, BEST, MODEL]},
    }

    def y(field: str) -> Spec:
        zero = {"zero": False}
        return {"field": field, "type": "quantitative", "title": trace.metric, "scale": zero}

    layers: list[Spec] = []
    if count <= _FEW and any(point.sem > 0 for point in trace.points):
        bars = {"y": y("low"), "y2": {"field": "high"}, "opacity": {"value": 0.5}}
        layers.append({"mark": {"type": "rule", "color": CALM}, "encoding": bars})
    tooltip = [{"field": name} for name in ("trial", "value", "sem", "kept")]
    dots = {
        "y": y("value"),
        "color": {"field": "kept", **colour},
        "shape": {
            "field": "kept",
            "scale": {"domain": kinds[:2], "range": ["circle", "cross"]},
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
                "encoding": {"y": y("q2"), "color": {"datum": kinds[3], "type": "nominal"}},
            },
        ]
    layers += [
        {
            "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
            "encoding": {"y": y("best"), "color": {"datum": kinds[2], "type": "nominal"}},
        },
    ]
    body = {"data": {"values": rows}, "encoding": {"x": x}, "layer": layers}
    return chart(f"How good is {trace.metric}, trial by trial?", subtitle, body)


def front_figure(front: Front) -> Spec:
    """The trade-offs: one panel for each pair of objectives."""
    names = [aim.metric for aim in front.aims]
    rows = [
        plain(
            {
                "trial": point.trial,
                **{f"v{at}": value for at, value in enumerate(point.values)},
                "kind": "best trade-off"
                if point.on_front
                else "beaten"
                if point.is_feasible
                else "breaks a constraint",
            }
        )
        for point in front.points
    ]
    kinds = {
        "domain": ["best trade-off", "beaten", "breaks a constraint"],
        "range": [BEST, CALM, BAD],
    }
    shapes = {"domain": kinds["domain"], "range": ["diamond", "circle", "cross"]}

    def panel(across: int, up: int) -> Spec:
        def side(at: int) -> Spec:
            arrow = "lower" if front.aims[at].minimize else "higher"
            return {
                "field": f"v{at}",
                "type": "quantitative",
                "title": f"{names[at]} ({arrow} is better)",
                "scale": {"zero": False},
            }

        tooltip = [{"field": "trial"}] + [
            {"field": f"v{at}", "title": name} for at, name in enumerate(names)
        ]
        encoding: Spec = {
            "x": side(across),
            "y": side(up),
            "color": {"field": "kind", "type": "nominal", "scale": kinds},
            "shape": {"field": "kind", "type": "nominal", "scale": shapes},
            "tooltip": tooltip,
        }
        layer: list[Spec] = [{"mark": {"type": "point", "filled": True}, "encoding": encoding}]
        if len(names) == 2:
            # What can be had: with x to be small, a point's y holds until the next one's x.
            stairs = "step-after" if front.aims[0].minimize else "step-before"
            layer.append(
                {
                    "transform": [{"filter": "datum.kind === 'best trade-off'"}],
                    "mark": {"type": "line", "interpolate": stairs, "color": BEST, "opacity": 0.6},
                    "encoding": {
                        "x": side(across),
                        "y": side(up),
                        "order": {"field": f"v{across}"},
                    },
                }
            )
        return {"width": _SIDE, "height": _SIDE, "layer": layer}

    pairs = [(a, b) for a in range(len(names)) for b in range(a + 1, len(names))]
    best = sum(point.on_front for point in front.points)
    subtitle = f"n = {len(rows)} results of all objectives, {best} best trade-offs"
    body = {
        "data": {"values": rows},
        "columns": 2,
        "concat": [panel(across, up) for across, up in pairs],
    }
    return chart(f"What does {' cost in '.join(names)}?", subtitle, body, height=None)


def ends_figure(ends: Ends) -> Spec:
    """Attempts that came to nothing, and broken constraints, by kind."""
    rows: list[Spec] = [
        {"kind": kind, "count": count, "of": kind.split(":")[0]} for kind, count in ends.kinds
    ]
    rows += [
        {"kind": f"breaks {text}", "count": count, "of": "breaks a constraint"}
        for text, count in ends.by_restriction
        if count
    ]
    total = sum(count for _, count in ends.statuses)
    order = {"field": "kind", "type": "nominal", "sort": None, "title": None}
    states = {"domain": [*STATES, "breaks a constraint"], "range": [*STATES.values(), BAD]}
    most = max((row["count"] for row in rows), default=1)
    few = {"values": list(range(int(most) + 1))} if most < 10 else {}
    count_axis = {"format": "d", **few}
    of = {"field": "count", "type": "quantitative", "title": "how many", "axis": count_axis}
    body: Spec = {
        "data": {"values": rows},
        "height": {"step": 22},
        "encoding": {"y": order, "x": of},
        "layer": [
            {
                "mark": "bar",
                "encoding": {"color": {"field": "of", "scale": states, "legend": None}},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 4},
                "encoding": {"text": {"field": "count"}},
            },
        ],
    }
    subtitle = f"of {total} trials, {ends.completed} completed"
    return chart("What went wrong, and how often?", subtitle, body)


def timeline_figure(timeline: Timeline) -> Spec:
    """Who ran what when."""
    rows = [
        {
            "worker": span.worker,
            "trial": span.trial,
            "attempt": span.attempt,
            "began": span.began,
            "ended": span.ended,
            "seconds": (span.ended - span.began) / 1000,
            "state": span.state,
            "reason": span.reason,
        }
        for span in timeline.spans
    ]
    lanes = len(timeline.workers)
    used = [state for state in STATES if any(span.state == state for span in timeline.spans)]
    tooltip = [{"field": n} for n in ("worker", "trial", "attempt", "state", "reason", "seconds")]
    legible = lanes <= _LANES
    step = 20 if legible else max(600 // lanes, 2)
    y: Spec = {"field": "worker", "type": "nominal", "sort": None, "title": "worker"}
    if not legible:
        y["axis"] = {"labels": False, "ticks": False, "grid": False}
    body: Spec = {
        "data": {"values": rows},
        "height": {"step": step},
        "mark": {"type": "bar", "cornerRadius": 1, "minBandSize": 1},
        "encoding": {
            "x": {
                "field": "began",
                "type": "temporal",
                "title": "time, UTC",
                "scale": {"type": "utc"},
            },
            "x2": {"field": "ended"},
            "y": y,
            "color": {
                "field": "state",
                "type": "nominal",
                "scale": {"domain": used, "range": [STATES[state] for state in used]},
            },
            "stroke": {"value": "white"},
            "strokeWidth": {"value": 0.4},
            "tooltip": tooltip,
        },
    }
    subtitle = (
        f"{len(rows)} attempts by {lanes} worker{'s' * (lanes != 1)}: {duration(timeline.busy)} "
        f"busy, of that {duration(timeline.wasted)} for nothing; {duration(timeline.idle)} idle"
    )
    return chart("Who ran what when?", subtitle, body)
