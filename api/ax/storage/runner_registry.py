"""The names of `ax.storage.runner_registry`."""

from armwright.persistence import register_runner

__all__ = ["register_runner"]
