"""The names of `ax.storage.metric_registry`."""

from armwright.persistence import register_metric

__all__ = ["register_metric"]
