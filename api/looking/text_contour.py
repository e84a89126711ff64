"""What a model expects over two parameters, as two maps of shades side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armwright.looking.parallel import place_on
from armwright.looking.text_parts import number, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from armwright.looking.axis import Axis
    from armwright.looking.posterior import Contour

__all__ = ["contour_text"]

_SHADES = "·░▒▓█"
_WIDE = 1.959964
_ROWS, _CELLS = 14, 30  # at most, of one map
_LETTERS = 12  # of a value beside its row


def contour_text(contour: Contour, *, results: int, width: int = 80) -> Iterator[str]:
    """The expected values, and how far off they may be, each from its least to its largest.

    Args:
        contour: What to draw.
        results: How many the model knows.
        width: Of the terminal, in letters.
    """
    across, up = contour.across, contour.up
    labels = [shortened(number(value), _LETTERS) for value in contour.y]
    wide = max(map(len, labels))
    cells = max(min((width - wide - 5) // 2, _CELLS), 4)
    each = max(cells // len(contour.x), 1)
    xs, ys = _picked(len(contour.x), cells), _picked(len(contour.y), _ROWS)
    half = [[_WIDE * sd for sd in row] for row in contour.sd]
    maps = [_shaded(contour.mean, xs, ys), _shaded(half, xs, ys)]
    side = len(xs) * each
    yield shortened(
        f"what a model of n = {results} results expects of {contour.metric} over {across.name} "
        f"and {up.name}",
        width,
    )
    others = {k: v for k, v in contour.around.items() if k not in (across.name, up.name)}
    if others:
        held = ", ".join(f"{name}={number(value)}" for name, value in others.items())
        yield shortened(f"the others held at {held}", width)
    yield ""
    heads = [shortened(text, side + 2) for text in ("expected", "95 % interval, half of it")]
    yield f"{'':>{wide}} {heads[0]:<{side + 3}}{heads[1]}"
    here = _here(contour, xs, ys)
    for at in reversed(range(len(ys))):
        rows = [[shade * each for shade in shades[at]] for shades in maps]
        if here is not None and here[1] == at:
            middle = each // 2
            cell = rows[0][here[0]]
            rows[0][here[0]] = cell[:middle] + "@" + cell[middle + 1 :]
        is_named = at in (0, len(ys) - 1) or not up.is_range
        label = labels[ys[at]] if is_named else ""
        yield f"{label:>{wide}} │{''.join(rows[0])}│ │{''.join(rows[1])}│"
    yield f"{'':>{wide}}  {_below(across, side)}"
    names = f"{across.name} from left to right, {up.name} from below"
    yield shortened(names + (", log" if up.is_log else ""), width)
    for what, values in ((contour.metric, contour.mean), ("± (95 %)", half)):
        yield shortened(f"{_scale(values)}  {what}", width)
    if here is not None:
        yield "@ where the others are held: the best trial, else the last"


def _picked(count: int, most: int) -> list[int]:
    """Places among so many, evenly, the first and the last included."""
    size = min(count, most)
    return [round(at * (count - 1) / max(size - 1, 1)) for at in range(size)]


def _shaded(
    values: Sequence[Sequence[float]], xs: Sequence[int], ys: Sequence[int]
) -> list[list[str]]:
    every = [value for row in values for value in row]
    low, high = min(every), max(every)

    def shade(value: float) -> str:
        share = (value / 2 - low / 2) / (high / 2 - low / 2) if high > low else 0.0
        return _SHADES[min(int(share * len(_SHADES)), len(_SHADES) - 1)]

    return [[shade(values[y][x]) for x in xs] for y in ys]


def _scale(values: Sequence[Sequence[float]]) -> str:
    """Which shade stands for what."""
    every = [value for row in values for value in row]
    low, high = min(every), max(every)
    if not high > low:
        return f"{_SHADES[0]} {number(low)}"
    step = high / len(_SHADES) - low / len(_SHADES)
    ends = [low + step * at for at in range(len(_SHADES))]
    return "  ".join(
        f"{shade} from {number(end)}" for shade, end in zip(_SHADES, ends, strict=True)
    )


def _here(contour: Contour, xs: Sequence[int], ys: Sequence[int]) -> tuple[int, int] | None:
    """The cell of the point around which the map is cut."""
    found = []
    for axis, count in ((contour.across, len(xs)), (contour.up, len(ys))):
        if axis.name not in contour.around:
            return None
        place = place_on(axis, contour.around[axis.name])
        if not 0.0 <= place <= 1.0:
            return None
        found.append(round(place * (count - 1)))
    return found[0], found[1]


def _below(axis: Axis, side: int) -> str:
    """The ends of the axis under a map; of choices as many names as fit."""
    if not axis.is_range:
        return shortened(", ".join(map(str, axis.values)), max(side, _LETTERS))
    low, high = number(axis.lower), number(axis.upper) + " log" * axis.is_log
    return f"{low}{high:>{max(side - len(low), len(high) + 1)}}"
