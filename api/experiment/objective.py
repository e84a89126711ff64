"""What an experiment tries to make large, or small."""

from armwright.experiment.cloneable import Cloneable
from armwright.experiment.metric import Metric

__all__ = ["Objective"]


class Objective(Cloneable):
    """One metric to maximize or minimize.

    Attributes:
        minimize: Whether smaller is better.
    """

    def __init__(self, metric: Metric, minimize: bool = False) -> None:
        self._metrics = [metric]
        self.minimize = minimize

    @property
    def metric(self) -> Metric:
        """The metric."""
        return self._metrics[0]

    @property
    def metrics(self) -> list[Metric]:
        """All metrics of the objective."""
        return self._metrics

    @property
    def _metric_names(self) -> list[str]:
        return [metric.name for metric in self._metrics]

    def _description(self) -> str:
        return f'metric_name="{self.metric.name}", minimize={self.minimize}'
