"""The modules of `ax.plot`: what plots show, as dicts of numbers; figures are to come."""

from armwright.ax.plot import (
    contour,
    diagnostics,
    feature_importances,
    scatter,
    slice,  # noqa: A004 - its name of the time
    trace,
)

__all__ = ["contour", "diagnostics", "feature_importances", "scatter", "slice", "trace"]
