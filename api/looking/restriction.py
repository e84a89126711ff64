"""Bounds on outcomes, and which of them can be judged."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from armwright.experiment.relative_bound import bound_in_units, combined_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armwright.experiment import OptimizationConfig, TParamValue
    from armwright.looking.looked_at import SeenTrial

__all__ = ["Restriction", "restrictions_of"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """A bound that a metric has to keep.

    Attributes:
        metric: Whose bound it is.
        bound: As it was given: in the metric's unit, or as a change from the status quo in percent.
        is_lower: Whether values have to be at least, rather than at most, the bound.
        relative: Whether it is relative to the status quo.
        limit: The bound in the metric's unit; NaN for a relative one as long as the status quo has
            no result.
    """

    metric: str
    bound: float
    is_lower: bool
    relative: bool
    limit: float

    @property
    def is_judged(self) -> bool:
        """Whether values can be compared with it."""
        return math.isfinite(self.limit)

    def is_kept(self, value: float) -> bool | None:
        """Whether a value keeps it; None where the value is not known, or the bound is not."""
        if math.isnan(value) or not self.is_judged:
            return None
        return value >= self.limit if self.is_lower else value <= self.limit

    @property
    def text(self) -> str:
        """In words."""
        sign = ">=" if self.is_lower else "<="
        if not self.relative:
            return f"{self.metric} {sign} {self.bound:g}"
        comes_to = f" ({self.limit:.4g})" if self.is_judged else ""
        return f"{self.metric} {sign} status quo {self.bound:+g} %{comes_to}"


def restrictions_of(
    config: OptimizationConfig | None,
    status_quo: Mapping[str, TParamValue] | None,
    trials: Sequence[SeenTrial],
) -> tuple[Restriction, ...]:
    """The outcome constraints; relative ones with what the status quo's results make of them.

    Args:
        config: Has the constraints.
        status_quo: Its parameters; None where there is none.
        trials: Among which are those of the status quo.
    """
    constraints = config.outcome_constraints if config else []
    relative = any(item.relative for item in constraints)
    own = [
        trial
        for trial in (trials if relative and status_quo is not None else ())
        if trial.status == "completed" and dict(trial.parameters) == dict(status_quo or {})
    ]
    found = []
    for item in constraints:
        metric, limit = item.metric.name, float(item.bound)
        if item.relative:
            pairs = [t.values[metric] for t in own if math.isfinite(t.mean(metric))]
            limit = bound_in_units(limit, combined_mean(pairs)) if pairs else math.nan
        found.append(
            Restriction(
                metric=metric,
                bound=float(item.bound),
                is_lower=item.is_lower_bound,
                relative=item.relative,
                limit=limit,
            )
        )
    return tuple(found)
