"""The experiment that `AxClient.create_experiment` describes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.ax.search_space_from_dicts import search_space_from_dicts
from armwright.errors import UsageError
from armwright.experiment import Arm, Experiment, Metric, Objective, OptimizationConfig
from armwright.experiment.constraint_text import outcome_constraint_from_text
from armwright.experiment.scalars import plain
from armwright.experiment.simple_experiment import DEFAULT_OBJECTIVE_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armwright.experiment import SearchSpace, TParameterization

__all__ = ["check_exact_types", "client_experiment", "objective_names_of"]


def client_experiment(
    parameters: Sequence[Mapping[str, Any]],
    *,
    name: str | None,
    objective_name: str | None,
    minimize: bool,
    parameter_constraints: Sequence[str] | None,
    outcome_constraints: Sequence[str] | None,
    status_quo: TParameterization | None,
    experiment_type: str | None,
) -> Experiment:
    """Makes a plain experiment whose objective knows which way is better.

    Raises:
        ValueError: A constraint is relative and there is no status quo, or a definition is refused
            by its own rules.
    """
    metric = Metric(objective_name or DEFAULT_OBJECTIVE_NAME, lower_is_better=minimize)
    constraints = [outcome_constraint_from_text(text) for text in outcome_constraints or ()]
    experiment = Experiment(
        name=name,
        search_space=search_space_from_dicts(parameters, parameter_constraints),
        optimization_config=OptimizationConfig(Objective(metric, minimize), constraints),
        status_quo=None if status_quo is None else Arm(status_quo),
        experiment_type=experiment_type,
    )
    relative = [constraint for constraint in constraints if constraint.relative]
    if relative and status_quo is None:
        raise UsageError(
            f"{relative[0]} is relative to the status quo, and the experiment has none",
            hint="write the bound without %, or name a status_quo",
        )
    return experiment


def objective_names_of(experiment: Experiment) -> list[str]:
    """Names of the objective's metrics, one unless it was set to an objective of several.

    Raises:
        UsageError: There is no objective.
    """
    config = experiment.optimization_config
    if config is None:
        raise UsageError(f"{experiment}: has no objective")
    return [metric.name for metric in config.objective.metrics]


def check_exact_types(space: SearchSpace, parameters: TParameterization) -> None:
    """Refuses parameters that are not in the space, or of other Python types than it declares.

    Raises:
        ValueError: Says which parameter, and what was expected.
    """
    space.check_membership(parameters, raise_error=True)
    for name, parameter in space.parameters.items():
        value = plain(parameters[name])
        if type(value) is not parameter.python_type:
            kind = parameter.python_type.__name__
            raise UsageError(f"parameter {name!r}: expected the type {kind}, got {value!r}")
