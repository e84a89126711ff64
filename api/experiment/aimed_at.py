"""What an experiment optimizes, by names: single metrics, or a weighted sum of several."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from armwright.experiment.multi_objective import MultiObjective
from armwright.experiment.scalarized_objective import ScalarizedObjective

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment.objective import Objective

__all__ = ["AimedAt", "aimed_at"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AimedAt:
    """One thing that is made small, or large.

    Attributes:
        name: Of its metric; of a weighted sum its formula, such as `1 a + 2 b`.
        factors: For each of its metrics what it is multiplied with.
        minimize: Whether less is better.
    """

    name: str
    factors: Mapping[str, float]
    minimize: bool

    def result(self, values: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
        """Its mean and standard error, of metrics that are taken to be independent.

        Args:
            values: Mean and standard error by metric, NaN where unknown.

        Returns:
            The same of the sum; NaN where one of its metrics is missing.
        """
        unknown = (math.nan, math.nan)
        pairs = [(by, *values.get(name, unknown)) for name, by in self.factors.items()]
        mean = sum(by * value for by, value, _ in pairs)
        return mean, math.hypot(*(by * error for by, _, error in pairs))


def aimed_at(objective: Objective) -> list[AimedAt]:
    """What an objective is made of: several of a `MultiObjective`, one of any other."""
    if isinstance(objective, MultiObjective):
        return [
            AimedAt(
                name=metric.name,
                factors={metric.name: 1.0},
                minimize=(weight < 0) != objective.minimize,
            )
            for metric, weight in objective.metric_weights
        ]
    if isinstance(objective, ScalarizedObjective):
        factors = {metric.name: weight for metric, weight in objective.metric_weights}
        name = " + ".join(f"{weight:g} {metric}" for metric, weight in factors.items())
    else:
        name = objective.metric.name
        factors = {name: 1.0}
    return [AimedAt(name=name, factors=factors, minimize=objective.minimize)]
