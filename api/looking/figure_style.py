"""What all charts have in common: sizes, colours, scales, and how a number reads.

Charts are Vega-Lite specifications, plain dicts. Colours are of Okabe and Ito's palette, which
people with colour-blindness tell apart; each is legible on white and on near-black, so that one
chart serves light and dark pages. A page gives text and lines its own colour.
"""

from __future__ import annotations

import itertools
import json
import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armwright.looking.axis import Axis

__all__ = [
    "BAD",
    "BEST",
    "CALM",
    "CONFIG",
    "FAILED",
    "KINDS_OF_FAILURE",
    "MODEL",
    "STATES",
    "UNKNOWN",
    "axis_side",
    "chart",
    "distinct",
    "one_in",
    "plain",
    "scale_of",
    "short",
    "type_of",
]

Spec = dict[str, Any]

CALM, BEST, MODEL, BAD, FAILED = "#8c8c8c", "#d55e00", "#0072b2", "#cc79a7", "#e69f00"
UNKNOWN = "#56b4e9"  # whether it keeps the constraints
# Told apart by people with colour-blindness too; the last is for all further kinds.
KINDS_OF_FAILURE = ("#d55e00", "#e69f00", "#0072b2", "#56b4e9", "#009e73", "#8c8c8c")
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
    "axis": {
        "gridOpacity": 0.35,
        "labelLimit": 220,
        "titleLimit": 400,
        "labelOverlap": True,
        "labelSeparation": 5,
    },
    "title": {"anchor": "start", "fontSize": 14, "subtitleFontSize": 11, "limit": 900},
    "legend": {"orient": "top", "labelLimit": 300, "title": None},
    "point": {"size": 26},
    "mark": {"invalid": "filter"},
}
_DIGITS = 6
_TICK = 46  # pixels that the label of a power of ten needs
_LETTERS = 12  # of a choice on an axis
# Powers of ten and what is as short; more digits only where they are needed.
_POWERS = "abs(datum.value) < 1e-3 || abs(datum.value) >= 1e5 ? format(datum.value, '~e') : format(datum.value, '~g')"  # noqa: E501
_WIDTH = 760
_UNREADABLE = {**dict.fromkeys((*range(32), 127, 0x2028, 0x2029), " "), ord("\\"): "\N{SET MINUS}"}


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
    return {**whole, **_readable(body)}


def _readable(part: Any) -> Any:
    """A part of a specification whose titles have no backslash and no control character.

    Vega-Lite writes titles into expressions, where it escapes quotation marks alone: any other
    name that needs it would leave the whole chart undrawn. Data stay as they are.
    """
    if isinstance(part, list):
        return [_readable(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: item
        if key == "data"
        else item.translate(_UNREADABLE)
        if key == "title" and isinstance(item, str)
        else _readable(item)
        for key, item in part.items()
    }


def type_of(axis: Axis) -> str:
    """Of a field in Vega-Lite's words."""
    return "quantitative" if axis.is_range else "nominal"


def scale_of(axis: Axis) -> Spec:
    """The scale of a parameter's axis: its bounds, logarithmic where the parameter is."""
    if not axis.is_range:
        return {"domain": [str(value) for value in axis.values]}
    kind: Spec = {"type": "log"} if axis.is_log else {"zero": False}
    return {**kind, "domain": [axis.lower, axis.upper], "nice": False}


def axis_side(axis: Axis, field: str, length: int) -> Spec:
    """The encoding of a parameter along one side of a chart.

    Args:
        axis: The parameter.
        field: Where its values are.
        length: Of the side in pixels; a longer name is cut.
    """
    found = {"field": field, "type": type_of(axis), "scale": scale_of(axis), "title": axis.name}
    ticks: Spec = {"titleLimit": length}
    if not axis.is_range:
        names = [str(value) for value in axis.values]
        short_names = dict(zip(names, distinct(names, _LETTERS), strict=True))
        ticks |= {"labelExpr": f"({json.dumps(short_names)})[datum.value]", "labelLimit": 110}
        return {**found, "sort": None, "axis": ticks | _slanted(len(names), length)}
    if axis.is_int:
        ticks |= {"tickMinStep": 1}
    if axis.is_log:
        assert axis.lower is not None  # noqa: S101 - a range has bounds
        assert axis.upper is not None  # noqa: S101 - likewise
        ticks |= {"labelExpr": _POWERS}
        if powers := _powers(axis.lower, axis.upper, max(length // _TICK, 2)):
            ticks |= {"values": powers}
    return {**found, "axis": ticks}


def _slanted(count: int, length: int) -> Spec:
    """How the names of choices stand, so that all can be read where there is room for all."""
    if count * _LETTERS * 6 <= length:
        return {"labelAngle": 0}
    if count * 10 > length:
        return {"labelAngle": -40}
    return {"labelAngle": -40 if count * 16 <= length else -90, "labelOverlap": False}


def _powers(lower: float, upper: float, most: int) -> list[float]:
    """The powers of ten between two bounds, not too many; none where there are fewer than two."""
    low, high = math.ceil(math.log10(lower) - 1e-9), math.floor(math.log10(upper) + 1e-9)
    step = math.ceil((high - low + 1) / most)
    return [float(f"1e{power}") for power in range(low, high + 1, step)] if high > low else []


def distinct(names: Sequence[str], most: int) -> list[str]:
    """Names cut to a number of letters so that those that differ still do.

    Where their beginnings are the same these are left out; names that cannot be told apart in so
    few letters have their place in the list at the end.
    """
    cut = [_cut(name, most) for name in names]
    places = defaultdict(list)
    for place, short_name in enumerate(cut):
        places[short_name].append(place)
    for same in places.values():
        if len({names[place] for place in same}) == 1:
            continue
        ordered = sorted(names[place] for place in same)
        pairs = zip(ordered[0], ordered[-1], strict=False)  # what these share, all of them do
        shared = ordered[0][: sum(1 for _ in itertools.takewhile(lambda p: p[0] == p[1], pairs))]
        whole = max(shared.rfind(mark) for mark in "_-./ ") + 1  # no number is cut in two
        start = min(whole or len(shared), *(len(names[place]) - 4 for place in same))
        for place in same:
            cut[place] = _cut("…" + names[place][start:], most)
    if len(set(cut)) < len(set(names)):
        return [f"{_cut(name, most - 3)}{place:>3}" for place, name in enumerate(names)]
    return cut


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def one_in(step: int) -> str:
    """Says that not every one is drawn, in brackets; nothing where all are."""
    return "" if step <= 1 else f" (one in {step} drawn)"
