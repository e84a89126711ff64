"""Bounds on outcomes in the unit of their metrics, and which of them can be judged.

This is the one rule by which a result keeps the outcome constraints: what is best, what is listed
and drawn, and what callbacks are told go by it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from armwright.errors import UsageError
from armwright.experiment.relative_bound import bound_in_units, combined_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from armwright.experiment import OptimizationConfig

    Values = Mapping[str, tuple[float, float]]

__all__ = ["Restriction", "check_judged", "keeps_all", "restrictions_of"]

_UNKNOWN = (math.nan, math.nan)


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
        return not math.isnan(self.limit)

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
    config: OptimizationConfig | None, own: Iterable[Values]
) -> tuple[Restriction, ...]:
    """The outcome constraints; relative ones with what the status quo's results make of them.

    Args:
        config: Has the constraints.
        own: For each completed arm with the status quo's parameters what it measured: metric to
            mean and standard error, NaN where unknown. Read only where a bound is relative.
    """
    constraints = config.outcome_constraints if config else []
    measured = list(own) if any(item.relative for item in constraints) else []
    found = []
    for item in constraints:
        metric, limit = item.metric.name, float(item.bound)
        if item.relative:
            results = [values.get(metric, _UNKNOWN) for values in measured]
            results = [result for result in results if math.isfinite(result[0])]
            limit = bound_in_units(limit, combined_mean(results)) if results else math.nan
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


def keeps_all(restrictions: Iterable[Restriction], values: Values) -> bool | None:
    """Whether an arm's means keep all bounds; None where that is not known of one of them."""
    found = [item.is_kept(values.get(item.metric, _UNKNOWN)[0]) for item in restrictions]
    return False if False in found else None if None in found else True


def check_judged(restrictions: Iterable[Restriction]) -> None:
    """Refuses to say what is best where that depends on a bound that nobody knows.

    Raises:
        UsageError: A bound is relative, and the status quo has no result of its metric.
    """
    unknown = [item for item in restrictions if not item.is_judged]
    if unknown:
        metrics = " and ".join(dict.fromkeys(repr(item.metric) for item in unknown))
        raise UsageError(
            f"which trials are best depends on {' and '.join(item.text for item in unknown)}, and "
            f"the status quo, to which it is relative, has no result of {metrics}",
            hint="run the status quo's parameters, or give the constraint an absolute bound",
        )
