"""The chart of outcome constraints: each one's values and bound, and the share that keeps all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from armwright.looking.figure_style import BAD, CALM, MODEL, chart, one_in, plain

if TYPE_CHECKING:
    from armwright.looking.bounds import Bounded, Bounds

__all__ = ["bounds_figure"]

Spec = dict[str, Any]
_WIDTH, _HEIGHT = 700, 150
_WIDE = 1.959964
_FEW = 200  # results up to which error bars are legible
_MOST_DOTS = 1500
_COLOURS = {"keeps it": CALM, "breaks it": BAD}
_SHAPES = {"keeps it": "circle", "breaks it": "cross"}


def bounds_figure(bounds: Bounds) -> Spec:
    """What each trial measured of each metric with a bound, and how many keep all bounds."""
    first = min((trial for trial, _ in bounds.windows), default=0)
    last = max((trial for trial, _ in bounds.windows), default=1)
    kept = {"keeps it" if p.is_kept else "breaks it" for it in bounds.items for p in it.points}
    kinds = [kind for kind in _COLOURS if kind in kept]
    panels = [_values(item, (first, last), kinds) for item in bounds.items]
    panels.append(_share(bounds, (first, last)))
    count = bounds.share.count
    all_of = f"{bounds.share.kept} of n = {count} completed trials keep "
    which = "all constraints" if len(bounds.items) > 1 else bounds.items[0].restriction.text
    ends = f", {bounds.share.value:.0%} (95 % interval {bounds.share.low:.0%} to "
    subtitle = f"{all_of}{which}{ends}{bounds.share.high:.0%})"
    if bounds.unknown:
        subtitle += f"; of {bounds.unknown} more a metric was not measured"
    if bounds.left:
        subtitle += f"; not judged, for the status quo has no result: {', '.join(bounds.left)}"
    resolve = {"scale": {"color": "shared", "shape": "shared"}}
    body: Spec = {"columns": 1, "concat": panels, "resolve": resolve}
    return chart("Are the outcome constraints kept?", subtitle, body, height=None)


def _trial(field: str, ends: tuple[int, int], *, title: bool) -> Spec:
    return {
        "field": field,
        "type": "quantitative",
        "title": "trial" if title else None,
        "scale": {"domain": list(ends), "zero": False},
        "axis": {"tickMinStep": 1, "format": "d"},
    }


def _values(item: Bounded, ends: tuple[int, int], kinds: list[str]) -> Spec:
    """The results of one metric, with the bound and the side that is forbidden."""
    step = math.ceil(len(item.points) / _MOST_DOTS)
    rows = [
        plain(
            {
                "trial": point.trial,
                "value": point.value,
                "low": point.value - _WIDE * point.sem,
                "high": point.value + _WIDE * point.sem,
                "margin": point.margin,
                "kind": "keeps it" if point.is_kept else "breaks it",
                "close": "yes" if point.is_close else "no",
            }
        )
        for point in item.points[:: step or 1]
    ]
    bound, metric = item.restriction.limit, item.restriction.metric
    x = _trial("trial", ends, title=False)

    def y(field: str) -> Spec:
        found = {"field": field, "type": "quantitative", "title": metric}
        return {**found, "scale": {"zero": False}, "axis": {"titleLimit": _HEIGHT, "tickCount": 5}}

    colours = {"domain": kinds, "range": [_COLOURS[kind] for kind in kinds]}
    shapes = {"domain": kinds, "range": [_SHAPES[kind] for kind in kinds]}
    tooltip = [
        {"field": "trial"},
        {"field": "value", "title": metric},
        {"field": "margin", "title": "inside the bound by"},
        {"field": "close", "title": "bound within its 95 % interval"},
    ]
    layer: list[Spec] = [
        {
            "data": {"values": [{"bound": bound}]},
            "mark": {"type": "rule", "strokeWidth": 1.5, "strokeDash": [5, 3]},
            "encoding": {"y": y("bound")},
        },
        {
            "data": {"values": rows},
            "mark": {"type": "point", "filled": True, "opacity": 0.7},
            "encoding": {
                "x": x,
                "y": y("value"),
                "color": {"field": "kind", "type": "nominal", "scale": colours},
                "shape": {"field": "kind", "type": "nominal", "scale": shapes},
                "tooltip": tooltip,
            },
        },
    ]
    if len(rows) <= _FEW and any(point.sem > 0 for point in item.points):
        bars = {"x": x, "y": y("low"), "y2": {"field": "high"}, "opacity": {"value": 0.5}}
        mark = {"type": "rule", "color": CALM}
        layer.insert(1, {"data": {"values": rows}, "mark": mark, "encoding": bars})
    title = f"{item.restriction.text}: {item.share.text}{one_in(step)}"
    return {"title": _title(title), "width": _WIDTH, "height": _HEIGHT, "layer": layer}


def _share(bounds: Bounds, ends: tuple[int, int]) -> Spec:
    """The share of the trials so far that keep everything, in a window."""
    step = math.ceil(len(bounds.windows) / _MOST_DOTS)
    rows = [
        plain({"trial": trial, "share": it.value, "low": it.low, "high": it.high, "n": it.count})
        for trial, it in bounds.windows[:: step or 1]
    ]
    x = _trial("trial", ends, title=True)

    def y(field: str) -> Spec:
        return {
            "field": field,
            "type": "quantitative",
            "title": "share that keeps all",
            "scale": {"domain": [0, 1]},
            "axis": {"format": ".0%", "tickCount": 5, "titleLimit": _HEIGHT},
        }

    tooltip = [
        {"field": "trial", "title": "up to trial"},
        {"field": "share", "format": ".0%"},
        {"field": "n", "title": "of so many"},
    ]
    every = "every constraint" if len(bounds.items) > 1 else "the constraint"
    title = f"Keep {every}: share of the last {bounds.window} completed trials, 95 % interval"
    return {
        "title": _title(title),
        "width": _WIDTH,
        "height": 100,
        "data": {"values": rows},
        "layer": [
            {
                "mark": {"type": "area", "opacity": 0.18, "color": MODEL},
                "encoding": {"x": x, "y": y("low"), "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "color": MODEL, "point": len(rows) < 2},
                "encoding": {"x": x, "y": y("share"), "tooltip": tooltip},
            },
        ],
    }


def _title(text: str) -> Spec:
    return {"text": text, "fontSize": 12, "limit": _WIDTH}
