"""What text charts are made of: levels as blocks, numbers, cut names."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["bar", "levels", "number", "shortened"]

_BLOCKS = " ▁▂▃▄▅▆▇█"
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def levels(values: Sequence[float], *, least: float | None = None) -> str:
    """A block for each value, the higher the larger; a space for what is not known.

    Args:
        values: Finite or NaN.
        least: What has no block at all; if left out, the smallest value has the smallest block.
    """
    known = [value for value in values if math.isfinite(value)]
    if not known:
        return " " * len(values)
    low, high = min(known) if least is None else least, max(known)
    first = 1 if least is None else 0
    cells = []
    for value in values:
        if not math.isfinite(value):
            cells.append(" ")
            continue
        share = (value - low) / (high - low) if high > low else 0.5 if least is None else 0.0
        at = first + round(share * (8 - first))
        cells.append(_BLOCKS[max(at, 1) if value > low else at])
    return "".join(cells)


def bar(share: float, width: int) -> str:
    """A bar of a share of the width, to an eighth of a letter."""
    eighths = round(max(min(share, 1.0), 0.0) * width * 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def number(value: Any) -> str:
    """A number with four digits; other values as they are."""
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value)


def shortened(text: str, width: int) -> str:
    """The text, cut where it is longer than some letters."""
    return text if len(text) <= width else f"{text[: max(width - 1, 0)]}…"
