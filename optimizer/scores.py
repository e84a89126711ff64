"""What a model says of the points it was asked about."""

from dataclasses import dataclass

import numpy as np

from armwright.optimizer.shapes import Float

__all__ = ["Scores"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scores:
    """What the program said about some points and where its searches ended.

    Attributes:
        candidates: Log acquisition of each point asked about; -inf where it is not a number.
        found: Raw values where the searches ended, snapped but not checked for feasibility.
        found_scores: Log acquisition there, before snapping.
    """

    candidates: Float[np.ndarray, " k"]
    found: Float[np.ndarray, "m d"]
    found_scores: Float[np.ndarray, " m"]
