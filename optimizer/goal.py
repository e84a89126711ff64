"""What a search is for: objectives made of outcomes, and bounds on other outcomes."""

from dataclasses import dataclass

import numpy as np

from armwright.optimizer.measurements import Measurements
from armwright.optimizer.shapes import Bool, Float

__all__ = ["Goal"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Goal:
    """Objectives, each a weighted sum of outcomes to be made large, and bounds on the rest.

    The outcomes that make up objectives come first, those with bounds after them.

    Attributes:
        weights: One row per objective, one column per outcome in any of them. No row: nothing is
            optimized, a point within the bounds is looked for.
        lower: Lower bound of each bounded outcome; -inf for none.
        upper: Upper bound; inf for none.
        reference: The least value of each objective that is of interest, in its units; NaN where
            it is to be inferred. Two objectives gain area above it, more are weighed by how far
            they can rise above it.
    """

    weights: Float[np.ndarray, "g w"]
    lower: Float[np.ndarray, " b"]
    upper: Float[np.ndarray, " b"]
    reference: Float[np.ndarray, " g"] | None = None

    def __post_init__(self) -> None:
        if self.weights.ndim != 2 or self.lower.shape != self.upper.shape:
            raise ValueError(
                "weights: expected a row per objective, and lower and upper of one shape, got "
                f"shapes {self.weights.shape}, {self.lower.shape} and {self.upper.shape}"
            )
        if not np.isfinite(self.weights).all() or not self.weights.any(axis=1).all():
            raise ValueError(f"weights must be finite and not all zero, got {self.weights}")
        if not (self.lower < self.upper).all():  # NaN included
            raise ValueError(f"lower must be below upper, got {self.lower} and {self.upper}")
        if self.reference is not None and self.reference.shape != (self.objectives,):
            raise ValueError(
                f"reference: expected {self.objectives} values, got {self.reference.shape}"
            )

    @classmethod
    def single(cls) -> "Goal":
        """One outcome, larger is better, and no bounds."""
        return cls(weights=np.ones((1, 1)), lower=np.empty(0), upper=np.empty(0))

    @property
    def objectives(self) -> int:
        """Number of objectives."""
        return len(self.weights)

    @property
    def is_plain(self) -> bool:
        """Whether the only objective is one outcome, larger is better."""
        return self.weights.shape == (1, 1) and bool(self.weights[0, 0] > 0)

    @property
    def outcomes(self) -> int:
        """Number of outcomes, bounded ones included."""
        return int(self.weights.shape[1]) + len(self.lower)

    def values(self, y: Float[np.ndarray, "n o"]) -> Float[np.ndarray, "n g"]:
        """The objectives of measured outcomes; NaN where one that counts is missing."""
        with np.errstate(over="ignore", invalid="ignore"):
            terms = np.where(
                self.weights == 0.0, 0.0, y[:, None, : self.weights.shape[1]] * self.weights
            )
            return np.asarray(terms.sum(axis=2))

    def eligible(self, measured: Measurements) -> Bool[np.ndarray, " n"]:
        """Rows that have all that counts for the objectives and were measured within all bounds."""
        objectives, bounded = self.values(measured.y), measured.y[:, self.weights.shape[1] :]
        within = (bounded >= self.lower) & (bounded <= self.upper)  # NaN is not
        return np.asarray(~np.isnan(objectives).any(axis=1) & within.all(axis=1))
