"""The chart of what went wrong: how often, by kind, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.looking.figure_style import BAD, KINDS_OF_FAILURE, chart, distinct

if TYPE_CHECKING:
    from armwright.looking.ends import Ends

__all__ = ["ends_figure"]

Spec = dict[str, Any]
_LETTERS = 40


def ends_figure(ends: Ends) -> Spec:
    """Attempts that came to nothing, and broken constraints, by kind, and over the trials."""
    labels = dict(zip(dict(ends.kinds), distinct(list(dict(ends.kinds)), _LETTERS), strict=True))
    names = list(labels.values())
    colours = dict(
        zip(names, [*KINDS_OF_FAILURE, *[KINDS_OF_FAILURE[-1]] * len(names)], strict=False)
    )
    broken = [(f"breaks {text}", count) for text, count in ends.by_restriction if count]
    colours |= dict.fromkeys((text for text, _ in broken), BAD)
    rows: list[Spec] = [
        {"kind": name, "count": count}
        for name, count in [*((labels[kind], count) for kind, count in ends.kinds), *broken]
    ]
    panels = [_counts(rows, colours)]
    if ends.windows:
        panels.append(_over_trials(ends, labels, colours))
    total = sum(count for _, count in ends.statuses)
    subtitle = f"of {total} trials, {ends.completed} completed"
    body: Spec = {"columns": 1, "concat": panels, "resolve": {"scale": {"color": "shared"}}}
    return chart("What went wrong, how often, and when?", subtitle, body, height=None)


def _counts(rows: list[Spec], colours: dict[str, str]) -> Spec:
    """A bar for each kind."""
    most = max((row["count"] for row in rows), default=1)
    few = {"values": list(range(int(most) + 1))} if most < 10 else {"tickCount": 8}
    return {
        "data": {"values": rows},
        "width": 700,
        "height": {"step": 22},
        "encoding": {
            "y": {"field": "kind", "type": "nominal", "sort": None, "title": None},
            "x": {
                "field": "count",
                "type": "quantitative",
                "title": "how many",
                "axis": {"format": "d", **few},
                "scale": {"domain": [0, most * 1.05], "nice": False},
            },
        },
        "layer": [
            {"mark": "bar", "encoding": {"color": _colour(colours)}},
            {
                "mark": {"type": "text", "align": "left", "dx": 4},
                "encoding": {"text": {"field": "count"}},
            },
        ],
    }


def _over_trials(ends: Ends, labels: dict[str, str], colours: dict[str, str]) -> Spec:
    """How many attempts in each window of trials came to nothing, by kind."""
    rows, most = [], 0
    for window in ends.windows:
        below = 0
        for kind, count in window.kinds:
            place = {"from": window.first, "to": window.last, "next": window.last + 1}
            pile = {"below": below, "above": below + count}
            rows.append({**place, "kind": labels[kind], "count": count, **pile})
            below += count
        most = max(most, below)
    size = ends.windows[0].last - ends.windows[0].first + 1
    of = "each trial" if size == 1 else f"each {size} trials"
    few = {"values": list(range(most + 1))} if most < 5 else {"tickCount": 5}
    last = ends.windows[-1].last + 1
    return {
        "title": {"text": f"Came to nothing, of {of}", "fontSize": 12},
        "data": {"values": rows},
        "width": 700,
        "height": 130,
        "mark": {"type": "bar", "stroke": "white", "strokeWidth": 0.5},
        "encoding": {
            "x": {
                "field": "from",
                "type": "quantitative",
                "title": "trial",
                "scale": {"domain": [ends.windows[0].first, last], "nice": False},
                "axis": {"tickMinStep": 1, "format": "d"},
            },
            "x2": {"field": "next"},
            "y": {
                "field": "below",
                "type": "quantitative",
                "title": "how many",
                "axis": {"format": "d", "titleLimit": 150, **few},
            },
            "y2": {"field": "above"},
            "color": _colour(colours),
            "tooltip": [
                {"field": "kind"},
                {"field": "count", "title": "how many"},
                {"field": "from", "title": "from trial"},
                {"field": "to", "title": "to trial"},
            ],
        },
    }


def _colour(colours: dict[str, str]) -> Spec:
    """By kind; the names beside the bars are the legend."""
    scale = {"domain": list(colours), "range": list(colours.values())}
    return {"field": "kind", "type": "nominal", "scale": scale, "legend": None}
