"""Parallel coordinates: every trial as a line across its parameters to what it measured."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from armwright.looking.figure_style import BEST, CALM, chart, distinct, short
from armwright.looking.trace import aim_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armwright.looking.axis import Axis
    from armwright.looking.looked_at import LookedAt

__all__ = ["MOST_AXES", "parallel_axes", "parallel_figure", "place_on"]

Spec = dict[str, Any]
_BRIGHT = 60  # about as many lines stand out of however many there are
_MOST_LINES = 300  # of a file of its own; a page draws all of them
_DIM = 30  # how much ink all other lines have together
_LETTERS = 14  # of a name over its axis
_LETTER = 6  # pixels of a letter beside an axis
_APART = 62  # pixels between axes, at least
MOST_AXES = 14  # beyond which lines cannot be followed


def parallel_axes(seen: LookedAt, order: Sequence[str] = ()) -> list[Axis]:
    """The parameters that are drawn: those of the order first, as many as can be followed."""
    ranks = {name: place for place, name in enumerate(order)}
    axes = sorted(seen.tuned, key=lambda axis: ranks.get(axis.name, len(ranks)))
    return axes[:MOST_AXES]


def place_on(axis: Axis, value: Any) -> float:
    """Where a value lies on its axis, from 0 to 1; NaN where it has none there."""
    if not axis.is_range:
        keys = list(axis.values)
        return keys.index(value) / max(len(keys) - 1, 1) if value in keys else math.nan
    if isinstance(value, str) or value is None or axis.lower is None or axis.upper is None:
        return math.nan
    lower, upper, at = axis.lower, axis.upper, float(value)
    if axis.is_log:
        if at <= 0:
            return math.nan
        lower, upper, at = math.log(lower), math.log(upper), math.log(at)
    return (at - lower) / (upper - lower) if upper > lower else 0.5


def parallel_figure(
    seen: LookedAt,
    metric: str | None = None,
    *,
    order: Sequence[str] = (),
    with_lines: bool = True,
) -> Spec:
    """Every result as a line; the best ones stand out.

    Args:
        seen: The experiment.
        metric: The objective; the first one where none is named.
        order: Parameters in the order in which they are drawn.
        with_lines: Whether the lines are in it; a page makes them from its table of trials.

    Raises:
        UsageError: There is no objective, or the metric is none.
    """
    aim, axes = aim_of(seen, metric), parallel_axes(seen, order)
    trials = seen.measured(aim.metric)
    values = [trial.mean(aim.metric) for trial in trials]
    low, high = min(values, default=0.0), max(values, default=1.0)
    ranks = {
        at: place
        for place, at in enumerate(
            sorted(range(len(values)), key=lambda i: values[i], reverse=not aim.minimize)
        )
    }
    names = [*(axis.name for axis in axes), aim.metric]
    worst_first = sorted(range(len(trials)), key=lambda i: -ranks[i])
    drawn = _few(worst_first) if with_lines else []
    rows = [
        {
            "t": trial.trial,
            "a": at,
            "p": short(place),
            "q": short(1 - ranks[i] / max(len(values) - 1, 1)),
            "o": _opacity(1 - ranks[i] / max(len(values) - 1, 1), len(values)),
            "v": short(values[i]),
        }
        for i, trial in ((i, trials[i]) for i in drawn)
        for at, place in enumerate(
            [
                *(place_on(axis, trial.parameters.get(axis.name)) for axis in axes),
                (values[i] - low) / (high - low) if high > low else 0.5,
            ]
        )
        if not math.isnan(place)
    ]
    room = int((max(760, _APART * len(names)) / len(names) - 12) / _LETTER)
    labels = [label for at, axis in enumerate(axes) for label in _labels(axis, at, room)]
    labels += [{"a": len(axes), "p": 0.0, "text": f"{low:.4g}"}]
    labels += [{"a": len(axes), "p": 1.0, "text": f"{high:.4g}"}] if high > low else []
    spoken = json.dumps(distinct(names, _LETTERS))
    x: Spec = {
        "field": "a",
        "type": "quantitative",
        "scale": {"domain": [-0.3, len(names) - 0.5], "nice": False},
        "axis": {
            "orient": "top",
            "values": list(range(len(names))),
            "labelExpr": f"{spoken}[datum.value]",
            "title": None,
            "domain": False,
            "ticks": False,
            "labelFontWeight": "bold",
            "labelAngle": -25 if len(names) > 6 else 0,
            "labelOverlap": False,
        },
    }
    y = {"field": "p", "type": "quantitative", "axis": None, "scale": {"domain": [-0.03, 1.03]}}
    better = "lowest" if aim.minimize else "highest"
    body: Spec = {
        "height": 300,
        "width": max(760, _APART * len(names)),
        "usermeta": {"least": _APART * len(names)},
        "layer": [
            {
                "data": {"name": "lines", "values": rows},
                "mark": {"type": "line", "strokeWidth": 1},
                "encoding": {
                    "x": x,
                    "y": y,
                    "detail": {"field": "t"},
                    "order": {"field": "a"},
                    "color": {
                        "field": "q",
                        "type": "quantitative",
                        "scale": {"range": [CALM, BEST], "domain": [0, 1]},
                        "legend": {
                            "title": f"rank by {aim.metric}",
                            "titleLimit": 300,
                            "values": [0, 1],
                            "labelExpr": "datum.value == 1 ? 'best' : 'worst'",
                        },
                    },
                    "opacity": {
                        "field": "o",
                        "type": "quantitative",
                        "scale": None,
                        "legend": None,
                    },
                    "tooltip": [
                        {"field": "t", "title": "trial"},
                        {"field": "v", "title": aim.metric},
                    ],
                },
            },
            {
                "data": {"values": labels},
                "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 10},
                "encoding": {"x": x, "y": y, "text": {"field": "text"}},
            },
        ],
    }
    left = len(seen.tuned) - len(axes)
    more = f"; {left} more parameters are not drawn" if left else ""
    fewer = len(trials) - len(drawn) if with_lines else 0
    few = f", of which {len(drawn)} are drawn: the best, and others by rank" if fewer else ""
    subtitle = (
        f"n = {len(trials)} results{few}; those with the {better} {aim.metric} stand out{more}"
    )
    return chart("Which values go with good results?", subtitle, body)


def _few(worst_first: list[int]) -> list[int]:
    """As many lines as one can see, the best of them all, the others evenly by rank."""
    if len(worst_first) <= _MOST_LINES:
        return worst_first
    others, best = worst_first[: -_MOST_LINES // 2], worst_first[-_MOST_LINES // 2 :]
    step = len(others) / (_MOST_LINES - len(best))
    return [*(others[int(at * step)] for at in range(_MOST_LINES - len(best))), *best]


def _opacity(share: float, count: int) -> float:
    """How strong a line is: the best ones stand out among however many there are; see page.js."""
    strong = share ** max(3.0, count / _BRIGHT)
    return float(f"{max(0.95 * strong, min(0.35, _DIM / count)):.3g}")


def _labels(axis: Axis, at: int, room: int) -> list[Spec]:
    """What is written along an axis: its ends, or its choices in so many letters."""
    if axis.is_range:
        return [
            {"a": at, "p": 0.0, "text": f"{axis.lower:.4g}"},
            {"a": at, "p": 1.0, "text": f"{axis.upper:.4g}" + (" log" if axis.is_log else "")},
        ]
    return [
        {"a": at, "p": short(place_on(axis, value)), "text": text}
        for value, text in zip(
            axis.values, distinct(list(map(str, axis.values)), room), strict=True
        )
    ]
