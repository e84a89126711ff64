"""The modules of `ax.utils.measurement`."""

from armwright.ax.utils.measurement import synthetic_functions

__all__ = ["synthetic_functions"]
