"""The next arm of an experiment on a store, and whether there can be one at all.

Loads NumPy, and JAX once a model is fitted; so it is imported when arms are made, not before.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from armwright.errors import ArmwrightError, NothingLeftError, UsageError
from armwright.experiment import ParameterType, RangeParameter
from armwright.persistence.status_quo_first import (
    check_can_be_run,
    check_not_failed,
    standing_of_status_quo,
    status_quo_run,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from armwright.experiment import Experiment, GeneratorRun
    from armwright.generation import GenerationStrategy

__all__ = ["check_runnable", "next_run"]

_AWAITED = "space-filling: bounds are relative to the status quo, which has no result yet"
_MOST_AHEAD = 64  # the store spreads racing workers no wider
_MOST_OF_A_SEQUENCE = 4096  # but may know of many numbers in use before it has read what is there


def check_runnable(experiment: Experiment) -> None:
    """Refuses, before anything is evaluated, what asking would refuse later.

    Raises:
        UsageError: There is no objective, nothing to tune, no point that keeps the constraints, a
            part that no model understands yet, or a bound relative to a status quo that cannot be
            run.
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
    check_can_be_run(experiment)
    if space.parameter_constraints:
        from armwright.generation import Models

        try:
            Models.SOBOL(search_space=space, seed=0).gen(1)
        except (NotImplementedError, ValueError) as error:
            raise UsageError(f"no arm can be made: {error}") from error


def next_run(
    experiment: Experiment,
    *,
    seed: int,
    initial_trials: int | None,
    budget: int | None = None,
    options: Mapping[str, Any] | None = None,
    number: int,
    used: Container[int] = (),
    deadline: float | None = None,
    status_quo_first: bool = True,
    url: str = "EXPERIMENT",
) -> GeneratorRun:
    """Makes the arm of a trial number, from all that the experiment holds.

    Workers that race for trial numbers know the same history, and would make the same arm. So the
    arm of a number depends on the number: whoever is some numbers away from the next free one makes
    the arms that would follow each other, and takes the last.

    Where a bound is relative to the status quo, that is the first arm; until it has a result, all
    others fill the space.

    Args:
        experiment: What to make an arm for.
        seed: Decides every arm.
        initial_trials: How many quasi-random trials come first; the default if None.
        budget: How many trials the experiment is to have; None for no end.
        options: What the experiment says of its model; see `generation_options`.
        number: Of the trial; it may lie below others that are in use, and may itself have come
            into use this moment.
        used: The numbers in use.
        deadline: When to be done, by `time.monotonic()`; the best so far is taken then.
        status_quo_first: Whether it is; false to make an arm again that is older than this rule.
        url: Where the experiment is, for what a hint says to type.

    Raises:
        NothingLeftError: Every point of the space was tried already.
        UsageError: See `check_runnable`; an experiment that was saved, not created, is seen here
            for the first time. Or the status quo failed, without which no model can go on.
    """
    from armwright.generation import Models, default_generation_strategy

    if experiment.optimization_config is None or not experiment.search_space.tunable_parameters:
        check_runnable(experiment)
    end = experiment._next_trial_index
    standing = standing_of_status_quo(experiment) if status_quo_first else "not needed"
    if standing == "missing" and number <= end:
        return status_quo_run(experiment)
    strategy = default_generation_strategy(
        experiment.search_space,
        seed=seed,
        initial_trials=initial_trials,
        budget=budget,
        options=options,
    )
    is_sobol, skipped = strategy._current(experiment).model is Models.SOBOL, standing == "missing"
    if is_sobol or standing in ("not needed", "known"):
        return _run_of(
            number, strategy, experiment, used, deadline, skipped=skipped, sobol=is_sobol
        )
    check_not_failed(experiment, standing, url=url)
    strategy = _space_filling(strategy)
    run = _run_of(number, strategy, experiment, used, deadline, skipped=skipped, sobol=True)
    run._gen_metadata = {**(run.gen_metadata or {}), "notes": [_AWAITED]}
    return run


def _run_of(
    number: int,
    strategy: GenerationStrategy,
    experiment: Experiment,
    used: Container[int],
    deadline: float | None,
    *,
    skipped: bool,
    sobol: bool,
) -> GeneratorRun:
    """What a strategy makes for a trial number.

    Args:
        number: Of the trial.
        strategy: Makes arms.
        experiment: What to make an arm for.
        used: The numbers in use.
        deadline: As for `next_run`.
        skipped: Whether one of the numbers before is the status quo's, which nobody has seen yet.
        sobol: Whether arms fill the space.
    """
    end = experiment._next_trial_index
    if sobol and not _is_countable(experiment):
        # Of a sequence every number has its own point, wherever others are by now.
        with _without_trials_after(experiment, number):
            last = next(reversed(experiment.trials), -1)
            before = number - last - 1 - skipped
            # Where the number itself is in use by now, whoever asks loses it, whatever the arm.
            return _nth(strategy, experiment, max(before, 0), most=_MOST_OF_A_SEQUENCE)
    ahead = max(number - end - skipped, 0)
    if number < end:
        ahead = 2 * sum(other not in used for other in range(number + 1, end)) + 1
    elif any(other not in used for other in range(max(end - _MOST_AHEAD, 0), end)):
        ahead *= 2  # those who take the numbers skipped below come between
    try:
        return _nth(strategy, experiment, ahead, deadline)
    except NothingLeftError:
        if ahead == 0:
            raise
        return _nth(strategy, experiment, 0, deadline)


def _space_filling(strategy: GenerationStrategy) -> GenerationStrategy:
    """The first step of a strategy, for as long as the next one cannot do without a result."""
    from armwright.generation.generation_step import GenerationStep
    from armwright.generation.generation_strategy import GenerationStrategy as Strategy

    first = strategy._steps[0]
    step = GenerationStep(model=first.model, num_trials=-1, model_kwargs=first.model_kwargs)
    endless = Strategy([step])
    endless._seed, endless._budget = strategy._seed, strategy._budget
    return endless


def _nth(
    strategy: GenerationStrategy,
    experiment: Experiment,
    ahead: int,
    deadline: float | None = None,
    *,
    most: int = _MOST_AHEAD,
) -> GeneratorRun:
    """The arm that comes after `ahead` others, or after `most`."""
    try:
        options: dict[str, Any] = {}
        if deadline is not None:
            options["deadline"] = deadline
        if strategy._budget is not None:  # the arms before the last are others'
            left = max(strategy._budget - len(experiment.trials), 1)
            options["remaining"] = left
        count = 1 + min(ahead, most)
        given: dict[str, Any] = {"model_gen_options": options} if options else {}
        return _last_of(strategy.gen(experiment, n=count, **given))
    except ArmwrightError:
        raise
    except (NotImplementedError, ValueError) as error:
        raise UsageError(f"no arm can be made: {error}") from error


def _is_countable(experiment: Experiment) -> bool:
    """Whether the space has finitely many points, of which none is to be tried twice."""
    return all(
        not isinstance(item, RangeParameter)
        or item.parameter_type is not ParameterType.FLOAT
        or item.digits is not None
        for item in experiment.search_space.tunable_parameters.values()
    )


@contextmanager
def _without_trials_after(experiment: Experiment, number: int) -> Iterator[None]:
    trials = experiment._trials
    whole = dict(trials)
    for later in [index for index in trials if index > number]:
        del trials[later]
    try:
        yield
    finally:
        trials.clear()
        trials.update(whole)


def _last_of(run: GeneratorRun) -> GeneratorRun:
    """The run with its last arm only."""
    from armwright.experiment.model_predict import predictions_at

    if len(run.arms) == 1:
        return run
    predictions = run.model_predictions
    return run._with_arm(
        run.arms[-1],
        model_predictions=predictions and predictions_at(predictions, [-1]),
        best_arm_predictions=run.best_arm_predictions,
        gen_metadata={**(run.gen_metadata or {}), "ahead": len(run.arms) - 1},
    )
