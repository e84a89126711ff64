"""The length of a vector of parameters as a metric."""

from typing import TYPE_CHECKING, Any

from armwright.experiment.noisy_function_metric import NoisyFunctionMetric

if TYPE_CHECKING:
    import numpy as np

__all__ = ["L2NormMetric"]


class L2NormMetric(NoisyFunctionMetric):
    """Square root of the sum of the squares of any number of parameters; its minimum is 0."""

    def f(self, x: "np.ndarray[Any, Any]") -> float:
        """The value at x."""
        import numpy as np

        return float(np.linalg.norm(x))
