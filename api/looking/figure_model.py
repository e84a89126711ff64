"""Charts of what a model expects over the space: slices and contours."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

from armwright.looking.figure_style import (
    BEST,
    CALM,
    MODEL,
    axis_side,
    chart,
    one_in,
    plain,
    scale_of,
    short,
    type_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armwright.experiment import TParamValue
    from armwright.looking.looked_at import LookedAt
    from armwright.looking.posterior import Contour, Slice

__all__ = ["CELL", "cells", "contour_figure", "key", "slice_figure", "where_held"]

Spec = dict[str, Any]
_MOST_DOTS = 400  # results shown beside a curve, evenly taken
_WIDE = 1.96
_MARGIN = 0.5  # room above and below results and means, in parts of what these span
_PANEL, _TALL = 240, 180  # of one slice
# A cell of a map reaches a little into the next ones, else seams show between them.
CELL: Spec = {"type": "rect", "strokeWidth": 0, "x2Offset": 0.7, "y2Offset": -0.7}
_MAP, _HIGH = 330, 290  # of one contour


def slice_figure(slices: Sequence[Slice], seen: LookedAt) -> Spec:
    """What the model expects along each of some parameters, with what was measured."""
    metric = slices[0].metric
    measured = seen.measured(metric)
    shown = measured[:: math.ceil(len(measured) / _MOST_DOTS)] if measured else []
    low, high, is_cut = _room(slices, [trial.mean(metric) for trial in measured])
    panels = []
    for item in slices:
        name = item.axis.name
        curve = [
            plain({"x": key(x), "mean": m, "low": m - _WIDE * s, "high": m + _WIDE * s})
            for x, m, s in zip(item.x, item.mean, item.sd, strict=True)
        ]
        dots = [
            plain({"x": key(t.parameters.get(name)), "y": t.mean(metric), "trial": t.trial})
            for t in shown
        ]
        x = axis_side(item.axis, "x", _PANEL)
        axis = {"title": metric, "axis": {"titleLimit": _TALL, "tickCount": 5}}

        def y(field: str, axis: Spec = axis) -> Spec:
            scale = {"domain": [low, high], "zero": False}
            return {"field": field, "type": "quantitative", "scale": scale, **axis}

        line = {"type": "line"} if item.axis.is_range else {"type": "point", "filled": True}
        band = {"type": "area", "opacity": 0.2} if item.axis.is_range else {"type": "rule"}
        panels.append(
            {
                "width": _PANEL,
                "height": _TALL,
                "layer": [
                    {
                        "data": {"values": curve},
                        "mark": {**band, "color": MODEL, "clip": True},
                        "encoding": {"x": x, "y": y("low"), "y2": {"field": "high"}},
                    },
                    {
                        "data": {"values": dots},
                        "mark": {"type": "point", "filled": True, "color": CALM, "opacity": 0.6},
                        "encoding": {
                            "x": x,
                            "y": y("y"),
                            "tooltip": [
                                {"field": "trial"},
                                {"field": "x", "title": name},
                                {"field": "y", "title": metric},
                            ],
                        },
                    },
                    {
                        "data": {"values": curve},
                        "mark": {**line, "color": MODEL, "strokeWidth": 2},
                        "encoding": {"x": x, "y": y("mean")},
                    },
                    *_here(item),
                ],
            }
        )
    beside = one_in(math.ceil(len(measured) / _MOST_DOTS))
    where = where_held(seen, slices[0].around)
    subtitle = (
        f"blue: what the model expects with its 95 % interval{', cut off at the edge' * is_cut}, "
        f"the other parameters as in {where}, the orange line; "
        f"grey: n = {len(measured)} results{beside}, whose other parameters differ"
    )
    body = {"columns": 3, "concat": panels}
    return chart(f"How does {metric} depend on each parameter?", subtitle, body, height=None)


def _room(slices: Sequence[Slice], results: Sequence[float]) -> tuple[float, float, bool]:
    """From where to where all slices are drawn, and whether an interval goes beyond it.

    Far from all results an interval may be ten times as wide as they lie apart; drawn whole, it
    would leave nothing to see of what was learned.
    """
    known = [*results, *(mean for item in slices for mean in item.mean)]
    bands = [(m, _WIDE * s) for item in slices for m, s in zip(item.mean, item.sd, strict=True)]
    lowest, highest = min(mean - half for mean, half in bands), max(m + half for m, half in bands)
    margin = _MARGIN * (max(known) - min(known)) or math.inf
    low, high = max(lowest, min(known) - margin), min(highest, max(known) + margin)
    return min(low, *known), max(high, *known), low > lowest or high < highest


def where_held(seen: LookedAt, around: Mapping[str, TParamValue]) -> str:
    """Where parameters are held, in words: the first trial with these values, or the values."""
    for trial in seen.trials:
        if all(trial.parameters.get(name) == value for name, value in around.items()):
            return f"trial {trial.trial}"
    return ", ".join(f"{name} = {short(value)}" for name, value in around.items())


def _here(item: Slice) -> list[Spec]:
    """A mark at the point around which the slice is cut."""
    if item.axis.name not in item.around:
        return []
    row = {"x": key(item.around[item.axis.name])}
    x = {"field": "x", "type": type_of(item.axis), "scale": scale_of(item.axis)}
    mark = {"type": "rule", "color": BEST, "strokeDash": [3, 3]}
    return [{"data": {"values": [plain(row)]}, "mark": mark, "encoding": {"x": x}}]


def contour_figure(contour: Contour, seen: LookedAt) -> Spec:
    """What the model expects over two parameters, and how sure it is."""
    xs, ys = cells(contour.across, contour.x), cells(contour.up, contour.y)
    rows = [
        plain(
            {
                **x,
                **{key.replace("x", "y"): value for key, value in y.items()},
                "mean": contour.mean[j][i],
                "sd": contour.sd[j][i],
            }
        )
        for j, y in enumerate(ys)
        for i, x in enumerate(xs)
    ]
    measured = seen.measured(contour.metric)
    shown = measured[:: math.ceil(len(measured) / _MOST_DOTS)] if measured else []
    dots = [
        plain(
            {
                "x": key(trial.parameters.get(contour.across.name)),
                "y": key(trial.parameters.get(contour.up.name)),
                "trial": trial.trial,
                "value": trial.mean(contour.metric),
            }
        )
        for trial in shown
    ]

    def panel(field: str, title: str, scheme: str) -> Spec:
        cell: Spec = {
            "x": axis_side(contour.across, "x", _MAP),
            "y": axis_side(contour.up, "y", _HIGH),
        }
        shade = {
            "field": field,
            "type": "quantitative",
            "scale": {"scheme": scheme, "zero": False},
        }
        if contour.across.is_range:
            cell["x2"] = {"field": "x2"}
        if contour.up.is_range:
            cell["y2"] = {"field": "y2"}
        tooltip = [
            {"field": "xm", "title": contour.across.name},
            {"field": "ym", "title": contour.up.name},
            {"field": "mean", "title": f"expected {contour.metric}"},
            {"field": "sd", "title": "standard deviation"},
        ]
        legend = {"title": None, "orient": "right", "gradientLength": 200}
        return {
            "width": _MAP,
            "height": _HIGH,
            "title": {"text": title, "fontSize": 12, "limit": _MAP},
            "layer": [
                {
                    "data": {"values": rows},
                    "mark": dict(CELL),
                    "encoding": {
                        **cell,
                        "fill": {**shade, "legend": legend},
                        "tooltip": tooltip,
                    },
                },
                {
                    "data": {"values": dots},
                    "mark": {
                        "type": "point",
                        "filled": True,
                        "color": "white",
                        "stroke": "black",
                        "strokeWidth": 0.6,
                        "opacity": 0.8,
                    },
                    "encoding": {
                        "x": axis_side(contour.across, "x", _MAP),
                        "y": axis_side(contour.up, "y", _HIGH),
                        "tooltip": [
                            {"field": "trial"},
                            {"field": "value", "title": contour.metric},
                        ],
                    },
                },
            ],
        }

    what = f"{contour.metric} expected"
    panels = [panel("mean", what, "viridis"), panel("sd", "its standard deviation", "greys")]
    where, few = where_held(seen, contour.around), one_in(math.ceil(len(measured) / _MOST_DOTS))
    dots_are = f"dots: n = {len(measured)} results{few}"
    subtitle = (
        dots_are
        if len(contour.around) <= 2
        else f"the other parameters as in {where}; {dots_are}, whose other parameters differ"
    )
    title = f"How does {contour.metric} depend on {contour.across.name} and {contour.up.name}?"
    resolve = {"scale": {"fill": "independent"}}
    body = {"columns": 2, "concat": panels, "resolve": resolve}
    return chart(title, subtitle, body, height=None)


def cells(axis: Any, values: Sequence[Any]) -> list[Spec]:
    """For each value the edges of its cell: halfway to its neighbours, on the axis's own scale."""
    if not axis.is_range:
        return [{"x": key(value), "xm": key(value)} for value in values]
    places = [math.log(value) if axis.is_log else float(value) for value in values]
    inner = [(a + b) / 2 for a, b in itertools.pairwise(places)]
    edges = [places[0], *inner, places[-1]]
    if axis.is_log:
        edges = [math.exp(edge) for edge in edges]
    edges[0], edges[-1] = axis.lower, axis.upper
    return [{"x": edges[at], "x2": edges[at + 1], "xm": value} for at, value in enumerate(values)]


def key(value: Any) -> Any:
    """A value as it lies on an axis: numbers as numbers, all else as text."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return value
