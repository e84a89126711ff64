"""The modules of `ax.runners`."""

from armwright.ax.runners import synthetic

__all__ = ["synthetic"]
