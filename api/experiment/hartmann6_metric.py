"""The six-dimensional Hartmann function as a metric."""

from typing import TYPE_CHECKING, Any

from armwright.experiment.noisy_function_metric import NoisyFunctionMetric

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Hartmann6Metric"]

_HEIGHTS = (1.0, 1.2, 3.0, 3.2)
_STEEPNESS = (
    (10.0, 3.0, 17.0, 3.5, 1.7, 8.0),
    (0.05, 10.0, 17.0, 0.1, 8.0, 14.0),
    (3.0, 3.5, 1.7, 10.0, 17.0, 8.0),
    (17.0, 8.0, 0.05, 10.0, 0.1, 14.0),
)
_CENTERS = (
    (0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886),
    (0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991),
    (0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650),
    (0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381),
)


class Hartmann6Metric(NoisyFunctionMetric):
    """Hartmann's function of six parameters in [0, 1]; its minimum is -3.32237.

    References:
        Hartman (1973), "Some experiments in global optimization".
    """

    def f(self, x: "np.ndarray[Any, Any]") -> float:
        """The value at x, six numbers."""
        import numpy as np

        distances = np.sum(np.array(_STEEPNESS) * (x - np.array(_CENTERS)) ** 2, axis=1)
        return -float(np.dot(_HEIGHTS, np.exp(-distances)))
