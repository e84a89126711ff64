"""Trade-offs between objectives as text: two as a chart, and the best ones as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armwright.looking.text_parts import number, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from armwright.looking.front import Front, FrontPoint
    from armwright.looking.looked_at import Aim

__all__ = ["front_text"]

_HEIGHT, _MOST = 14, 20
_LETTERS = 16  # of a metric over its column
_WIDE = 1.959964


def front_text(front: Front, *, width: int = 80) -> Iterator[str]:
    """The results of two objectives as dots, and the best trade-offs with their intervals."""
    best = sorted((point for point in front.points if point.on_front), key=lambda p: p.values[0])
    names = [aim.metric for aim in front.aims]
    yield f"n = {len(front.points)} results of {', '.join(names)}; {len(best)} best trade-offs"
    if len(names) == 2:
        yield from _chart(front, width)
    heads = [_head(aim) for aim in front.aims]
    rows = [[str(point.trial), *map(_value, point.values, point.sems)] for point in best]
    widths = [
        max(len(head), *(len(row[at]) for row in rows)) if rows else len(head)
        for at, head in enumerate(["trial", *heads])
    ]
    yield "  ".join(f"{head:>{wide}}" for head, wide in zip(["trial", *heads], widths, strict=True))
    for row in rows[:_MOST]:
        yield "  ".join(f"{cell:>{wide}}" for cell, wide in zip(row, widths, strict=True))
    if len(rows) > _MOST:
        yield f"and {len(rows) - _MOST} more, armwright best --pareto lists them"


def _head(aim: Aim) -> str:
    return shortened(aim.metric, _LETTERS) + (" (low)" if aim.minimize else " (high)")


def _value(value: float, sem: float) -> str:
    return number(value) + (f" ± {_WIDE * sem:.2g}" if sem > 0 else "")


def _chart(front: Front, width: int) -> Iterator[str]:
    xs, ys = ([point.values[at] for point in front.points] for at in (0, 1))
    marks = [f"{max(ys):.4g}", f"{min(ys):.4g}"]
    wide = max(map(len, marks))
    columns = max(min(width - wide - 3, 72), 10)
    rows = [[" "] * columns for _ in range(_HEIGHT)]

    def share(value: float, values: list[float]) -> float:
        low, high = min(values), max(values)
        return (value - low) / (high - low) if high > low else 0.5

    for point in sorted(front.points, key=_rank):  # what counts more is drawn over the rest
        row = _HEIGHT - 1 - round(share(point.values[1], ys) * (_HEIGHT - 1))
        column = round(share(point.values[0], xs) * (columns - 1))
        rows[row][column] = "·?x◆"[_rank(point)]
    across, up = front.aims
    yield f"{up.metric} ({'lower' if up.minimize else 'higher'} is better)"
    for at, cells in enumerate(rows):
        label = marks[0] if at == 0 else marks[1] if at == _HEIGHT - 1 else ""
        yield f"{label:>{wide}} │{''.join(cells).rstrip()}"
    yield f"{'':>{wide}} └{'─' * columns}"
    low, high = f"{min(xs):.4g}", f"{max(xs):.4g}"
    name = f"{across.metric} ({'lower' if across.minimize else 'higher'} is better)"
    middle = shortened(name, columns - len(low) - len(high) - 2)
    yield f"{'':>{wide}}  {low}{middle:^{columns - len(low) - len(high)}}{high}"
    broken = any(point.is_feasible is False for point in front.points)
    unknown = any(point.is_feasible is None for point in front.points)
    more = "  x breaks a constraint" * broken + "  ? not measured" * unknown
    yield f"{'':>{wide}}  ◆ best trade-off  · beaten{more}"


def _rank(point: FrontPoint) -> int:
    return 3 if point.on_front else {True: 0, None: 1, False: 2}[point.is_feasible]
