"""The names of `ax.core.search_space`."""

from armwright.experiment import SearchSpace

__all__ = ["SearchSpace"]
