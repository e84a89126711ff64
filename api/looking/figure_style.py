"""What all charts have in common: sizes, colours, scales, and how a number reads.

Charts are Vega-Lite specifications, plain dicts. Colours are of Okabe and Ito's palette, which
people with colour-blindness tell apart; each is legible on white and on near-black, so that one
chart serves light and dark pages. A page gives text and lines its own colour.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.looking.axis import Axis

__all__ = [
    "BAD",
    "BEST",
    "CALM",
    "CONFIG",
    "FAILED",
    "MODEL",
    "STATES",
    "chart",
    "plain",
    "scale_of",
    "short",
    "type_of",
]

Spec = dict[str, Any]

CALM, BEST, MODEL, BAD, FAILED = "#8c8c8c", "#d55e00", "#0072b2", "#cc79a7", "#e69f00"
STATES = {
    "completed": "#009e73",
    "running": "#56b4e9",
    "failed": "#d55e00",
    "preempted": "#e69f00",
    "lost": "#cc79a7",
    "abandoned": "#8c8c8c",
    "cancelled": "#8c8c8c",
    "waiting": "#bbbbbb",
}
CONFIG: Spec = {
    "font": "system-ui, sans-serif",
    "background": "white",
    "view": {"stroke": None},
    "axis": {"gridOpacity": 0.35, "labelLimit": 220, "titleLimit": 400, "labelOverlap": True},
    "title": {"anchor": "start", "fontSize": 14, "subtitleFontSize": 11, "limit": 900},
    "legend": {"orient": "top", "labelLimit": 300, "title": None},
    "point": {"size": 26},
    "mark": {"invalid": "filter"},
}
_DIGITS = 6
_WIDTH = 760


def short(value: Any) -> Any:
    """A number with six digits; None for one that is not finite; other values as they are."""
    if isinstance(value, bool) or not isinstance(value, float):
        return value
    return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None


def plain(row: Mapping[str, Any]) -> Spec:
    """A row of data with short numbers."""
    return {key: short(value) for key, value in row.items()}


def chart(title: str, subtitle: str, body: Spec, *, height: int | None = 260) -> Spec:
    """A whole specification.

    Args:
        title: Says what question the chart answers.
        subtitle: How many of what it shows.
        body: Marks, encodings and data.
        height: In pixels; None where the body says.
    """
    whole: Spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "title": {"text": title, "subtitle": subtitle},
        "description": f"{title}: {subtitle}",
        "config": CONFIG,
    }
    if height is not None:
        whole |= {"width": _WIDTH, "height": height}
    return {**whole, **body}


def type_of(axis: Axis) -> str:
    """Of a field in Vega-Lite's words."""
    return "quantitative" if axis.is_range else "nominal"


def scale_of(axis: Axis) -> Spec:
    """The scale of a parameter's axis: its bounds, logarithmic where the parameter is."""
    if not axis.is_range:
        return {"domain": [str(value) for value in axis.values]}
    kind: Spec = {"type": "log"} if axis.is_log else {"zero": False}
    return {**kind, "domain": [axis.lower, axis.upper], "nice": False}
