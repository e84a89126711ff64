"""The names of `ax.plot.scatter`: what the model expects of each arm.

Arguments that only decide how a figure looks are accepted, and without effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.ax import plot_data

if TYPE_CHECKING:
    from armwright.generation import ModelBridge

__all__ = ["interact_fitted", "plot_fitted", "tile_fitted"]


def plot_fitted(model: ModelBridge, metric: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """Mean and standard error that are expected of each arm of the experiment.

    Args:
        model: One that predicts, of an experiment.
        metric: What is predicted.
        *args: Accepted as in the release.
        **kwargs: Accepted as in the release.

    Raises:
        ValueError: The metric is not predicted.
    """
    del args, kwargs
    return plot_data.fitted(plot_data.experiment_of(model), model, metric_name=metric)


def interact_fitted(model: ModelBridge, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """`plot_fitted` of each metric, under `plots`, by name."""
    del args, kwargs
    metrics = model.predict([])[0]
    return {"kind": "fitted", "plots": {metric: plot_fitted(model, metric) for metric in metrics}}


def tile_fitted(model: ModelBridge, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """The same; the release drew it side by side."""
    return interact_fitted(model, *args, **kwargs)
