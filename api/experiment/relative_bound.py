"""What a bound that is relative to the status quo comes to in the metric's own unit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["bound_in_units", "combined_mean"]


def bound_in_units(percent: float, base: float) -> float:
    """A bound that is a change from the status quo, in the metric's unit.

    Args:
        percent: The change, of the status quo's magnitude.
        base: What the status quo measured.
    """
    return base + percent / 100.0 * abs(base)


def combined_mean(results: Sequence[tuple[float, float]]) -> float:
    """One mean of repeated results: by inverse variance where that is known of all, else plain.

    Args:
        results: Means with their standard errors, NaN where unknown; at least one.
    """
    known = all(math.isfinite(sem) and sem > 0 for _, sem in results)
    weights = [sem**-2 if known else 1.0 for _, sem in results]
    total = math.fsum(weight * mean for weight, (mean, _) in zip(weights, results, strict=True))
    return total / math.fsum(weights)
