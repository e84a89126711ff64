"""The next arm of an experiment on a store, and whether there can be one at all.

Loads NumPy, and JAX once a model is fitted; so it is imported when arms are made, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from armwright.errors import ArmwrightError, NothingLeftError, UsageError

if TYPE_CHECKING:
    from armwright.experiment import Experiment, GeneratorRun

__all__ = ["check_runnable", "next_run"]

_MOST_AHEAD = 64  # the store spreads racing workers no wider


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


def next_run(
    experiment: Experiment, *, seed: int, initial_trials: int | None, ahead: int = 0
) -> GeneratorRun:
    """Makes the next arm, from all that the experiment holds.

    Workers that race for trial numbers know the same history, and would make the same arm. So the
    arm of a number depends on the number: whoever is `ahead` of the next free one by k makes the
    k + 1 arms that would follow each other, and takes the last.

    Args:
        experiment: What to make an arm for.
        seed: Decides every arm.
        initial_trials: How many quasi-random trials come first; the default if None.
        ahead: How many trial numbers lie between, for others to take.

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
        return _last_of(strategy.gen(experiment, n=1 + min(ahead, _MOST_AHEAD)))
    except NothingLeftError:
        if ahead == 0:
            raise
        return next_run(experiment, seed=seed, initial_trials=initial_trials)
    except ArmwrightError:
        raise
    except (NotImplementedError, ValueError) as error:
        raise UsageError(f"no arm can be made: {error}") from error


def _last_of(run: GeneratorRun) -> GeneratorRun:
    """The run with its last arm only."""
    from armwright.experiment import GeneratorRun
    from armwright.experiment.model_predict import predictions_at

    if len(run.arms) == 1:
        return run
    predictions = run.model_predictions
    return GeneratorRun(
        arms=run.arms[-1:],
        optimization_config=run.optimization_config,
        search_space=run.search_space,
        model_predictions=predictions and predictions_at(predictions, [-1]),
        best_arm_predictions=run.best_arm_predictions,
        fit_time=run.fit_time,
        gen_time=run.gen_time,
        model_key=run._model_key,
        model_kwargs=run._model_kwargs,
        bridge_kwargs=run._bridge_kwargs,
        gen_metadata={**(run.gen_metadata or {}), "ahead": len(run.arms) - 1},
        model_state_after_gen=run._model_state_after_gen,
        generation_step_index=run._generation_step_index,
    )
