"""The names of `ax.service.utils.best_point`."""

from armwright.ax.best_point import (
    best_point as get_best_parameters,
)
from armwright.ax.best_point import (
    best_predicted_point as get_best_from_model_predictions,
)
from armwright.ax.best_point import (
    best_raw_point as get_best_raw_objective_point,
)

__all__ = [
    "get_best_from_model_predictions",
    "get_best_parameters",
    "get_best_raw_objective_point",
]
