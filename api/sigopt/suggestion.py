"""What the next run tries, by the type of the experiment.

    offline   what an experiment on a store does: a quasi-random design, then a Gaussian process
    random    independent draws; where a space is used up, offline does the same
    grid      the points of the grid, the alphabetically first parameter fastest, and round again

A prior shapes what is drawn, not what a model proposes: the quantile of a draw within the bounds is
taken as the quantile of the prior, truncated to them. Parameters that the conditionals switch off
have their fill-in, so that the model sees one point where there is one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.errors import NothingLeftError, UsageError
from armwright.persistence.facts import generation_of
from armwright.sigopt.constraint_rules import is_active
from armwright.sigopt.domain import fill_in
from armwright.sigopt.exception import refused
from armwright.sigopt.metric_rules import with_strategy

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from armwright.experiment import Experiment, GeneratorRun

__all__ = ["grid_point", "prior_quantile", "suggested_run"]

Json = dict[str, Any]

_MOST_AHEAD = 15  # the arms that racing workers make for each other
_DRAWN = ("Sobol", "Uniform")


def suggested_run(
    definition: Mapping[str, Any],
    experiment: Experiment,
    *,
    plan: Mapping[str, Any],
    number: int,
    used: Container[int],
    deadline: float | None = None,
) -> GeneratorRun:
    """Makes the arm of the trial of a number.

    Args:
        definition: Of the experiment.
        experiment: All that is known of it.
        plan: Seed, number of initial trials, and what is said of the model.
        number: Of the trial.
        used: The numbers in use.
        deadline: When to be done, by `time.monotonic()`; the best so far is taken then.

    Raises:
        ApiException: There is no arm to be had; says why. Status 400.
    """
    try:
        if definition["type"] == "grid":
            return _of_grid(definition, experiment, number)
        if definition["type"] == "random":
            return _shaped(definition, _random(experiment, plan["seed"], number))
        return _shaped(definition, _offline(definition, experiment, plan, number, used, deadline))
    except (UsageError, ValueError) as error:
        raise refused(f"no suggestion can be made: {error}") from error


def _offline(
    definition: Mapping[str, Any],
    experiment: Experiment,
    plan: Mapping[str, Any],
    number: int,
    used: Container[int],
    deadline: float | None,
) -> GeneratorRun:
    from armwright.optimizer import initial_points
    from armwright.persistence.next_run import next_run

    width = definition["parallel_bandwidth"] or 1
    initial = plan["initial_trials"]
    if initial is None and width > 1:
        tunable = len(definition["parameters"]) + len(definition["conditionals"])
        initial = max(initial_points(tunable), width)
    try:
        found = _beyond_the_default(definition, experiment, plan, initial, number, deadline)
        return found or next_run(
            experiment,
            seed=plan["seed"],
            initial_trials=initial,
            budget=definition["budget"],
            options=generation_of(plan),
            number=number,
            used=used,
            deadline=deadline,
        )
    except NothingLeftError:
        return _random(experiment, plan["seed"], number)


def _beyond_the_default(
    definition: Mapping[str, Any],
    experiment: Experiment,
    plan: Mapping[str, Any],
    initial: int | None,
    number: int,
    deadline: float | None,
) -> GeneratorRun | None:
    """An arm for several solutions, for objectives with thresholds, or where bounds were narrowed.

    None for other searches, and while the initial design lasts, which is the same for all.
    """
    solutions = definition["num_solutions"] or 1
    thresholds = {
        metric["name"]: float(metric["threshold"])
        for metric in with_strategy(definition["metrics"], "optimize")
        if metric["threshold"] is not None
    }
    from armwright.sigopt.former_bounds import former_space, modelled_on

    former = former_space(definition, experiment) if solutions == 1 else None
    if solutions == 1 and not thresholds and former is None:
        return None
    from armwright.generation import Models, default_generation_strategy

    strategy = default_generation_strategy(
        experiment.search_space,
        seed=plan["seed"],
        initial_trials=initial,
        budget=definition["budget"],
        options=generation_of(plan),
    )
    step = strategy._current(experiment)
    if step.model is Models.SOBOL:
        return None
    ahead = min(max(number - experiment._next_trial_index, 0), _MOST_AHEAD)
    if solutions > 1:
        from armwright.sigopt.diverse_search import diverse_run

        return diverse_run(
            experiment,
            solutions=solutions,
            seed=plan["seed"],
            ahead=ahead,
            options=generation_of(plan),
            deadline=deadline,
        )
    if thresholds:
        step.model_kwargs = {**(step.model_kwargs or {}), "objective_thresholds": thresholds}
    limit: Json = {} if deadline is None else {"model_gen_options": {"deadline": deadline}}
    if former is None:
        run = strategy.gen(experiment, n=1 + ahead, **limit)
    else:
        with modelled_on(experiment, former) as present:
            run = strategy.gen(experiment, n=1 + ahead, search_space=present, **limit)
    return _with_values(run, run.arms[-1].parameters) if ahead else run


def _random(experiment: Experiment, seed: int, number: int) -> GeneratorRun:
    """A draw that depends on the seed and the number alone."""
    from armwright.generation import Models
    from armwright.generation.seed import derived_seed

    bridge = Models.UNIFORM(
        search_space=experiment.search_space, seed=derived_seed(seed, "random run", number)
    )
    return bridge.gen(1)


def _of_grid(definition: Mapping[str, Any], experiment: Experiment, number: int) -> GeneratorRun:
    """The first point that no run has; workers who race take one each of those that follow."""
    from armwright.experiment import Arm, GeneratorRun

    size = definition["budget"]
    points = [grid_point(definition, place) for place in range(size)]
    made: dict[str, int] = {}
    for trial in experiment.trials.values():
        for arm in trial.arms:
            made[arm.signature] = made.get(arm.signature, 0) + 1
    arms = [Arm(parameters=point) for point in points]
    rounds = min((made.get(arm.signature, 0) for arm in arms), default=0)
    left = [arm for arm in arms if made.get(arm.signature, 0) <= rounds]
    ahead = max(number - experiment._next_trial_index, 0)
    return GeneratorRun(arms=[left[ahead % len(left)]], model_key="Grid")


def grid_point(definition: Mapping[str, Any], place: int) -> Json:
    """Point number `place` of the grid; after the last comes the first."""
    point: Json = {}
    for parameter in definition["parameters"]:
        values = parameter["grid"] or [item["name"] for item in parameter["categorical_values"]]
        place, index = divmod(place, len(values))
        value = values[index]
        point[parameter["name"]] = float(value) if parameter["type"] == "double" else value
    return point


def _shaped(definition: Mapping[str, Any], run: GeneratorRun) -> GeneratorRun:
    """The run with priors and conditionals taken into account."""
    before = run.arms[0].parameters
    values = dict(before)
    if run._model_key in _DRAWN and not definition["linear_constraints"]:
        for parameter in definition["parameters"]:
            if parameter["prior"]:
                name, bounds = parameter["name"], parameter["bounds"]
                width = bounds["max"] - bounds["min"]
                share = (float(values[name] or 0.0) - bounds["min"]) / width
                values[name] = prior_quantile(parameter["prior"], bounds, share)
    for parameter in definition["parameters"]:
        if not is_active(parameter, values):
            values[parameter["name"]] = fill_in(parameter)
    return run if values == before else _with_values(run, values)


def prior_quantile(prior: Mapping[str, Any], bounds: Mapping[str, float], share: float) -> float:
    """The value below which `share` of a prior lies, within the bounds."""
    from scipy.special import betaincinv, ndtr, ndtri

    low, high = bounds["min"], bounds["max"]
    if prior["name"] == "beta":
        place = float(betaincinv(prior["shape_a"], prior["shape_b"], share))
        return min(max(low + place * (high - low), low), high)
    first, last = (float(ndtr((end - prior["mean"]) / prior["scale"])) for end in (low, high))
    steps = float(ndtri(first + share * (last - first)))
    return float(min(max(prior["mean"] + prior["scale"] * steps, low), high))


def _with_values(run: GeneratorRun, values: Mapping[str, Any]) -> GeneratorRun:
    from armwright.experiment import Arm

    # What a model said of the arm that it made it did not say of this one.
    return run._with_arm(
        Arm(parameters=dict(values)),
        model_predictions=None,
        best_arm_predictions=None,
        gen_metadata=run.gen_metadata,
    )
