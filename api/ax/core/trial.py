"""The names of `ax.core.trial`."""

from armwright.experiment import Trial

__all__ = ["Trial"]
