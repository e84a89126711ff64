"""The names of `ax.core.base`."""

from armwright.experiment.comparable import Comparable as Base

__all__ = ["Base"]
