"""The modules of `ax.service.utils`."""

from armwright.ax.service.utils import best_point, instantiation, report_utils

__all__ = ["best_point", "instantiation", "report_utils"]
