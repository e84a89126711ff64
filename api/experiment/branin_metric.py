"""The Branin function as a metric."""

import math
from typing import TYPE_CHECKING, Any

from armwright.experiment.noisy_function_metric import NoisyFunctionMetric

if TYPE_CHECKING:
    import numpy as np

__all__ = ["BraninMetric"]


class BraninMetric(NoisyFunctionMetric):
    """Branin, of two parameters in [-5, 10] and [0, 15]; its three minima are 0.397887.

    References:
        Dixon and Szegö (1978), "The global optimization problem: an introduction".
    """

    def f(self, x: "np.ndarray[Any, Any]") -> float:
        """The value at x = (x1, x2)."""
        x1, x2 = (float(value) for value in x)
        valley = x2 - 5.1 / (4 * math.pi**2) * x1**2 + 5 / math.pi * x1 - 6
        return valley**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x1) + 10
