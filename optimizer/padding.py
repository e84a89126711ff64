"""Padded sizes, so that many numbers of observations share one compiled program.

Padding is exact: a padded row of the covariance is a row of the identity and its target is zero.
"""

from bisect import bisect_left

__all__ = ["bucket"]

# Neighbours differ by at most 1.5: padding 200 to 256 instead of 208 doubled the time of a fit.
_LADDER = (16, 32, 48, 64, 96, 128, 160, 208, 256, 320, 416, 512, 640, 832, 1024)


def bucket(rows: int) -> int:
    """The smallest padded size that holds so many rows; above the ladder, doublings of its top."""
    top, scale = _LADDER[-1], 1
    while rows > top * scale:
        if rows <= top * scale * 5 // 4:
            return top * scale * 5 // 4
        if rows <= top * scale * 13 // 8:
            return top * scale * 13 // 8
        scale *= 2
    if scale > 1:
        return top * scale
    return _LADDER[bisect_left(_LADDER, rows)]
