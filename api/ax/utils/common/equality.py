"""The names of `ax.utils.common.equality`."""

from armwright.experiment.comparable import Comparable as Base

__all__ = ["Base"]
