"""What the plots of an experiment show, as plain dicts of numbers and lists; no figure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from armwright.ax.plot_config import PlotConfig
from armwright.errors import UsageError
from armwright.experiment import ObservationFeatures, RangeParameter
from armwright.generation.encoding import latest_data
from armwright.generation.model_bridge import ModelBridge
from armwright.looking import look, posterior
from armwright.looking.axis import axis_of
from armwright.looking.figure_judged import importance_figure
from armwright.looking.figure_model import contour_figure, slice_figure
from armwright.looking.figure_results import trace_figure
from armwright.looking.influence import influences_of
from armwright.looking.trace import trace_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armwright.experiment import Experiment, TParameterization
    from armwright.generation import GenerationStrategy

__all__ = [
    "contour",
    "experiment_of",
    "fitted",
    "held",
    "importances",
    "optimization_trace",
    "predictions",
    "predictive_model",
    "range_names",
    "slice_of",
]


def predictive_model(experiment: Experiment, strategy: GenerationStrategy) -> ModelBridge:
    """The model that made the newest model-made trial, with all data known now.

    Raises:
        UsageError: There is no trial, or none was made by a model that predicts.
    """
    if not experiment.trials:
        raise UsageError("cannot plot or predict: there are no trials yet")
    used = {run._model_key for trial in experiment.trials.values() for run in trial.generator_runs}
    for step in reversed(strategy._steps):
        if getattr(step.model, "value", None) in used:
            model = strategy._make_model(step, experiment, None)
            if type(model).predict is not ModelBridge.predict:
                return model
    raise UsageError(
        "cannot plot or predict: no trial was made yet by a model that predicts, only by "
        f"{', '.join(sorted(str(key) for key in used if key)) or 'hand'}",
        hint="complete the first trials and get the next one",
    )


def predictions(
    experiment: Experiment,
    strategy: GenerationStrategy,
    metric_names: Sequence[str] | None = None,
) -> dict[int, dict[str, tuple[float, float]]]:
    """Trial index to metric name to predicted mean and standard error, for trials of one arm.

    Raises:
        UsageError: No model that predicts is in use yet, or it does not predict a metric.
    """
    model = predictive_model(experiment, strategy)
    arms = {i: trial.arms[0] for i, trial in experiment.trials.items() if len(trial.arms) == 1}
    means, covariances = model.predict(
        [ObservationFeatures(parameters=arm.parameters) for arm in arms.values()]
    )
    wanted = list(metric_names or means)
    for metric in wanted:
        if metric not in means:
            raise UsageError(f"metric_names: the model predicts {list(means)}, got {metric!r}")
    return {
        index: {
            metric: (means[metric][at], math.sqrt(covariances[metric][metric][at]))
            for metric in wanted
        }
        for at, index in enumerate(arms)
    }


def optimization_trace(
    experiment: Experiment, strategy: GenerationStrategy, optimum: float | None
) -> PlotConfig:
    """The objective by trial, and the best so far.

    Raises:
        UsageError: There is no trial, or no optimization config.
    """
    config = experiment.optimization_config
    if not experiment.trials or config is None:
        raise UsageError("cannot plot: there are no trials yet")
    metric, minimize = config.objective.metric.name, config.objective.minimize
    frame = latest_data(experiment).df
    rows = frame[frame["metric_name"] == metric]
    done = {i for i, trial in experiment.trials.items() if trial.status.is_completed}
    indices: list[int] = []
    values: list[float] = []
    best: list[float] = []
    for record in rows.to_dict("records"):
        index, mean = int(record["trial_index"]), float(record["mean"])
        if index in done and math.isfinite(mean):
            indices.append(index)
            values.append(mean)
            best.append(mean if not best else (min if minimize else max)(best[-1], mean))
    numbers = {
        "kind": "optimization_trace",
        "metric": metric,
        "minimize": minimize,
        "trial_index": indices,
        "mean": values,
        "best": best,
        "optimum": optimum,
        "model_transitions": strategy.model_transitions,
    }
    return PlotConfig.of(numbers, lambda: trace_figure(trace_of(look(experiment))))


def contour(
    experiment: Experiment,
    model: ModelBridge,
    *,
    param_x: str | None,
    param_y: str | None,
    metric_name: str | None,
    around: TParameterization,
) -> PlotConfig:
    """Predictions over a grid of two range parameters, the others held where `around` is.

    Raises:
        UsageError: There are no two range parameters, a name is none of them, or the metric is not
            predicted.
    """
    ranges = {
        name: parameter
        for name, parameter in experiment.parameters.items()
        if isinstance(parameter, RangeParameter)
    }
    if (param_x is None) != (param_y is None):
        raise UsageError("cannot plot: name both param_x and param_y, or neither")
    names = [param_x, param_y] if param_x and param_y else list(ranges)[:2]
    if len(names) < 2 or any(name not in ranges for name in names):
        raise UsageError(
            f"cannot plot: a contour needs two range parameters of {list(ranges)}, got {names}"
        )
    metric = metric_name or next(iter(model.predict([])[0]))
    across, up = (axis_of(ranges[str(name)]) for name in names)
    found = posterior.contour_of(model, across, up, metric=metric, around=around)
    numbers = {
        "kind": "contour",
        "metric": metric,
        "param_x": names[0],
        "param_y": names[1],
        "x": list(found.x),
        "y": list(found.y),
        "mean": [list(row) for row in found.mean],
        "sem": [list(row) for row in found.sd],
        "fixed": dict(found.held),
        "arms": {name: arm.parameters for name, arm in experiment.arms_by_name.items()},
    }
    return PlotConfig.of(numbers, lambda: contour_figure(found, look(experiment)))


def slice_of(
    experiment: Experiment,
    model: ModelBridge,
    *,
    param_name: str,
    metric_name: str,
    around: TParameterization,
) -> PlotConfig:
    """Predictions along a range parameter, the others held where `around` is.

    Raises:
        UsageError: It is no range parameter, or the metric is not predicted.
    """
    parameter = experiment.parameters.get(param_name)
    if not isinstance(parameter, RangeParameter):
        raise UsageError(
            f"cannot plot: a slice needs a range parameter of {range_names(experiment)}, got "
            f"{param_name!r}"
        )
    axis = axis_of(parameter)
    (found,) = posterior.slices_of(model, [axis], metric=metric_name, around=around)
    numbers = {
        "kind": "slice",
        "metric": metric_name,
        "param": param_name,
        "x": list(found.x),
        "mean": list(found.mean),
        "sem": list(found.sd),
        "fixed": dict(found.held),
    }
    return PlotConfig.of(numbers, lambda: slice_figure([found], look(experiment)))


def fitted(experiment: Experiment, model: ModelBridge, *, metric_name: str) -> dict[str, Any]:
    """What the model expects of each arm of the experiment.

    Raises:
        UsageError: The metric is not predicted.
    """
    arms = experiment.arms_by_name
    parameters = [arm.parameters for arm in arms.values()]
    means, sems = posterior.expected(model, parameters, metric_name)
    return {"kind": "fitted", "metric": metric_name, "arm": list(arms), "mean": means, "sem": sems}


def experiment_of(model: ModelBridge) -> Experiment:
    """The experiment that a model was made for.

    Raises:
        UsageError: It was made for a search space alone.
    """
    if model._experiment is None:
        raise UsageError(f"cannot plot: {model.model_key} was made without an experiment")
    return model._experiment


def range_names(experiment: Experiment) -> list[str]:
    """The range parameters, by name."""
    found = experiment.parameters.items()
    return [name for name, parameter in found if isinstance(parameter, RangeParameter)]


def held(experiment: Experiment, values: Mapping[str, Any] | None) -> TParameterization:
    """The best parameters, else those of the first arm, with the given values in their place."""
    from armwright.ax.best_point import best_point

    best = best_point(experiment)
    if best is None and not experiment.arms_by_name:
        raise UsageError("cannot plot: there are no trials yet")
    around = best[0] if best else next(iter(experiment.arms_by_name.values())).parameters
    return {**around, **(values or {})}


def importances(model: ModelBridge, *, relative: bool) -> PlotConfig:
    """How much of the objective's variance over the space each parameter takes part in making.

    That is its total Sobol index by what the model expects; `first_order` is what it makes alone.

    Raises:
        UsageError: The model is no Gaussian process, or there is nothing to learn from.
    """
    found = influences_of(model)
    whole = (sum(item.total for item in found.items) or 1.0) if relative else 1.0
    ends = {item.parameter: [item.low / whole, item.high / whole] for item in found.items}
    numbers = {
        "kind": "feature_importances",
        "metric": found.metric,
        "relative": relative,
        "importances": {item.parameter: item.total / whole for item in found.items},
        "intervals": ends,
        "first_order": {item.parameter: item.first / whole for item in found.items},
    }
    return PlotConfig.of(numbers, lambda: importance_figure(found))
