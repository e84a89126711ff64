"""A bound on a metric that arms should keep."""

import logging
from typing import final

from armwright.experiment.cloneable import Cloneable
from armwright.experiment.comparison_op import ComparisonOp
from armwright.experiment.metric import Metric

__all__ = [
    "CONSTRAINT_WARNING_MESSAGE",
    "LOWER_BOUND_MISMATCH",
    "UPPER_BOUND_MISMATCH",
    "OutcomeConstraint",
]

logger = logging.getLogger(__name__)

CONSTRAINT_WARNING_MESSAGE = (
    "{bound} bound on a metric whose {is_better} values are better: every good arm may come to "
    "lie beyond the bound; was the other direction meant?"
)
LOWER_BOUND_MISMATCH = {"bound": "lower", "is_better": "lower"}
UPPER_BOUND_MISMATCH = {"bound": "upper", "is_better": "higher"}


@final
class OutcomeConstraint(Cloneable):
    """A metric is at least, or at most, a bound.

    A bound against the metric's own good direction is allowed, and warned about through `logger`.

    Attributes:
        bound: In the metric's unit, or in percent if relative.
        relative: Whether the bound is the change from the status quo, in percent of it.
    """

    def __init__(
        self, metric: Metric, op: ComparisonOp, bound: float, relative: bool = True
    ) -> None:
        self._metric = metric
        self._op = op
        self.bound = bound
        self.relative = relative
        self._warn_of_mismatch()

    @property
    def metric(self) -> Metric:
        """The metric that is bounded."""
        return self._metric

    @metric.setter
    def metric(self, metric: Metric) -> None:
        self._metric = metric
        self._warn_of_mismatch()

    @property
    def op(self) -> ComparisonOp:
        """GEQ for a lower bound; anything else is an upper bound."""
        return self._op

    @op.setter
    def op(self, op: ComparisonOp) -> None:
        self._op = op
        self._warn_of_mismatch()

    @property
    def is_lower_bound(self) -> bool:
        """Whether the metric must be at least, rather than at most, the bound."""
        return self._op is ComparisonOp.GEQ

    def _warn_of_mismatch(self) -> None:
        lower_is_better = self._metric.lower_is_better
        if self.is_lower_bound and lower_is_better is True:
            logger.warning(CONSTRAINT_WARNING_MESSAGE.format(**LOWER_BOUND_MISMATCH))
        elif not self.is_lower_bound and lower_is_better is False:
            logger.warning(CONSTRAINT_WARNING_MESSAGE.format(**UPPER_BOUND_MISMATCH))

    def _description(self) -> str:
        symbol = ">=" if self.is_lower_bound else "<="
        return f"{self._metric.name} {symbol} {self.bound}{'%' if self.relative else ''}"
