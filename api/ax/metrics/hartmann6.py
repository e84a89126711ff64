"""The names of `ax.metrics.hartmann6`."""

from armwright.experiment import Hartmann6Metric

__all__ = ["Hartmann6Metric"]
