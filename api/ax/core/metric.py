"""The names of `ax.core.metric`."""

from armwright.experiment import Metric

__all__ = ["Metric"]
