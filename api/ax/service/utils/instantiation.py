"""The names of `ax.service.utils.instantiation`: domain objects from dicts and texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.ax.search_space_from_dicts import search_space_from_dicts
from armwright.experiment import (
    DEFAULT_OBJECTIVE_NAME,
    Arm,
    Experiment,
    Metric,
    Objective,
    OptimizationConfig,
)
from armwright.experiment.constraint_text import (
    outcome_constraint_from_text as outcome_constraint_from_str,
)
from armwright.experiment.constraint_text import (
    parameter_constraint_from_text as constraint_from_str,
)
from armwright.experiment.parameter_dict import parameter_from_dict as parameter_from_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armwright.experiment import TParameterization

__all__ = [
    "constraint_from_str",
    "make_experiment",
    "outcome_constraint_from_str",
    "parameter_from_json",
]


def make_experiment(
    parameters: Sequence[Mapping[str, Any]],
    name: str | None = None,
    objective_name: str | None = None,
    minimize: bool = False,
    parameter_constraints: Sequence[str] | None = None,
    outcome_constraints: Sequence[str] | None = None,
    status_quo: TParameterization | None = None,
    experiment_type: str | None = None,
) -> Experiment:
    """Makes an experiment.

    Args:
        parameters: Dicts, see `armwright.experiment.parameter_dict`.
        name: Of the experiment.
        objective_name: Name of the objective's metric; "objective" when left out.
        minimize: Whether smaller is better.
        parameter_constraints: Such as "x1 + x2 <= 3".
        outcome_constraints: Such as "latency <= 40".
        status_quo: Parameters of the arm that others are compared with.
        experiment_type: A word by which users sort experiments.
    """
    metric = Metric(name=objective_name or DEFAULT_OBJECTIVE_NAME, lower_is_better=minimize)
    return Experiment(
        name=name,
        search_space=search_space_from_dicts(parameters, parameter_constraints),
        optimization_config=OptimizationConfig(
            objective=Objective(metric=metric, minimize=minimize),
            outcome_constraints=[
                outcome_constraint_from_str(text) for text in outcome_constraints or ()
            ],
        ),
        status_quo=None if status_quo is None else Arm(parameters=status_quo),
        experiment_type=experiment_type,
    )
