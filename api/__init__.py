"""Experiments as plain files, and arms for them from Bayesian optimization."""

from armwright.version import __version__

__all__ = ["__version__"]
