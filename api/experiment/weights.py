"""Weights brought to a given total."""

import math
from collections.abc import Sequence

__all__ = ["normalized"]

# A share that is a whole number of units but for rounding must not lose one of them.
_ROUNDING = 1e-9


def normalized(
    weights: Sequence[float], total: float, trunc_digits: int | None = None
) -> list[float]:
    """The weights in proportion, such that they add up to the total.

    Args:
        weights: Not negative, and not all zero.
        total: What the result adds up to.
        trunc_digits: Decimal places of the result. Every share is rounded down to them, and the
            units of the last place left over go to the first weights, one each.
    """
    if not weights:
        return []
    current = sum(weights)
    if current <= 0:
        raise ValueError(f"weights: must add up to more than 0 to be normalized, got {current}")
    shares = [weight / current * total for weight in weights]
    if trunc_digits is None:
        return shares
    scale = 10**trunc_digits
    units = [math.floor(share * scale + _ROUNDING) for share in shares]
    left_over = round(total * scale) - sum(units)
    return [
        round((count + (place < left_over)) / scale, trunc_digits)
        for place, count in enumerate(units)
    ]
