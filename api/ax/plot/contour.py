"""The names of `ax.plot.contour`: predictions over two parameters, as dicts of lists.

Arguments that only decide how a figure looks are accepted, and without effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.ax import plot_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.generation import ModelBridge

__all__ = ["interact_contour", "plot_contour"]


def plot_contour(
    model: ModelBridge,
    param_x: str,
    param_y: str,
    metric_name: str,
    *args: Any,
    slice_values: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> dict[str, Any]:
    """Predictions over a grid of two range parameters.

    Args:
        model: One that predicts, of an experiment.
        param_x: By name.
        param_y: By name.
        metric_name: What is predicted.
        *args: Accepted as in the release.
        slice_values: Where the other parameters are held; at the best parameters when left out.
        **kwargs: Accepted as in the release.

    Raises:
        ValueError: These are no range parameters, or the metric is not predicted.
    """
    del args, kwargs
    experiment = plot_data.experiment_of(model)
    return plot_data.contour(
        experiment,
        model,
        param_x=param_x,
        param_y=param_y,
        metric_name=metric_name,
        around=plot_data.held(experiment, slice_values),
    )


def interact_contour(model: ModelBridge, metric_name: str, **kwargs: Any) -> dict[str, Any]:
    """`plot_contour` of each pair of range parameters, under `plots`, by "x, y".

    Args:
        model: One that predicts, of an experiment.
        metric_name: What is predicted.
        **kwargs: As for `plot_contour`.
    """
    names = plot_data.range_names(plot_data.experiment_of(model))
    pairs = [(x, y) for at, x in enumerate(names) for y in names[at + 1 :]]
    plots = {f"{x}, {y}": plot_contour(model, x, y, metric_name, **kwargs) for x, y in pairs}
    return {"kind": "contours", "metric": metric_name, "plots": plots}
