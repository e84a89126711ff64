"""The names of `ax.metrics.l2norm`."""

from armwright.experiment import L2NormMetric

__all__ = ["L2NormMetric"]
