"""The names of `ax.plot.slice`: predictions along one parameter, as dicts of lists.

Arguments that only decide how a figure looks are accepted, and without effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.ax import plot_data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.generation import ModelBridge

__all__ = ["interact_slice", "plot_slice"]


def plot_slice(
    model: ModelBridge,
    param_name: str,
    metric_name: str,
    *args: Any,
    slice_values: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> dict[str, Any]:
    """Predictions along a range parameter.

    Args:
        model: One that predicts, of an experiment.
        param_name: Of the parameter.
        metric_name: What is predicted.
        *args: Accepted as in the release.
        slice_values: Where the other parameters are held; at the best parameters when left out.
        **kwargs: Accepted as in the release.

    Raises:
        ValueError: It is no range parameter, or the metric is not predicted.
    """
    del args, kwargs
    experiment = plot_data.experiment_of(model)
    return plot_data.slice_of(
        experiment,
        model,
        param_name=param_name,
        metric_name=metric_name,
        around=plot_data.held(experiment, slice_values),
    )


def interact_slice(
    model: ModelBridge, param_name: str | None = None, metric_name: str | None = None, **kwargs: Any
) -> dict[str, Any]:
    """`plot_slice` of each range parameter, or of one, under `plots`, by name.

    Args:
        model: One that predicts, of an experiment.
        param_name: The only parameter to show.
        metric_name: What is predicted; the first metric when left out.
        **kwargs: As for `plot_slice`.
    """
    names = plot_data.range_names(plot_data.experiment_of(model))
    metric = metric_name or next(iter(model.predict([])[0]))
    shown = names if param_name is None else [param_name]
    plots = {name: plot_slice(model, name, metric, **kwargs) for name in shown}
    return {"kind": "slices", "metric": metric, "plots": plots}
