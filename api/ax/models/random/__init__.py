"""The modules of `ax.models.random`."""

from armwright.ax.models.random import sobol, uniform

__all__ = ["sobol", "uniform"]
