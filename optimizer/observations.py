"""What was observed, and its way into standardised units and back."""

from dataclasses import dataclass

import numpy as np

from armwright.optimizer.shapes import Float

__all__ = ["Observations", "Standardised", "standardise"]

_SMALLEST_NOISE = 1e-6  # relative to the variance of y; the model's own noise has the same floor
_LARGEST_NOISE = 1e6
_CONSTANT = 1e-13  # a spread below this share of the magnitude is rounding, not signal


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Observations:
    """Points and what came out of them.

    Attributes:
        x: Points in model units, range columns in [0, 1] and choice columns as codes.
        y: Objective, larger is better, finite.
        noise: Variance of each y, same units squared; NaN, or None altogether, where unknown.
    """

    x: Float[np.ndarray, "n d"]
    y: Float[np.ndarray, " n"]
    noise: Float[np.ndarray, " n"] | None = None

    def __post_init__(self) -> None:
        if self.x.ndim != 2 or self.y.shape != self.x.shape[:1]:
            raise ValueError(
                f"y: expected one value per row of x, got shapes {self.x.shape} and {self.y.shape}"
            )
        if not (np.isfinite(self.x).all() and np.isfinite(self.y).all()):
            raise ValueError("x and y must be finite")
        if self.noise is None:
            return
        if self.noise.shape != self.y.shape:
            raise ValueError(
                f"noise: expected shape {self.y.shape}, or None, got {self.noise.shape}"
            )
        if (self.noise < 0).any():
            raise ValueError("noise: a variance cannot be negative")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standardised:
    """Observations with mean 0 and standard deviation 1, and the way back.

    Attributes:
        y: Standardised values; all zero where the observations are equal.
        noise: Variances in the same units, NaN where unknown.
        center: Mean of the observations.
        scale: Their standard deviation; 1, or their magnitude, where that is zero.
    """

    y: Float[np.ndarray, " n"]
    noise: Float[np.ndarray, " n"]
    center: float
    scale: float

    def mean_in_units(self, mean: Float[np.ndarray, " k"]) -> Float[np.ndarray, " k"]:
        """Standardised means in the objective's units, finite whatever its scale."""
        most = np.finfo(np.float64).max
        with np.errstate(over="ignore"):
            return np.clip(self.center + mean * self.scale, -most, most)

    def sd_in_units(self, sd: Float[np.ndarray, " k"]) -> Float[np.ndarray, " k"]:
        """Standardised standard deviations in the objective's units, finite likewise."""
        with np.errstate(over="ignore"):
            return np.minimum(sd * self.scale, np.finfo(np.float64).max)


def standardise(observations: Observations) -> Standardised:
    """Standardises y in steps that neither overflow at 1e300 nor vanish at 1e-300."""
    magnitude = float(np.max(np.abs(observations.y), initial=0.0)) or 1.0
    relative = observations.y / magnitude
    middle = float(relative.mean()) if len(relative) else 0.0
    spread = float(relative.std()) if len(relative) else 0.0
    if spread <= _CONSTANT:
        spread = 1.0
        y = np.zeros_like(relative)
    else:
        y = (relative - middle) / spread
    scale = spread * magnitude
    if observations.noise is None:
        noise = np.full(y.shape, np.nan)
    else:
        with np.errstate(over="ignore", invalid="ignore"):
            noise = (np.sqrt(observations.noise) / magnitude / spread) ** 2
        known = np.isfinite(observations.noise)
        noise = np.where(known, np.clip(noise, _SMALLEST_NOISE, _LARGEST_NOISE), np.nan)
    return Standardised(y=y, noise=noise, center=middle * magnitude, scale=scale)
