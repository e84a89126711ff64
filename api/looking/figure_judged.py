"""Charts that judge a model: which parameters it finds to matter, and what it foretells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from armwright.looking.figure_style import BEST, CALM, MODEL, chart, distinct, one_in, plain

if TYPE_CHECKING:
    from armwright.looking.influence import Influences
    from armwright.looking.left_out import CrossValidation

__all__ = ["cross_validation_figure", "importance_figure"]

Spec = dict[str, Any]
_MOST_BARS = 40
_MOST_DOTS = 1000
_LETTERS = 34  # of a name beside its bar
_SIDE = 320
_WIDE = 1.96


def importance_figure(found: Influences) -> Spec:
    """How much each parameter matters, with intervals."""
    shown = found.items[:_MOST_BARS]
    labels = distinct([item.parameter for item in shown], _LETTERS)
    rows = [
        plain(
            {
                "parameter": item.parameter,
                "label": label,
                **{name: getattr(item, name) for name in ("total", "low", "high", "first")},
            }
        )
        for item, label in zip(shown, labels, strict=True)
    ]
    least = max([0.1, *(row["high"] for row in rows), *(row["first"] for row in rows)])
    y = {"field": "label", "type": "nominal", "sort": None, "title": None}
    kinds = ["alone or with others", "alone"]
    colour = {"scale": {"domain": kinds, "range": [MODEL, BEST]}, "type": "nominal"}

    def x(field: str) -> Spec:
        return {
            "field": field,
            "type": "quantitative",
            "title": f"share of the variance of {found.metric} over the space",
            "scale": {"domain": [0, min(least * 1.02, 1)], "nice": False},
            "axis": {"format": ".0%", "tickCount": 8},
        }

    tooltip = [{"field": name} for name in ("parameter", "total", "low", "high", "first")]
    body: Spec = {
        "data": {"values": rows},
        "height": 22 * len(rows),
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
    left = len(found.items) - len(shown)
    more = f"; {left} parameters that matter less are not drawn" if left else ""
    subtitle = (
        f"total Sobol indices of a model of n = {found.results} results; lines: 95 % interval of "
        f"the estimate, which does not count what the model itself does not know{more}"
    )
    return chart(f"Which parameters matter for {found.metric}?", subtitle, body)


def cross_validation_figure(found: CrossValidation) -> Spec:
    """What the model expects of each result without it, against what was measured."""
    step = math.ceil(len(found.results) / _MOST_DOTS)
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
        return {
            "field": field,
            "type": "quantitative",
            "title": title,
            "scale": {"zero": False},
            "axis": {"titleLimit": _SIDE, "tickCount": 6},
        }

    x, y = side("observed", f"{found.metric} measured"), f"{found.metric} expected without it"
    body: Spec = {
        "height": _SIDE,
        "width": _SIDE,
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
        f"n = {len(found.results)}{one_in(step)}; {found.within:.0%} lie inside their 95 % interval"
        f"{rank}{left}; dashed: what a model without error would say"
    )
    return chart(f"Does the model foretell {found.metric}?", subtitle, body)
