"""The modules of `ax.utils`."""

from armwright.ax.utils import common, measurement, notebook

__all__ = ["common", "measurement", "notebook"]
