"""Slices of a model as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armwright.looking.text_parts import levels, number, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from armwright.looking.posterior import Slice

__all__ = ["slice_text"]

_WIDE = 1.959964
_MOST_CELLS = 60


def slice_text(slices: Sequence[Slice], *, results: int, width: int = 80) -> Iterator[str]:
    """For each parameter what a model expects along it, and how sure it is: the higher, the more.

    Args:
        slices: Of one metric, around one point.
        results: How many the model knows.
        width: Of the terminal, in letters.
    """
    metric, around = slices[0].metric, slices[0].around
    yield f"what a model of n = {results} results expects along each parameter of"
    yield shortened(metric, width)
    held = ", ".join(f"{name}={number(value)}" for name, value in around.items())
    yield shortened(f"the others held at {held}", width)
    for item in slices:
        cells = min(width - 12, _MOST_CELLS)
        each = max(cells // len(item.x), 1)
        low, high = min(item.mean), max(item.mean)
        half = [_WIDE * sd for sd in item.sd]
        yield ""
        span = _span(item)
        yield shortened(item.axis.name, width - len(span) - 2) + f"  {span}"
        here = _here(item)
        yield f"  expected │{_stretched(levels(item.mean), each)}│"
        yield f"   95 % +- │{_stretched(levels(half, least=0.0), each)}│"
        if here is not None:
            mark = here * each + each // 2
            yield f"            {' ' * mark}^ held at {number(item.around[item.axis.name])}"
        yield (
            f"  {metric[: width - 50]} {number(low)} to {number(high)}, "
            f"each ± {number(min(half))} to {number(max(half))}"
        )


def _span(item: Slice) -> str:
    axis = item.axis
    if axis.is_range:
        return f"{axis.lower:.4g} to {axis.upper:.4g}{', log' if axis.is_log else ''}"
    return f"{len(axis.values)} choices, {axis.values[0]} to {axis.values[-1]}"


def _here(item: Slice) -> int | None:
    """The cell of the value at which this parameter is held in the other slices."""
    from armwright.looking.parallel import place_on

    if item.axis.name not in item.around:
        return None
    place = place_on(item.axis, item.around[item.axis.name])
    return round(place * (len(item.x) - 1)) if place == place else None


def _stretched(cells: str, each: int) -> str:
    return "".join(cell * each for cell in cells)
