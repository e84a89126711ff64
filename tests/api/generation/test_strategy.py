"""Which model makes the next arms, under which limits, and from which seed."""

import pytest

from armwright import ax
from armwright.errors import NothingLeftError
from armwright.generation import (
    DataRequiredError,
    GenerationStep,
    GenerationStrategy,
    MaxParallelismReachedException,
    Models,
    choose_generation_strategy,
    default_generation_strategy,
)
from armwright.generation.seed import base_seed


def parameters(ranges=2, choices=(), ints=False):
    kind = ax.ParameterType.INT if ints else ax.ParameterType.FLOAT
    return [
        ax.RangeParameter(name=f"x{i}", parameter_type=kind, lower=0, upper=3)
        for i in range(ranges)
    ] + [
        ax.ChoiceParameter(
            name=f"c{i}", parameter_type=ax.ParameterType.INT, values=list(range(count))
        )
        for i, count in enumerate(choices)
    ]


def made(**kwargs):
    return ax.SearchSpace(parameters(**kwargs))


def experiment_in(space):
    return ax.Experiment(
        space, "e", ax.OptimizationConfig(ax.Objective(ax.Metric("m"), minimize=True))
    )


def add(experiment, strategy, end="mark_completed"):
    trial = experiment.new_trial(strategy.gen(experiment))
    trial.mark_running(no_runner_required=True)
    if end:
        getattr(trial, end)()
    return trial


def models(strategy):
    return [step.model for step in strategy._steps]


@pytest.mark.parametrize(
    ("space", "expected"),
    [
        (made(ranges=2), [Models.SOBOL, Models.GPEI]),
        (made(ranges=3, choices=(3,)), [Models.SOBOL, Models.GPEI]),
        (made(ranges=2, choices=(3,)), [Models.SOBOL]),
        (made(ranges=3, choices=(2, 2)), [Models.SOBOL]),
    ],
)
def test_the_model_is_used_where_ranges_outnumber_choice_values(space, expected):
    assert models(choose_generation_strategy(space)) == expected


@pytest.mark.parametrize(("num_trials", "count"), [(16, 1), (15, 2), (None, 2)])
def test_a_grid_of_integers_within_the_budget_is_walked_by_sobol_alone(num_trials, count):
    strategy = choose_generation_strategy(made(ranges=2, ints=True), num_trials=num_trials)
    assert len(strategy._steps) == count


@pytest.mark.parametrize(
    ("space", "kwargs", "expected"),
    [
        (made(ranges=2), {}, 5),
        (made(ranges=7), {}, 7),
        (made(ranges=7), {"arms_per_trial": 3}, 1),
        (made(ranges=7), {"num_initialization_trials": 2}, 2),
    ],
)
def test_the_number_of_sobol_trials(space, kwargs, expected):
    first = choose_generation_strategy(space, **kwargs)._steps[0]
    assert first.num_trials == expected
    assert first.min_trials_observed == (expected + 1) // 2


@pytest.mark.parametrize(
    ("kwargs", "expected"),
    [
        ({}, 3),
        ({"max_parallelism_cap": 2}, 2),
        ({"max_parallelism_cap": 9}, 3),
        ({"max_parallelism_override": 9}, 9),
        ({"max_parallelism_override": -1}, None),
        ({"enforce_sequential_optimization": False}, None),
    ],
)
def test_how_many_model_made_trials_may_run_at_once(kwargs, expected):
    assert choose_generation_strategy(made(), **kwargs)._steps[1].max_parallelism == expected


def test_a_cap_and_an_override_exclude_each_other():
    with pytest.raises(ValueError, match="exclude each other, got 1 and 2"):
        choose_generation_strategy(made(), max_parallelism_cap=1, max_parallelism_override=2)


def test_too_few_completed_trials_are_refused_where_the_step_enforces_it():
    experiment, strategy = experiment_in(made()), choose_generation_strategy(made(), random_seed=1)
    for _ in range(5):
        add(experiment, strategy, end="")
    with pytest.raises(
        DataRequiredError, match=r"all 5 trials of step 0 \(Sobol\) are made, and 0"
    ):
        strategy.gen(experiment)


def test_too_few_completed_trials_mean_further_sobol_arms_on_a_store():
    experiment = experiment_in(made())
    strategy = default_generation_strategy(made(), seed=1)
    for _ in range(7):
        add(experiment, strategy, end="")
    keys = [trial.generator_run._model_key for trial in experiment.trials.values()]
    assert keys == ["Sobol"] * 7


def test_failed_and_abandoned_trials_do_not_count():
    experiment, strategy = experiment_in(made()), choose_generation_strategy(made(), random_seed=1)
    for end in ("mark_failed", "mark_abandoned", "mark_completed"):
        add(experiment, strategy, end=end)
    assert len(list(strategy._trials(experiment, strategy._steps[0]))) == 1


def test_runs_that_are_on_no_trial_yet_count():
    experiment = experiment_in(made())
    strategy = GenerationStrategy([GenerationStep(Models.SOBOL, num_trials=2)])
    first, second = strategy.gen(experiment), strategy.gen(experiment)
    assert first.arms[0].parameters != second.arms[0].parameters
    with pytest.raises(ValueError, match="'Sobol' is used up: all of its 2 trials are made"):
        strategy.gen(experiment)


def test_running_trials_of_a_step_are_limited():
    experiment = experiment_in(made())
    strategy = GenerationStrategy([GenerationStep(Models.SOBOL, num_trials=-1, max_parallelism=1)])
    trial = add(experiment, strategy, end="")
    with pytest.raises(MaxParallelismReachedException, match="1 trials of step 0"):
        strategy.gen(experiment)
    trial.mark_completed()
    strategy.gen(experiment)


def test_a_strategy_made_anew_goes_on_with_the_same_sequence():
    space = made()
    whole, parts = experiment_in(space), experiment_in(space)
    strategy = choose_generation_strategy(space, random_seed=5)
    for _ in range(4):
        add(whole, strategy)
        add(parts, choose_generation_strategy(space, random_seed=5))
    assert [arm.parameters for arm in whole.arms_by_name.values()] == [
        arm.parameters for arm in parts.arms_by_name.values()
    ]


def test_only_the_last_step_may_be_endless():
    steps = [GenerationStep(Models.SOBOL, num_trials=-1), GenerationStep(Models.GPEI, num_trials=1)]
    with pytest.raises(ValueError, match="only the last step may be endless"):
        GenerationStrategy(steps)


def test_another_experiment_is_refused():
    strategy = choose_generation_strategy(made(), random_seed=1)
    strategy.gen(experiment_in(made()))
    other = experiment_in(made())
    other.name = "other"
    with pytest.raises(ValueError, match=r"generates for Experiment\(e\), got Experiment\(other\)"):
        strategy.gen(other)
    assert strategy.clone_reset().gen(other).arms


def test_an_exhausted_discrete_space_is_said_to_be_so():
    space = ax.SearchSpace(parameters(ranges=0, choices=(3,)))
    experiment, strategy = experiment_in(space), choose_generation_strategy(space, random_seed=1)
    values = {add(experiment, strategy).arm.parameters["c0"] for _ in range(3)}
    assert values == {0, 1, 2}
    with pytest.raises(NothingLeftError, match="no 1 further arms: 3 are used up"):
        strategy.gen(experiment)


def test_the_seed_is_the_one_given_else_the_environment_s_else_fresh(monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_SEED", "11")
    assert base_seed(3) == 3
    assert base_seed() == 11
    monkeypatch.delenv("ARMWRIGHT_SEED")
    assert base_seed() != base_seed()
    monkeypatch.setenv("ARMWRIGHT_SEED", "eleven")
    with pytest.raises(ValueError, match="ARMWRIGHT_SEED should be a whole number, got 'eleven'"):
        base_seed()


def test_models_tell_their_keywords():
    defaults, bridge = Models.SOBOL.view_defaults()
    assert defaults == {
        "seed": None,
        "deduplicate": False,
        "init_position": 0,
        "scramble": True,
        "generated_points": None,
    }
    assert bridge["search_space"] is None
    assert set(Models.SOBOL.view_kwargs()[0]) == set(defaults)


def test_a_model_without_a_space_is_refused():
    with pytest.raises(AssertionError, match="Sobol needs a search_space or an experiment"):
        Models.SOBOL()


def test_sobol_predicts_nothing():
    with pytest.raises(NotImplementedError, match="predicts nothing"):
        Models.SOBOL(search_space=made()).predict([])


def test_sobol_arms_keep_linear_constraints():
    space = ax.SearchSpace(
        parameters(ranges=2), [ax.ParameterConstraint({"x0": 1.0, "x1": 1.0}, bound=1.0)]
    )
    run = Models.SOBOL(search_space=space, seed=3).gen(20)
    assert len(run.arms) == 20
    assert all(space.check_membership(arm.parameters) for arm in run.arms)
