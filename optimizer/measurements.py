"""What several outcomes came to at the same points, with gaps where one was not measured."""

from dataclasses import dataclass

import numpy as np

from armwright.optimizer.observations import Observations
from armwright.optimizer.shapes import Float

__all__ = ["Measurements"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measurements:
    """Points and what each outcome came to there.

    Attributes:
        x: Points in model units, range columns in [0, 1] and choice columns as codes.
        y: One column per outcome; NaN where it was not measured.
        noise: Variance of each y, same units squared; NaN, or None altogether, where unknown.
    """

    x: Float[np.ndarray, "n d"]
    y: Float[np.ndarray, "n o"]
    noise: Float[np.ndarray, "n o"] | None = None

    def __post_init__(self) -> None:
        if self.x.ndim != 2 or self.y.ndim != 2 or len(self.x) != len(self.y):
            raise ValueError(
                f"y: expected one row per row of x, got shapes {self.x.shape} and {self.y.shape}"
            )
        if self.noise is not None and self.noise.shape != self.y.shape:
            raise ValueError(f"noise: expected shape {self.y.shape}, got {self.noise.shape}")
        if np.isinf(self.y).any():
            raise ValueError("y must be finite, or NaN where an outcome was not measured")
        if len(self.y) and np.isnan(self.y).all(axis=0).any():
            missing = int(np.argmax(np.isnan(self.y).all(axis=0)))
            raise ValueError(f"y: outcome {missing} was measured nowhere, leave it out")

    @classmethod
    def of(cls, observations: Observations) -> "Measurements":
        """Observations of one outcome."""
        noise = observations.noise
        return cls(
            x=observations.x,
            y=observations.y[:, None],
            noise=None if noise is None else noise[:, None],
        )

    @property
    def outcomes(self) -> int:
        """Number of outcomes."""
        return int(self.y.shape[1])

    def column(self, outcome: int) -> Observations:
        """The observations of one outcome, without the gaps."""
        there = np.isfinite(self.y[:, outcome])
        return Observations(
            x=self.x[there],
            y=self.y[there, outcome],
            noise=None if self.noise is None else self.noise[there, outcome],
        )
