"""Compiles beforehand what an experiment's models will need."""

from __future__ import annotations

from collections import Counter
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import numpy as np

from armwright.errors import UsageError
from armwright.generation.encoding import (
    encode,
    failing_arms,
    latest_data,
    observe,
    open_arms,
)
from armwright.generation.models import Models
from armwright.generation.outcomes import objective_weights
from armwright.generation_options import checked_generation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from armwright.experiment import Experiment, OptimizationConfig
    from armwright.optimizer import Goal, Warmed

__all__ = ["warm_up_columns", "warm_up_experiment"]


def warm_up_experiment(
    experiment: Experiment,
    *,
    trials: int,
    model: Models = Models.GPEI,
    options: Mapping[str, Any] | None = None,
) -> Iterator[Warmed]:
    """Makes the programs for up to so many trials, a padded size at a time.

    Args:
        experiment: Its search space and optimization config decide, and how many of its trials have
            succeeded, failed, or are running.
        trials: Most trials that will be known or running.
        model: Which model will make the arms.
        options: What the experiment says of it; see `armwright.generation_options`.

    Raises:
        UsageError: There is no objective, compiled programs are not kept, the model has none, or an
            option cannot be.
    """
    if experiment.optimization_config is None:
        raise UsageError("an experiment without an objective has no model to compile for")
    defaults = model.view_defaults()[0]
    if "search_for" not in defaults:
        raise UsageError(f"Models.{model.name} makes arms without a program to compile")
    _check_kept()
    from armwright.generation.gaussian_process import GaussianProcess
    from armwright.optimizer import warm_up

    made = GaussianProcess(**{**defaults, **checked_generation(options), "seed": 0})
    config = experiment.optimization_config
    encoding, data = encode(experiment.search_space), latest_data(experiment)
    aimed = list(dict.fromkeys(n for one in objective_weights(config.objective) for n in one))
    observed = [Counter(observe(encoding, experiment, data, n).keys) for n in config.metrics]
    failing = failing_arms(experiment, data, aimed)
    return warm_up(
        encoding.problem,
        _goal(experiment.optimization_config),
        trials=trials,
        policy=made.policy(encoding),
        succeeded=sum(reduce(or_, observed).values()),  # rows of what was measured together
        failed=len(failing),
        pending=len(open_arms(experiment)),
        settings=made.settings,
    )


def warm_up_columns(columns: int, *, trials: int) -> Iterator[Warmed]:
    """The same for one objective of so many continuous parameters.

    Raises:
        UsageError: Compiled programs are not kept.
    """
    _check_kept()
    from armwright.optimizer import Column, Goal, Problem, warm_up

    problem = Problem(columns=tuple(Column() for _ in range(columns)))
    return warm_up(problem, Goal.single(), trials=trials)


def _goal(config: OptimizationConfig) -> Goal:
    """A goal of the shapes that the config's will have."""
    from armwright.optimizer import Goal

    objectives = objective_weights(config.objective)
    aimed = {name for weights in objectives for name in weights}
    bounded = len({constraint.metric.name for constraint in config.outcome_constraints})
    return Goal(
        weights=np.ones((len(objectives), len(aimed))),
        lower=np.full(bounded, -1.0),
        upper=np.full(bounded, 1.0),
    )


def _check_kept() -> None:
    from armwright.optimizer.cache import cache_folder

    if cache_folder() is None:
        raise UsageError(
            "compiled programs are not kept: ARMWRIGHT_CACHE is off, or there is no home folder",
            hint="set ARMWRIGHT_CACHE to a folder",
        )
