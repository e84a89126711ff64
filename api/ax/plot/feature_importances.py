"""The names of `ax.plot.feature_importances`: how much each parameter matters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.ax import plot_data

if TYPE_CHECKING:
    from armwright.generation import ModelBridge

__all__ = ["plot_feature_importance_by_feature", "plot_feature_importance_by_metric"]


def plot_feature_importance_by_feature(model: ModelBridge, relative: bool = True) -> dict[str, Any]:
    """Shares of the objective's variance that parameters take part in making.

    Args:
        model: A Gaussian process of an experiment.
        relative: Whether they add up to 1.

    Raises:
        ValueError: The model has no importances.
    """
    plot_data.experiment_of(model)
    return plot_data.importances(model, relative=relative)


def plot_feature_importance_by_metric(model: ModelBridge) -> dict[str, Any]:
    """The same, not made to add up."""
    return plot_feature_importance_by_feature(model, relative=False)
