"""What an experiment file comes to before anything is made: its space, and its first arms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from armwright.errors import NothingLeftError
from armwright.experiment import ChoiceParameter, Experiment, ParameterType, RangeParameter
from armwright.persistence.next_run import check_runnable, next_run

if TYPE_CHECKING:
    from collections.abc import Iterable

    from armwright.experiment import GeneratorRun, Parameter
    from armwright.persistence.definition import Definition

__all__ = ["checked", "first_arms"]

_ANY_SEED = 0


def checked(definition: Definition, *, count: int = 10) -> dict[str, Any]:
    """Whether a definition can be run, as plain JSON values.

    Args:
        definition: What a file says.
        count: How many example arms.

    Returns:
        name, budget, seed, objective, parameters, constraints and rules in words, `points` (how
        many the space has before constraints, None for no end), `arms` and `notes`. With a seed the
        arms are the first that `ask` will give; without one, examples of the same kind.

    Raises:
        UsageError: It cannot be run: see `armwright.persistence.next_run.check_runnable`.
    """
    experiment = definition.experiment
    check_runnable(experiment)
    space, config = experiment.search_space, experiment.optimization_config
    assert config is not None  # noqa: S101 - check_runnable
    tracked = [item.name for item in experiment._tracking_metrics.values()]
    return {
        "name": experiment._name,
        "budget": definition.budget,
        "seed": definition.seed,
        "objective": [
            {"metric": metric.name, "minimize": bool(metric.lower_is_better)}
            for metric in config.objective.metrics
        ],
        "parameters": [repr(item) for item in space.parameters.values()],
        "constraints": [
            repr(item) for item in (*space.parameter_constraints, *config.outcome_constraints)
        ],
        "rules": list(definition.rules),
        "tracking_metrics": tracked,
        "points": _points(space.parameters.values()),
        "arms": first_arms(definition, count),
        "notes": list(definition.notes),
    }


def first_arms(definition: Definition, count: int) -> list[dict[str, Any]]:
    """The parameters of the first arms, before any result; fewer in a small space."""
    given = definition.experiment
    experiment = Experiment(
        search_space=given.search_space,
        optimization_config=given.optimization_config,
        status_quo=given.status_quo,
    )
    seed = _ANY_SEED if definition.seed is None else definition.seed
    arms: list[dict[str, Any]] = []
    for number in range(min(count, definition.budget or count)):
        try:
            run = _run(definition, experiment, seed, number)
        except NothingLeftError:
            break
        experiment.new_trial(generator_run=run)
        parameters = dict(run.arms[0].parameters)
        arms.append(definition.shown(parameters) if definition.shown else parameters)
    return arms


def _run(definition: Definition, experiment: Experiment, seed: int, number: int) -> GeneratorRun:
    if definition.run is not None:
        return definition.run(experiment, seed, number)
    return next_run(
        experiment, seed=seed, initial_trials=None, budget=definition.budget, number=number
    )


def _points(parameters: Iterable[Parameter]) -> int | None:
    size = 1
    for item in parameters:
        if isinstance(item, ChoiceParameter):
            size *= len(item.values)
        elif isinstance(item, RangeParameter):
            if item.parameter_type is ParameterType.FLOAT and item.digits is None:
                return None
            steps = 10 ** (item.digits or 0)
            size *= math.floor(item.upper * steps) - math.ceil(item.lower * steps) + 1
    return size
