"""How points are judged: by improvement, by knowledge of the best, or by what they cost besides."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Cost", "Policy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What an observation costs, as a share of what makes the difference: what it is divided by.

    cost = intercept + sum over fidelity columns of weight * value / target

    Attributes:
        intercept: What every observation costs, however cheap its fidelity.
        weights: Of fidelity columns; 1 for those not named.
        shares: For a fidelity column of numbered or unordered levels, what stands for
            value / target at each; where it is left out, the level over the target's level for
            numbered ones, and 1 for unordered ones.
    """

    intercept: float = 0.1
    weights: Mapping[int, float] = field(default_factory=dict)
    shares: Mapping[int, tuple[float, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        numbers = [
            self.intercept,
            *self.weights.values(),
            *(v for s in self.shares.values() for v in s),
        ]
        if not all(math.isfinite(value) and value >= 0 for value in numbers):
            raise ValueError(f"cost: expected numbers of 0 or more, got {numbers}")
        if self.intercept <= 0:
            raise ValueError(f"cost: the intercept must be positive, got {self.intercept}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How points are judged.

    Attributes:
        search_for: "improvement" over what is known; "knowledge", the rise of the best posterior
            mean that an observation is expected to bring (knowledge gradient); "maximum", what it
            tells about the largest value (max-value entropy search). The last two are for one
            objective and weigh fidelities by their cost.
        cost: What an observation costs where there are fidelities.
        draws: Hyperparameters drawn from their posterior and averaged over; 0 for the most probable
            ones alone. Only with "improvement".
        draws_known: Whether improvement is averaged over draws of the function's values at the
            observed points, as noisy expected improvement is; else it is over the largest posterior
            mean there. Only with "improvement".
    """

    search_for: Literal["improvement", "knowledge", "maximum"] = "improvement"
    cost: Cost = field(default_factory=Cost)
    draws: int = 0
    draws_known: bool = False

    def __post_init__(self) -> None:
        if self.search_for not in ("improvement", "knowledge", "maximum"):
            raise ValueError(
                "search_for: expected 'improvement', 'knowledge' or 'maximum', "
                f"got {self.search_for!r}"
            )
        if self.draws_known and self.search_for != "improvement":
            raise ValueError(f"draws_known: only with 'improvement', got {self.search_for!r}")
        if self.draws < 0 or (self.draws and self.search_for != "improvement"):
            raise ValueError(
                f"draws: expected 0, or a number with 'improvement', got {self.draws} with "
                f"{self.search_for!r}"
            )
