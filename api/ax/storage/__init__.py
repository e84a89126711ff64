"""The modules of `ax.storage`."""

from armwright.ax.storage import json_store, metric_registry, runner_registry

__all__ = ["json_store", "metric_registry", "runner_registry"]
