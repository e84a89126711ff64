"""The names of `ax.core.experiment`."""

from armwright.experiment import Experiment

__all__ = ["Experiment"]
