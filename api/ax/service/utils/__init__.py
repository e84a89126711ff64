"""The modules of `ax.service.utils`."""

from armwright.ax.service.utils import best_point, instantiation

__all__ = ["best_point", "instantiation"]
