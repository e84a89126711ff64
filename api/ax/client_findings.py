"""What an `AxClient` has found: its best parameters, tables, and what the model says."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from armwright.ax import plot_data
from armwright.ax.best_point import best_point
from armwright.ax.trials_frame import trials_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from armwright.ax.plot_config import PlotConfig
    from armwright.experiment import Experiment, TParameterization
    from armwright.generation import GenerationStrategy

__all__ = ["ClientFindings"]


class ClientFindings(ABC):
    """The part of a client that only reads."""

    @property
    @abstractmethod
    def experiment(self) -> Experiment:
        """The experiment as it is now."""

    @property
    @abstractmethod
    def generation_strategy(self) -> GenerationStrategy:
        """What makes the arms."""

    def get_best_parameters(
        self,
    ) -> (
        tuple[TParameterization, tuple[dict[str, float], dict[str, dict[str, float]] | None] | None]
        | None
    ):
        """The best parameters and what is expected there, see `best_point`; None without data."""
        return best_point(self.experiment)

    def get_trials_data_frame(self) -> pd.DataFrame:
        """A row for each trial: trial_index, arm_name, the metrics' means, the parameters."""
        return trials_frame(self.experiment)

    def get_max_parallelism(self) -> list[tuple[int, int]]:
        """For each step of the strategy its number of trials, and how many may run at once.

        -1 means without end, or without limit.
        """
        steps = self.generation_strategy._steps
        return [(step.num_trials, step.max_parallelism or step.num_trials) for step in steps]

    def get_model_predictions(
        self, metric_names: Sequence[str] | None = None
    ) -> dict[int, dict[str, tuple[float, float]]]:
        """For each trial, what the model expects of its arm: metric name to mean and sem.

        Args:
            metric_names: Which metrics; all that the model predicts when left out.

        Raises:
            ValueError: No model that predicts is in use yet, or it does not predict a metric.
        """
        return plot_data.predictions(self.experiment, self.generation_strategy, metric_names)

    def get_optimization_trace(self, objective_optimum: float | None = None) -> PlotConfig:
        """The objective by trial and the best so far: a dict of lists that notebooks draw.

        Raises:
            ValueError: There are no trials.
        """
        return plot_data.optimization_trace(
            self.experiment, self.generation_strategy, objective_optimum
        )

    def get_contour_plot(
        self,
        param_x: str | None = None,
        param_y: str | None = None,
        metric_name: str | None = None,
    ) -> PlotConfig:
        """Predictions over two range parameters: a dict of lists that notebooks draw.

        The other parameters are held at the best parameters.

        Args:
            param_x: By name; the first two range parameters when both are left out.
            param_y: By name.
            metric_name: The objective when left out.

        Raises:
            ValueError: There are no trials, no model that predicts, or no such parameters.
        """
        experiment = self.experiment
        model = plot_data.predictive_model(experiment, self.generation_strategy)
        return plot_data.contour(
            experiment,
            model,
            param_x=param_x,
            param_y=param_y,
            metric_name=metric_name,
            around=plot_data.held(experiment, None),
        )

    def get_feature_importances(self, relative: bool = True) -> PlotConfig:
        """How much of the objective's variance each parameter takes part in: a dict, drawn too.

        Args:
            relative: Whether the importances add up to 1.

        Raises:
            ValueError: There are no trials, or no model that predicts.
        """
        experiment = self.experiment
        model = plot_data.predictive_model(experiment, self.generation_strategy)
        return plot_data.importances(model, relative=relative)
