"""The chart of trade-offs between objectives: each pair, and for more than two all side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.looking.figure_style import BAD, BEST, CALM, UNKNOWN, chart, distinct, plain

if TYPE_CHECKING:
    from armwright.looking.front import Front, FrontPoint

__all__ = ["front_figure"]

Spec = dict[str, Any]
_SIDE = 330
_LETTERS = 22  # of an objective's name over its axis
_ON, _BEATEN, _BREAKS = "best trade-off", "beaten", "breaks a constraint"
_UNKNOWN = "constraint not measured"
_COLOURS = {_ON: BEST, _BEATEN: CALM, _BREAKS: BAD, _UNKNOWN: UNKNOWN}
_SHAPES = {_ON: "diamond", _BEATEN: "circle", _BREAKS: "cross", _UNKNOWN: "square"}
_PICK = "pick"  # what is brushed in one panel stays strong in all of them


def front_figure(front: Front) -> Spec:
    """The trade-offs: one panel for each pair of objectives; more than two are linked."""
    names = [aim.metric for aim in front.aims]
    rows = [_row(point) for point in front.points]
    counts = {kind: sum(row["kind"] == kind for row in rows) for kind in _COLOURS}
    kinds = [kind for kind, count in counts.items() if count]
    pairs = [(a, b) for a in range(len(names)) for b in range(a + 1, len(names))]
    panels = [_pair(front, pair, kinds, f"pair{at}") for at, pair in enumerate(pairs)]
    subtitle = (
        f"n = {len(rows)} results of all objectives: {counts[_ON]} best trade-offs, which none "
        f"other equals or beats in everything; {counts[_BEATEN]} beaten"
    )
    if counts[_BREAKS]:
        subtitle += f", {counts[_BREAKS]} break a constraint"
    if counts[_UNKNOWN]:
        subtitle += f", of {counts[_UNKNOWN]} a constraint was not measured"
    body: Spec = {"data": {"values": rows}, "columns": 2, "concat": panels}
    if len(names) > 2:
        panels.append(_side_by_side(front, rows, kinds))
        subtitle += "; drag a box in one panel to follow its trials through the others"
        views = [f"pair{at}" for at in range(len(pairs))]
        select = {"type": "interval", "resolve": "global"}
        body["params"] = [{"name": _PICK, "select": select, "views": views}]
    return chart(_question(names), subtitle, body, height=None)


def _question(names: list[str]) -> str:
    if len(names) == 2:
        return f"What does {names[0]} cost in {names[1]}?"
    return f"What does one of {', '.join(names)} cost in the others?"


def _row(point: FrontPoint) -> Spec:
    by = "" if point.beaten_by is None else f"trial {point.beaten_by}"
    kind = (
        _ON
        if point.on_front
        else {True: _BEATEN, False: _BREAKS, None: _UNKNOWN}[point.is_feasible]
    )
    values = {f"v{at}": value for at, value in enumerate(point.values)}
    ends = {
        f"{end}{at}": value + sign * 1.96 * sem
        for at, (value, sem) in enumerate(zip(point.values, point.sems, strict=True))
        for end, sign in (("low", -1), ("high", 1))
    }
    return plain({"trial": point.trial, **values, **ends, "kind": kind, "by": by or None})


def _tooltip(front: Front) -> list[Spec]:
    values = [{"field": f"v{at}", "title": aim.metric} for at, aim in enumerate(front.aims)]
    return [{"field": "trial"}, *values, {"field": "kind"}, {"field": "by", "title": "beaten by"}]


def _picked(front: Front, strong: float) -> Spec:
    """The opacity of a mark; where there is a brush, of what it keeps."""
    if len(front.aims) == 2:
        return {"value": strong}
    return {"condition": {"param": _PICK, "value": strong}, "value": 0.06}


def _pair(front: Front, pair: tuple[int, int], kinds: list[str], name: str) -> Spec:
    across, up = pair

    def side(at: int, prefix: str = "v") -> Spec:
        aim = front.aims[at]
        arrow = "lower" if aim.minimize else "higher"
        return {
            "field": f"{prefix}{at}",
            "type": "quantitative",
            "title": f"{aim.metric} ({arrow} is better)",
            "scale": {"zero": False},
            "axis": {"titleLimit": _SIDE, "tickCount": 6},
        }

    on_front = {"filter": f"datum.kind === '{_ON}'"}
    bars = {"type": "rule", "color": BEST, "strokeWidth": 1}
    layer: list[Spec] = [
        {
            "name": name,
            "mark": {"type": "point", "filled": True, "size": 34},
            "encoding": {
                "x": side(across),
                "y": side(up),
                "color": {
                    "field": "kind",
                    "type": "nominal",
                    "scale": {"domain": kinds, "range": [_COLOURS[kind] for kind in kinds]},
                },
                "shape": {
                    "field": "kind",
                    "type": "nominal",
                    "scale": {"domain": kinds, "range": [_SHAPES[kind] for kind in kinds]},
                },
                "opacity": _picked(front, 0.85),
                "tooltip": _tooltip(front),
            },
        },
    ]
    for at, channel in ((across, "x"), (up, "y")):
        if not any(point.on_front and point.sems[at] > 0 for point in front.points):
            continue  # there is no interval to draw
        encoding = {"x": side(across), "y": side(up), "opacity": _picked(front, 0.35)}
        encoding |= {channel: side(at, "low"), f"{channel}2": {"field": f"high{at}"}}
        layer.append({"transform": [on_front], "mark": bars, "encoding": encoding})
    if len(front.aims) == 2:
        # What can be had: with x to be small, a point's y holds until the next one's x.
        stairs = "step-after" if front.aims[0].minimize else "step-before"
        line = {"type": "line", "interpolate": stairs, "color": BEST, "opacity": 0.6}
        order = {"field": f"v{across}", "type": "quantitative"}
        encoding = {"x": side(across), "y": side(up), "order": order}
        layer.append({"transform": [on_front], "mark": line, "encoding": encoding})
    return {"width": _SIDE, "height": _SIDE - 40, "layer": layer}


def _side_by_side(front: Front, rows: list[Spec], kinds: list[str]) -> Spec:
    """Each trial as a line over all objectives, better ones above."""
    spans = [
        (min(row[f"v{at}"] for row in rows), max(row[f"v{at}"] for row in rows))
        for at in range(len(front.aims))
    ]

    def height(row: Spec, at: int) -> float:
        low, high = spans[at]
        share = (row[f"v{at}"] - low) / (high - low) if high > low else 0.5
        return 1 - share if front.aims[at].minimize else share

    lines = [
        plain({**row, "at": at, "up": height(row, at), "strong": row["kind"] == _ON})
        for row in sorted(rows, key=lambda row: row["kind"] == _ON)
        for at in range(len(front.aims))
    ]
    ends: list[Spec] = []
    for at, (aim, (low, high)) in enumerate(zip(front.aims, spans, strict=True)):
        best, worst = (low, high) if aim.minimize else (high, low)
        ends += [{"at": at, "up": 1, "text": f"{best:.4g}"}]
        ends += [{"at": at, "up": 0, "text": f"{worst:.4g}"}] if low < high else []
    names = distinct([aim.metric for aim in front.aims], _LETTERS)
    x: Spec = {
        "field": "at",
        "type": "quantitative",
        "scale": {"domain": [-0.15, len(names) - 0.6], "nice": False},
        "axis": {
            "orient": "top",
            "values": list(range(len(names))),
            "labelExpr": f"{names!r}[datum.value]",
            "title": None,
            "domain": False,
            "ticks": False,
            "labelFontWeight": "bold",
            "labelAngle": -20 if len(names) > 2 else 0,
            "labelOverlap": False,
        },
    }
    y: Spec = {
        "field": "up",
        "type": "quantitative",
        "scale": {"domain": [-0.05, 1.05]},
        "axis": {"values": [0, 1], "labelExpr": "datum.value ? 'best' : 'worst'", "grid": False},
        "title": None,
    }
    colours = {"domain": kinds, "range": [_COLOURS[kind] for kind in kinds]}
    return {
        "width": _SIDE,
        "height": _SIDE - 40,
        "layer": [
            {
                "data": {"values": lines},
                "mark": {"type": "line", "strokeWidth": 1.3},
                "encoding": {
                    "x": x,
                    "y": y,
                    "detail": {"field": "trial"},
                    "color": {
                        "field": "kind",
                        "type": "nominal",
                        "scale": colours,
                    },
                    "opacity": {
                        "condition": [
                            {"test": {"not": {"param": _PICK}}, "value": 0.04},
                            {"test": "datum.strong", "value": 0.85},
                        ],
                        "value": 0.25,
                    },
                    "tooltip": _tooltip(front),
                },
            },
            {
                "data": {"values": ends},
                "mark": {"type": "text", "align": "left", "dx": 4, "fontSize": 10},
                "encoding": {"x": x, "y": y, "text": {"field": "text"}},
            },
        ],
    }
