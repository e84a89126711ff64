"""The names of `ax.metrics.noisy_function`."""

from armwright.experiment import NoisyFunctionMetric

__all__ = ["NoisyFunctionMetric"]
