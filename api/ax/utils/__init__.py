"""The modules of `ax.utils`."""

from armwright.ax.utils import measurement, notebook

__all__ = ["measurement", "notebook"]
