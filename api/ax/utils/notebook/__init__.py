"""The modules of `ax.utils.notebook`."""

from armwright.ax.utils.notebook import plotting

__all__ = ["plotting"]
