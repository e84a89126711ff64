"""Several metrics to optimize at once, none before the other."""

import logging
from typing import Any, NoReturn, final

from armwright.experiment.metric import Metric
from armwright.experiment.objective import Objective

__all__ = ["MultiObjective"]

logger = logging.getLogger(__name__)


@final
class MultiObjective(Objective):
    """Several metrics, each better in the direction it says itself.

    Args:
        metrics: A metric that does not say `lower_is_better` is taken to be maximized.
        minimize: Whether the weighted metrics are minimized rather than maximized.
        extra: Ignored; documents of old releases hold more.
    """

    def __init__(
        self,
        metrics: list[Metric],
        minimize: bool = False,
        **extra: Any,  # noqa: ARG002
    ) -> None:
        self._metrics = list(metrics)
        self.minimize = minimize
        self.weights = [self._weight(metric) for metric in metrics]

    @property
    def metric(self) -> NoReturn:
        """Not one metric but several: see `metrics`."""
        raise NotImplementedError(f"{self!r}: has several metrics, read .metrics, not .metric")

    @property
    def metric_weights(self) -> list[tuple[Metric, float]]:
        """Each metric with -1.0 if lower is better, else +1.0."""
        return list(zip(self._metrics, self.weights, strict=True))

    @staticmethod
    def _weight(metric: Metric) -> float:
        if metric.lower_is_better is None:
            logger.warning(
                "metric %r does not say whether lower is better, so it is maximized", metric.name
            )
        return -1.0 if metric.lower_is_better else 1.0

    def _description(self) -> str:
        return f"metric_names={self._metric_names}, minimize={self.minimize}"
