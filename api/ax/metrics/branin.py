"""The names of `ax.metrics.branin`."""

from armwright.experiment import BraninMetric

__all__ = ["BraninMetric"]
