"""Charts of what a model expects: slices, contours, importance, cross-validation."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

from armwright.looking.figure_style import BEST, CALM, MODEL, chart, plain, scale_of, short, type_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armwright.experiment import TParamValue
    from armwright.looking.influence import Influences
    from armwright.looking.left_out import CrossValidation
    from armwright.looking.looked_at import LookedAt, SeenTrial
    from armwright.looking.posterior import Contour, Slice

__all__ = ["contour_figure", "cross_validation_figure", "importance_figure", "slice_figure"]

Spec = dict[str, Any]
_MOST_DOTS = 400  # results shown beside a curve, evenly taken
_FLAT = 5  # choices up to which their names stand side by side
_WIDE = 1.96


def slice_figure(slices: Sequence[Slice], seen: LookedAt) -> Spec:
    """What the model expects along each of some parameters, with what was measured."""
    metric = slices[0].metric
    measured = seen.measured(metric)
    shown = measured[:: math.ceil(len(measured) / _MOST_DOTS)] if measured else []
    panels = []
    for item in slices:
        name, kind, scale = item.axis.name, type_of(item.axis), scale_of(item.axis)
        curve = [
            plain({"x": _key(x), "mean": m, "low": m - _WIDE * s, "high": m + _WIDE * s})
            for x, m, s in zip(item.x, item.mean, item.sd, strict=True)
        ]
        dots = [
            plain({"x": _key(t.parameters.get(name)), "y": t.mean(metric), "trial": t.trial})
            for t in shown
        ]
        x: Spec = {"field": "x", "type": kind, "scale": scale, "title": name}
        if not item.axis.is_range:
            x |= {"sort": None, "axis": {"labelAngle": 0 if len(item.x) <= _FLAT else -40}}
        axis = {"title": metric}

        def y(field: str, axis: Spec = axis) -> Spec:
            return {"field": field, "type": "quantitative", "scale": {"zero": False}, **axis}

        line = {"type": "line"} if item.axis.is_range else {"type": "point", "filled": True}
        band = {"type": "area", "opacity": 0.2} if item.axis.is_range else {"type": "rule"}
        panels.append(
            {
                "width": 210,
                "height": 170,
                "layer": [
                    {
                        "data": {"values": curve},
                        "mark": {**band, "color": MODEL},
                        "encoding": {"x": x, "y": y("low"), "y2": {"field": "high"}},
                    },
                    {
                        "data": {"values": dots},
                        "mark": {"type": "point", "filled": True, "color": CALM, "opacity": 0.6},
                        "encoding": {
                            "x": x,
                            "y": y("y"),
                            "tooltip": [{"field": "trial"}, {"field": "x"}, {"field": "y"}],
                        },
                    },
                    {
                        "data": {"values": curve},
                        "mark": {**line, "color": MODEL, "strokeWidth": 2},
                        "encoding": {"x": x, "y": y("mean")},
                    },
                    *_here(seen, item),
                ],
            }
        )
    beside = (
        ""
        if len(shown) == len(measured)
        else f" (every {math.ceil(len(measured) / len(shown))}th drawn)"
    )
    where = _where(seen, {name: it for one in slices for name, it in one.held.items()})
    subtitle = (
        f"blue: what the model expects with its 95 % interval, the other parameters as in {where}; "
        f"grey: n = {len(measured)} results{beside}, whose other parameters differ"
    )
    body = {"columns": 3, "concat": panels}
    return chart(f"How does {metric} depend on each parameter?", subtitle, body, height=None)


def _trial_at(seen: LookedAt, held: Mapping[str, TParamValue]) -> SeenTrial | None:
    """The first trial with these values."""
    fits = (t for t in seen.trials if all(t.parameters.get(n) == v for n, v in held.items()))
    return next(fits, None)


def _where(seen: LookedAt, held: Mapping[str, TParamValue]) -> str:
    """Where other parameters are held, in words."""
    trial = _trial_at(seen, held)
    values = ", ".join(f"{name} = {short(value)}" for name, value in held.items())
    return f"trial {trial.trial}" if trial else values or "every trial"


def _here(seen: LookedAt, item: Slice) -> list[Spec]:
    """A mark at the point around which the slice is cut."""
    trial = _trial_at(seen, item.held)
    if trial is None:
        return []
    row = {"x": _key(trial.parameters[item.axis.name])}
    x = {"field": "x", "type": type_of(item.axis), "scale": scale_of(item.axis)}
    mark = {"type": "rule", "color": BEST, "strokeDash": [3, 3]}
    return [{"data": {"values": [plain(row)]}, "mark": mark, "encoding": {"x": x}}]


def contour_figure(contour: Contour, seen: LookedAt) -> Spec:
    """What the model expects over two parameters, and how sure it is."""
    xs, ys = _cells(contour.across, contour.x), _cells(contour.up, contour.y)
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
                "x": _key(trial.parameters.get(contour.across.name)),
                "y": _key(trial.parameters.get(contour.up.name)),
                "trial": trial.trial,
                "value": trial.mean(contour.metric),
            }
        )
        for trial in shown
    ]

    def side(field: str, at: Any) -> Spec:
        found = {"field": field, "type": type_of(at), "scale": scale_of(at), "title": at.name}
        return found if at.is_range else {**found, "sort": None}

    def panel(field: str, title: str, scheme: str) -> Spec:
        cell: Spec = {"x": side("x", contour.across), "y": side("y", contour.up)}
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
            "width": 300,
            "height": 280,
            "title": {"text": title, "fontSize": 12},
            "layer": [
                {
                    "data": {"values": rows},
                    "mark": {"type": "rect", "strokeWidth": 0},
                    "encoding": {
                        **cell,
                        "color": {
                            "field": field,
                            "type": "quantitative",
                            "scale": {"scheme": scheme, "zero": False},
                            "legend": legend,
                        },
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
                        "x": side("x", contour.across),
                        "y": side("y", contour.up),
                        "tooltip": [
                            {"field": "trial"},
                            {"field": "value", "title": contour.metric},
                        ],
                    },
                },
            ],
            "resolve": {"scale": {"color": "independent"}},
        }

    what = f"{contour.metric} expected"
    panels = [panel("mean", what, "viridis"), panel("sd", "its standard deviation", "greys")]
    count = len(measured)
    subtitle = (
        f"the other parameters as in {_where(seen, contour.held)}; dots: n = {count} results, "
        "whose other parameters differ"
    )
    title = f"How does {contour.metric} depend on {contour.across.name} and {contour.up.name}?"
    body = {"hconcat": panels, "resolve": {"scale": {"color": "independent"}}}
    return chart(title, subtitle, body, height=None)


def _cells(axis: Any, values: Sequence[Any]) -> list[Spec]:
    """For each value the edges of its cell: halfway to its neighbours, on the axis's own scale."""
    if not axis.is_range:
        return [{"x": _key(value), "xm": _key(value)} for value in values]
    places = [math.log(value) if axis.is_log else float(value) for value in values]
    inner = [(a + b) / 2 for a, b in itertools.pairwise(places)]
    edges = [places[0], *inner, places[-1]]
    if axis.is_log:
        edges = [math.exp(edge) for edge in edges]
    edges[0], edges[-1] = axis.lower, axis.upper
    return [{"x": edges[at], "x2": edges[at + 1], "xm": value} for at, value in enumerate(values)]


def importance_figure(found: Influences) -> Spec:
    """How much each parameter matters, with intervals."""
    rows = [
        plain(
            {
                "parameter": item.parameter,
                "total": item.total,
                "low": item.low,
                "high": item.high,
                "first": item.first,
            }
        )
        for item in found.items
    ]
    y = {"field": "parameter", "type": "nominal", "sort": None, "title": None}
    kinds = ["alone or with others", "alone"]
    colour = {"scale": {"domain": kinds, "range": [MODEL, BEST]}, "type": "nominal"}

    def x(field: str) -> Spec:
        title = f"share of the variance of {found.metric} over the space"
        return {"field": field, "type": "quantitative", "title": title, "axis": {"format": ".0%"}}

    tooltip = [{"field": name} for name in ("parameter", "total", "low", "high", "first")]
    body: Spec = {
        "data": {"values": rows},
        "height": {"step": 22},
        "encoding": {"y": y, "tooltip": tooltip},
        "layer": [
            {
                "mark": {"type": "bar", "opacity": 0.75},
                "transform": [{"calculate": f"'{kinds[0]}'", "as": "kind"}],
                "encoding": {"x": x("total"), "color": {"field": "kind", **colour}},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 1.5},
                "encoding": {"x": x("low"), "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "tick", "thickness": 3},
                "transform": [{"calculate": f"'{kinds[1]}'", "as": "kind"}],
                "encoding": {"x": x("first"), "color": {"field": "kind", **colour}},
            },
        ],
    }
    subtitle = (
        f"total Sobol indices of a model of n = {found.results} results; lines: 95 % interval of "
        "the estimate, which does not count what the model itself does not know"
    )
    return chart(f"Which parameters matter for {found.metric}?", subtitle, body)


def cross_validation_figure(found: CrossValidation) -> Spec:
    """What the model expects of each result without it, against what was measured."""
    step = math.ceil(len(found.results) / 1000)
    rows = [
        plain(
            {
                "trial": row.trial,
                "observed": row.observed,
                "predicted": row.predicted,
                "low": row.predicted - _WIDE * row.sd,
                "high": row.predicted + _WIDE * row.sd,
            }
        )
        for row in found.results[::step]
    ]
    values = [row.observed for row in found.results] + [row.predicted for row in found.results]
    ends = [{"at": min(values)}, {"at": max(values)}]

    def side(field: str, title: str) -> Spec:
        return {"field": field, "type": "quantitative", "title": title, "scale": {"zero": False}}

    x, y = side("observed", f"{found.metric} measured"), f"{found.metric} expected without it"
    body: Spec = {
        "height": 320,
        "width": 320,
        "layer": [
            {
                "data": {"values": [plain(end) for end in ends]},
                "mark": {"type": "line", "strokeDash": [4, 3], "color": CALM},
                "encoding": {"x": side("at", x["title"]), "y": side("at", y)},
            },
            {
                "data": {"values": rows},
                "mark": {"type": "rule", "color": MODEL, "opacity": 0.35},
                "encoding": {"x": x, "y": side("low", y), "y2": {"field": "high"}},
            },
            {
                "data": {"values": rows},
                "mark": {"type": "point", "filled": True, "color": MODEL},
                "encoding": {
                    "x": x,
                    "y": side("predicted", y),
                    "tooltip": [{"field": n} for n in ("trial", "observed", "predicted")],
                },
            },
        ],
    }
    rank = (
        ""
        if math.isnan(found.rank_correlation)
        else f"; rank correlation {found.rank_correlation:.2f}"
    )
    left = f"; {found.left} more are left out of so large a model" if found.left else ""
    subtitle = (
        f"n = {len(found.results)}; {found.within:.0%} lie inside their 95 % interval{rank}{left}"
    )
    return chart(f"Does the model foretell {found.metric}?", subtitle, body)


def _key(value: Any) -> Any:
    """A value as it lies on an axis: numbers as numbers, all else as text."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return value
