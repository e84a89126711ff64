"""What a model foretells against what was measured, and where arms are likely to fail, as text."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from armwright.looking.feasibility import BREAKS, FAILED, GAVE, KEPT, SAID
from armwright.looking.parallel import place_on
from armwright.looking.text_parts import levels, number, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from armwright.looking.feasibility import ChanceSlice, Feasibility
    from armwright.looking.left_out import CrossValidation

__all__ = ["cross_validation_text", "feasibility_text"]

_ROWS, _COLUMNS = 14, 60
_CELLS = 60
_BLOCKS = " ▁▂▃▄▅▆▇█"


def cross_validation_text(found: CrossValidation, *, width: int = 80) -> Iterator[str]:
    """Dots of what the model expects of each result without it, and a line where it would be right.

    Args:
        found: What to draw.
        width: Of the terminal, in letters.
    """
    rows = found.results
    values = [value for row in rows for value in (row.observed, row.predicted)]
    low, high = min(values), max(values)
    marks = [f"{high:.4g}", f"{low:.4g}"]
    wide = max(map(len, marks))
    columns = max(min(width - wide - 3, _COLUMNS), 10)
    cells = [[" "] * columns for _ in range(_ROWS)]

    def place(value: float, count: int) -> int:
        share = (value / 2 - low / 2) / (high / 2 - low / 2) if high > low else 0.5
        return round(share * (count - 1))

    for column in range(columns):
        at = round(column / max(columns - 1, 1) * (_ROWS - 1))
        cells[_ROWS - 1 - at][column] = "·"
    for row in rows:
        at = _ROWS - 1 - place(row.predicted, _ROWS)
        cells[at][place(row.observed, columns)] = "●"
    yield shortened(f"what the model expects of each {found.metric} without it, upwards", width)
    for at, line in enumerate(cells):
        label = marks[0] if at == 0 else marks[1] if at == _ROWS - 1 else ""
        yield f"{label:>{wide}} │{''.join(line).rstrip()}"
    yield f"{'':>{wide}} └{'─' * columns}"
    middle = shortened("measured", columns - len(marks[0]) - len(marks[1]) - 2)
    room = columns - len(marks[0]) - len(marks[1])
    yield f"{'':>{wide}}  {marks[1]}{middle:^{room}}{marks[0]}"
    yield f"{'':>{wide}}  ● result  · what a model without error would say"
    rank = found.rank_correlation
    told = "" if math.isnan(rank) else f"; rank correlation {rank:.2f}"
    yield f"n = {len(rows)}; {found.within:.0%} lie inside their 95 % interval{told}"
    if found.left:
        yield f"{found.left} more are left out of so large a model"


def feasibility_text(found: Feasibility, *, width: int = 80) -> Iterator[str]:
    """For each parameter how likely an arm is to be feasible along it, and where trials were not.

    Args:
        found: What to draw.
        width: Of the terminal, in letters.
    """
    counts = Counter(fate for _, fate in found.fates)
    told = ", ".join(f"{counts[fate]} {said}" for fate, said in SAID.items() if counts[fate])
    of_which = " that keeps all constraints" if found.is_bounded else ""
    yield f"how likely an arm is to give a result{of_which}"
    yield shortened(f"n = {len(found.fates)} trials: {told}", width)
    held = ", ".join(f"{name}={number(value)}" for name, value in found.around.items())
    yield shortened(f"along each parameter, the others held at {held}", width)
    if found.left:
        yield shortened(f"not counted, for no model knows it yet: {', '.join(found.left)}", width)
    for item in found.along:
        yield from _along(item, found, width)


def _along(item: ChanceSlice, found: Feasibility, width: int) -> Iterator[str]:
    axis = item.axis
    cells = min(width - 16, _CELLS)
    each = max(cells // len(item.x), 1)
    if axis.is_range:
        span = f"{axis.lower:.4g} to {axis.upper:.4g}{', log' if axis.is_log else ''}"
    else:
        span = shortened(", ".join(map(str, axis.values)), max(width // 2, 20))
    yield ""
    yield shortened(axis.name, width - len(span) - 2) + f"  {span}"
    blocks = "".join(_BLOCKS[round(chance * 8)] * each for chance in item.chance)
    ends = f"{min(item.chance):.0%} to {max(item.chance):.0%}"
    yield f"  chance    │{blocks}│"
    good = "feasible" if found.is_bounded else "result"
    for name, fates in (("failed", (FAILED,)), ("breaks", (BREAKS,)), (good, (GAVE, KEPT))):
        places = [
            place_on(axis, trial.parameters.get(axis.name))
            for trial, fate in found.fates
            if fate in fates
        ]
        if places:
            tally = [0.0] * len(item.x)
            for place in places:
                if 0.0 <= place <= 1.0:
                    tally[round(place * (len(item.x) - 1))] += 1
            row = "".join(cell * each for cell in levels(tally, least=0.0))
            yield f"  {name:<9} │{row}│"
    yield f"  chance from {ends}, a full block is 100 %"
