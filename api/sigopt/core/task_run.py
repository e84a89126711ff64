"""What the next suggestion of an experiment with tasks is: a task, and the best arm for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.errors import NothingLeftError, UsageError
from armwright.persistence.facts import generation_of
from armwright.sigopt.core.tasks import next_task, used_tasks
from armwright.sigopt.exception import refused
from armwright.sigopt.suggestion import _random, _shaped, _with_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment import Experiment, GeneratorRun

__all__ = ["task_run"]

_MOST_AHEAD = 15  # the arms that racing workers make for each other


def task_run(
    definition: Mapping[str, Any],
    experiment: Experiment,
    *,
    plan: Mapping[str, Any],
    number: int,
    deadline: float | None = None,
) -> GeneratorRun:
    """Makes the arm of the trial of a number.

    Args:
        definition: Of an experiment with tasks.
        experiment: All that is known of it.
        plan: Seed, number of initial trials, and what is said of the model.
        number: Of the trial.
        deadline: When to be done, by `time.monotonic()`; the best so far is taken then.

    Raises:
        ApiException: There is no arm to be had; says why. Status 400.
    """
    ahead = min(max(number - experiment._next_trial_index, 0), _MOST_AHEAD)
    used = used_tasks(definition, experiment)
    for _ in range(1 + ahead):  # those who took the numbers between have a task each
        used.append(next_task(definition, used))
    held = {definition["task_parameter"]: used[-1]}
    try:
        if definition["type"] == "random":
            run = _random(experiment, plan["seed"], number)
        else:
            run = _modelled(experiment, plan, held, 1 + ahead, deadline)
    except NothingLeftError:
        run = _random(experiment, plan["seed"], number)
    except (UsageError, ValueError) as error:
        raise refused(f"no suggestion can be made: {error}") from error
    return _shaped(definition, _with_values(run, {**run.arms[-1].parameters, **held}))


def _modelled(
    experiment: Experiment,
    plan: Mapping[str, Any],
    held: Mapping[str, Any],
    count: int,
    deadline: float | None,
) -> GeneratorRun:
    from armwright.experiment import ObservationFeatures
    from armwright.generation import default_generation_strategy

    strategy = default_generation_strategy(
        experiment.search_space,
        seed=plan["seed"],
        initial_trials=plan["initial_trials"],
        options=generation_of(plan),
    )
    given: dict[str, Any] = {"fixed_features": ObservationFeatures(dict(held))}
    if deadline is not None:
        given["model_gen_options"] = {"deadline": deadline}
    return strategy.gen(experiment, n=count, **given)
