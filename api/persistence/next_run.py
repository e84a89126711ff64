"""The next arm of an experiment on a store, and whether there can be one at all.

Loads NumPy, and JAX once a model is fitted; so it is imported when arms are made, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from armwright.errors import ArmwrightError, UsageError

if TYPE_CHECKING:
    from armwright.experiment import Experiment, GeneratorRun

__all__ = ["check_runnable", "next_run"]


def check_runnable(experiment: Experiment) -> None:
    """Refuses, before anything is evaluated, what asking would refuse later.

    Raises:
        UsageError: There is no objective, nothing to tune, no point that keeps the constraints, or
            a part that no model understands yet.
    """
    config, space = experiment.optimization_config, experiment.search_space
    if config is None:
        raise UsageError("an experiment on a store needs an objective, got none")
    if not space.tunable_parameters:
        raise UsageError(
            "an experiment on a store needs a parameter to tune, got "
            f"{', '.join(space.parameters) or 'none'}",
            hint="fixed parameters are the same in every arm",
        )
    from armwright.generation.modelable import check_modelable

    try:
        check_modelable(config, space, experiment.status_quo)
    except NotImplementedError as error:
        raise UsageError(str(error)) from error
    if space.parameter_constraints:
        from armwright.generation import Models

        try:
            Models.SOBOL(search_space=space, seed=0).gen(1)
        except (NotImplementedError, ValueError) as error:
            raise UsageError(f"no arm can be made: {error}") from error


def next_run(experiment: Experiment, *, seed: int, initial_trials: int | None) -> GeneratorRun:
    """Makes the next arm, from all that the experiment holds.

    Raises:
        NothingLeftError: Every point of the space was tried already.
        UsageError: See `check_runnable`; an experiment that was saved, not created, is seen here
            for the first time.
    """
    from armwright.generation import default_generation_strategy

    if experiment.optimization_config is None or not experiment.search_space.tunable_parameters:
        check_runnable(experiment)
    strategy = default_generation_strategy(
        experiment.search_space, seed=seed, initial_trials=initial_trials
    )
    try:
        return strategy.gen(experiment)
    except ArmwrightError:
        raise
    except (NotImplementedError, ValueError) as error:
        raise UsageError(f"no arm can be made: {error}") from error
