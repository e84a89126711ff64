"""An experiment whose runner and metrics are named by import paths."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from armwright.ax.search_space_from_dicts import search_space_from_dicts
from armwright.errors import UsageError
from armwright.experiment import Experiment, Metric, Objective, OptimizationConfig, Runner
from armwright.experiment.constraint_text import outcome_constraint_from_text
from armwright.experiment.simple_experiment import DEFAULT_OBJECTIVE_NAME
from armwright.running import object_at

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["deployed_experiment"]


def deployed_experiment(
    parameters: Sequence[Mapping[str, Any]],
    path_to_runner: str,
    paths_to_metrics: Sequence[str] | Mapping[str, str],
    *,
    name: str | None,
    objective_name: str | None,
    minimize: bool,
    parameter_constraints: Sequence[str] | None,
    outcome_constraints: Sequence[str] | None,
) -> Experiment:
    """Makes the experiment of `OptimizationLoop.with_runners_and_metrics`, which says the rest.

    Raises:
        UsageError: A path cannot be imported or names something else than a runner or metric; two
            metrics have the same name; the objective or a constraint is on none of the metrics.
    """
    runner = _made(path_to_runner, Runner, None)
    metrics = _metrics(paths_to_metrics, objective_name)
    objective = _objective(metrics, objective_name)
    constraints = [outcome_constraint_from_text(text) for text in outcome_constraints or ()]
    for constraint in constraints:
        if constraint.metric.name not in metrics:
            raise UsageError(
                f"outcome constraint {constraint}: no metric {constraint.metric.name!r} among "
                f"{list(metrics)}",
                hint="add the path of a metric of that name to paths_to_metrics",
            )
        constraint.metric = metrics[constraint.metric.name]
    config = OptimizationConfig(Objective(objective, minimize), constraints)
    return Experiment(
        search_space=search_space_from_dicts(parameters, parameter_constraints),
        name=name,
        optimization_config=config,
        tracking_metrics=[m for key, m in metrics.items() if key not in config.metrics],
        runner=runner,
    )


def _metrics(
    paths: Sequence[str] | Mapping[str, str], objective_name: str | None
) -> dict[str, Metric]:
    if isinstance(paths, str) or not paths:
        raise UsageError(f"paths_to_metrics: expected at least one path in a list, got {paths!r}")
    if isinstance(paths, Mapping):
        made = [_made(path, Metric, name) for name, path in paths.items()]
    else:
        first = objective_name or DEFAULT_OBJECTIVE_NAME
        made = [
            _made(path, Metric, path.rpartition(".")[2].rpartition(":")[2] if place else first)
            for place, path in enumerate(paths)
        ]
    metrics: dict[str, Metric] = {}
    for metric in made:
        if metric.name in metrics:
            raise UsageError(f"paths_to_metrics: two metrics have the name {metric.name!r}")
        metrics[metric.name] = metric
    return metrics


def _objective(metrics: Mapping[str, Metric], name: str | None) -> Metric:
    if name is None:
        return next(iter(metrics.values()))
    if name not in metrics:
        raise UsageError(f"objective_name: no metric {name!r}, the metrics are {list(metrics)}")
    return metrics[name]


def _made(path: str, kind: type, name: str | None) -> Any:
    """The runner or metric at a path: itself, or what the class or function there makes."""
    found = object_at(path)
    if not isinstance(found, kind) and callable(found):
        found = _called(found, path, name)
    if not isinstance(found, kind):
        raise UsageError(
            f"{path!r}: expected a {kind.__name__}, a subclass of it, or a function that makes "
            f"one, got {found!r}"
        )
    return found


def _called(make: Any, path: str, name: str | None) -> Any:
    needed = [
        parameter.name
        for parameter in inspect.signature(make).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    if not needed:
        return make()
    if needed == ["name"] and name is not None:
        return make(name=name)
    raise UsageError(
        f"{path!r}: needs the arguments {', '.join(needed)}, and none can be given by a path",
        hint="name a function without arguments that makes it, or the object itself",
    )
