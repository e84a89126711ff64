"""The chart of feasibility: how likely an arm is to give a result, one that keeps constraints."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from armwright.looking.feasibility import BREAKS, FAILED, GAVE, KEPT, SAID, UNKNOWN
from armwright.looking.figure_model import CELL, cells, key, where_held
from armwright.looking.figure_style import BAD, BEST, MODEL, axis_side, chart, one_in, plain

if TYPE_CHECKING:
    from armwright.looking.feasibility import ChanceMap, ChanceSlice, Feasibility
    from armwright.looking.looked_at import LookedAt, SeenTrial

__all__ = ["feasibility_figure"]

Spec = dict[str, Any]
_WIDTH, _MAP, _TALL = 330, 290, 150
_MOST_DOTS = 400
_COLOURS = {GAVE: "#ffffff", KEPT: "#ffffff", BREAKS: BAD, FAILED: BEST, UNKNOWN: "#bbbbbb"}
_SHAPES = {
    GAVE: "circle",
    KEPT: "circle",
    BREAKS: "triangle-up",
    FAILED: "cross",
    UNKNOWN: "square",
}
_UP = {GAVE: 1.04, KEPT: 1.04, BREAKS: -0.02, FAILED: -0.06, UNKNOWN: 0.5}
_LEGEND = ("color", "shape")
_DOT: Spec = {"type": "point", "filled": True, "stroke": "#555555", "strokeWidth": 0.7}


def feasibility_figure(found: Feasibility, seen: LookedAt) -> Spec:
    """Where trials failed or broke a constraint, and how likely that is elsewhere."""
    step = math.ceil(len(found.fates) / _MOST_DOTS) or 1
    drawn = _one_in(step, found)
    rows = [
        {
            "trial": trial.trial,
            "fate": fate,
            "reason": trial.reason,
            **{f"p{at}": key(trial.parameters.get(axis.name)) for at, axis in _axes(found)},
        }
        for trial, fate in drawn
    ]
    counts = Counter(fate for _, fate in found.fates)
    fates = [fate for fate in _COLOURS if counts[fate]]
    names = [axis.name for _, axis in _axes(found)]
    panels = []
    if found.map is not None:
        places = (names.index(found.map.across.name), names.index(found.map.up.name))
        panels = [
            _over_two(found.map, text, chance, places, fates) for text, chance in found.map.parts
        ]
    panels += [_along(item, names.index(item.axis.name), fates) for item in found.along]
    told = ", ".join(f"{counts[fate]} {SAID[fate]}" for fate in fates)
    subtitle = f"n = {len(found.fates)} trials: {told}{one_in(step)}"
    if len(names) > 1:
        subtitle += f"; the other parameters as in {where_held(seen, found.around)}"
    subtitle += "; lines and shades: what the model says"
    if found.left:
        subtitle += f", which knows nothing yet of {' and '.join(found.left)}"
    body: Spec = {
        "data": {"values": [plain(row) for row in rows]},
        "columns": 2,
        "concat": panels,
        "resolve": {"scale": {"fill": "independent"} | dict.fromkeys(_LEGEND, "shared")},
    }
    return chart("Where is an arm likely to fail?", subtitle, body, height=None)


def _one_in(step: int, found: Feasibility) -> list[tuple[SeenTrial, str]]:
    """One in so many of each fate: one in so many of all could miss what comes regularly."""
    by_fate: dict[str, list[SeenTrial]] = defaultdict(list)
    for trial, fate in found.fates:
        by_fate[fate].append(trial)
    return [(trial, fate) for fate, trials in by_fate.items() for trial in trials[::step]]


def _axes(found: Feasibility) -> list[tuple[int, Any]]:
    """All parameters that are drawn, numbered."""
    axes = {item.axis.name: item.axis for item in found.along}
    if found.map is not None:
        axes |= {axis.name: axis for axis in (found.map.across, found.map.up)}
    return list(enumerate(axes.values()))


def _over_two(
    found: ChanceMap, text: str, chance: Any, places: tuple[int, int], fates: list[str]
) -> Spec:
    """A map of the chance, with the trials."""
    xs, ys = cells(found.across, found.x), cells(found.up, found.y)
    rows = [
        plain(
            {
                **x,
                **{name.replace("x", "y"): value for name, value in y.items()},
                "chance": chance[j][i],
            }
        )
        for j, y in enumerate(ys)
        for i, x in enumerate(xs)
    ]
    shade: Spec = {
        "field": "chance",
        "type": "quantitative",
        "scale": {"scheme": "blues", "domain": [0, 1]},
    }
    legend = {
        "type": "gradient",
        "title": "chance",
        "format": ".0%",
        "orient": "right",
        "gradientLength": 200,
    }
    return {
        "width": _WIDTH,
        "height": _MAP,
        "title": {"text": f"chance that an arm {text}", "fontSize": 12, "limit": _WIDTH},
        "layer": [
            {
                "data": {"values": rows},
                "mark": dict(CELL),
                "encoding": {
                    "x": axis_side(found.across, "x", _WIDTH),
                    "x2": {"field": "x2"},
                    "y": axis_side(found.up, "y", _MAP),
                    "y2": {"field": "y2"},
                    "fill": {**shade, "legend": legend},
                    "tooltip": [
                        {"field": "xm", "title": found.across.name},
                        {"field": "ym", "title": found.up.name},
                        {"field": "chance", "format": ".0%"},
                    ],
                },
            },
            {
                "mark": {**_DOT, "size": 45, "opacity": 0.85},
                "encoding": {
                    "x": axis_side(found.across, f"p{places[0]}", _WIDTH),
                    "y": axis_side(found.up, f"p{places[1]}", _MAP),
                    "color": _by_fate(fates, _COLOURS),
                    "shape": _by_fate(fates, _SHAPES),
                    "tooltip": _tooltip(),
                },
            },
        ],
    }


def _along(item: ChanceSlice, place: int, fates: list[str]) -> Spec:
    """The chance along one parameter; trials that kept all stand above, the others below."""
    rows = [plain({"x": key(x), "chance": c}) for x, c in zip(item.x, item.chance, strict=True)]
    x = axis_side(item.axis, "x", _WIDTH)
    here = axis_side(item.axis, f"p{place}", _WIDTH)
    y: Spec = {
        "field": "chance",
        "type": "quantitative",
        "title": "chance",
        "scale": {"domain": [-0.08, 1.08], "nice": False},
        "axis": {"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1], "titleLimit": _TALL},
    }
    line = {"type": "line", "strokeWidth": 2} if item.axis.is_range else {"type": "point"}
    at = json.dumps({fate: _UP[fate] for fate in fates})
    height = f"({at})[datum.fate]"
    return {
        "width": _WIDTH,
        "height": _TALL,
        "layer": [
            {
                "data": {"values": rows},
                "mark": {**line, "color": MODEL, "filled": not item.axis.is_range},
                "encoding": {
                    "x": x,
                    "y": y,
                    "tooltip": [
                        {"field": "x", "title": item.axis.name},
                        {"field": "chance", "format": ".0%"},
                    ],
                },
            },
            {
                "transform": [{"calculate": height, "as": "up"}],
                "mark": {**_DOT, "size": 26, "opacity": 0.7},
                "encoding": {
                    "x": here,
                    "y": {**y, "field": "up"},
                    "color": _by_fate(fates, _COLOURS),
                    "shape": _by_fate(fates, _SHAPES),
                    "tooltip": _tooltip(),
                },
            },
        ],
    }


def _by_fate(fates: list[str], looks: dict[str, str]) -> Spec:
    scale = {"domain": fates, "range": [looks[fate] for fate in fates]}
    return {"field": "fate", "type": "nominal", "scale": scale}


def _tooltip() -> list[Spec]:
    return [{"field": "trial"}, {"field": "fate", "title": "ended"}, {"field": "reason"}]
