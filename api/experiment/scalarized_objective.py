"""A weighted sum of metrics as the one thing to optimize."""

from typing import NoReturn, final

from armwright.experiment.metric import Metric
from armwright.experiment.objective import Objective

__all__ = ["ScalarizedObjective"]


@final
class ScalarizedObjective(Objective):
    """A weighted sum of metrics to maximize or minimize.

    Args:
        metrics: The metrics that are added up.
        weights: One factor for each metric; None for 1.0 each.
        minimize: Whether a smaller sum is better.
    """

    def __init__(
        self, metrics: list[Metric], weights: list[float] | None = None, minimize: bool = False
    ) -> None:
        if weights is not None and len(weights) != len(metrics):
            raise ValueError(
                f"scalarized objective: weights must be one for each of the {len(metrics)} "
                f"metrics, got {len(weights)}"
            )
        self._metrics = list(metrics)
        self.weights = [1.0] * len(metrics) if weights is None else list(weights)
        self.minimize = minimize

    @property
    def metric(self) -> NoReturn:
        """Not one metric but several: see `metrics`."""
        raise NotImplementedError(f"{self!r}: has several metrics, read .metrics, not .metric")

    @property
    def metric_weights(self) -> list[tuple[Metric, float]]:
        """Each metric with its factor."""
        return list(zip(self._metrics, self.weights, strict=True))

    def _description(self) -> str:
        return (
            f"metric_names={self._metric_names}, weights={self.weights}, minimize={self.minimize}"
        )
