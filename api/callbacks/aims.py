"""What decides which arm is the best so far: objectives and bounds, by the names of metrics."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

from armwright.experiment.aimed_at import AimedAt, aimed_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment import OptimizationConfig

__all__ = ["Aims", "Bound", "aims_of"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A bound on a metric."""

    metric: str
    bound: float
    is_lower: bool


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Aims:
    """What decides; nothing is best where there is no objective."""

    objectives: tuple[AimedAt, ...] = ()
    bounds: tuple[Bound, ...] = field(default=())

    def scores(self, values: Mapping[str, tuple[float, float]]) -> dict[str, float]:
        """What was measured of each objective; empty where one is missing or a bound is broken."""
        for item in self.bounds:
            mean = values.get(item.metric, (math.nan, math.nan))[0]
            if not (mean >= item.bound if item.is_lower else mean <= item.bound):
                return {}
        found = {item.name: item.result(values)[0] for item in self.objectives}
        return found if all(map(math.isfinite, found.values())) else {}

    def losses(self, scores: Mapping[str, float]) -> tuple[float, ...]:
        """The scores in the order of the objectives, less is better."""
        return tuple(
            scores[item.name] if item.minimize else -scores[item.name] for item in self.objectives
        )


def aims_of(config: OptimizationConfig | None) -> Aims:
    """What an experiment aims at; bounds relative to a status quo are left out."""
    if config is None:
        return Aims()
    return Aims(
        objectives=tuple(aimed_at(config.objective)),
        bounds=tuple(
            Bound(metric=c.metric.name, bound=float(c.bound), is_lower=c.is_lower_bound)
            for c in config.outcome_constraints
            if not c.relative
        ),
    )
