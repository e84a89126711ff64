r"""Warping inputs, so that a function that changes faster at one end of a range is stationary.

Each range column's coordinate in [0, 1] is replaced by Kumaraswamy's distribution function of it,

$$w(x) = 1 - (1 - x^a)^b.$$

With a = b = 1 nothing is warped. It has a closed inverse, so that the model works on warped
coordinates throughout and the points it finds are brought back.

References:
    Kumaraswamy (1980), "A generalized probability density function for double-bounded random
    processes", Journal of Hydrology 46; Snoek, Swersky, Zemel and Adams (2014), arXiv:1402.0929.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from armwright.optimizer.shapes import Float

__all__ = ["InputWarp"]


class InputWarp(NamedTuple):
    """The warp of each column.

    Attributes:
        a: Exponent of the coordinate; 1 for columns that are not warped.
        b: Exponent of what that leaves of 1; likewise.
    """

    a: Float[np.ndarray, " d"]
    b: Float[np.ndarray, " d"]

    def warped(self, x: Float[np.ndarray, "k d"]) -> Float[np.ndarray, "k d"]:
        """Kumaraswamy's distribution function, column by column; 0 and 1 stay where they are."""
        with np.errstate(divide="ignore"):
            powers = np.exp(self.a * np.log(np.clip(x, 0.0, 1.0)))
            return np.asarray(-np.expm1(self.b * np.log1p(-np.minimum(powers, 1.0))))

    @classmethod
    def of(cls, pairs: Sequence[tuple[float, float]]) -> "InputWarp | None":
        """The warp of parameters a and b of each column; None of none."""
        return cls(*np.array(pairs).T) if pairs else None

    @property
    def pairs(self) -> tuple[tuple[float, float], ...]:
        """Parameters a and b of each column."""
        return tuple((float(a), float(b)) for a, b in zip(self.a, self.b, strict=True))

    def unwarped(self, w: Float[np.ndarray, "k d"]) -> Float[np.ndarray, "k d"]:
        """The coordinates that are warped to these."""
        with np.errstate(divide="ignore"):
            powers = -np.expm1(np.log1p(-np.clip(w, 0.0, 1.0)) / self.b)
            return np.asarray(np.exp(np.log(powers) / self.a))
