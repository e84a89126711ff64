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
        (ax.SearchSpace([ax.FixedParameter("f", ax.ParameterType.INT, 1)]), [Models.SOBOL]),
    ],
)
def test_the_model_is_used_where_ranges_outnumber_choice_values(space, expected):
    assert models(choose_generation_strategy(space)) == expected


@pytest.mark.parametrize(("num_trials", "count"), [(16, 1), (15, 2), (None, 2)])
def test_a_grid_of_integers_within_the_budget_is_walked_by_sobol_alone(num_trials, count):
    strategy = choose_generation_strategy(made(ranges=2, ints=True), num_trials=num_trials)
    assert len(strategy._steps) == count


@pytest.mark.parametrize(("num_trials", "count"), [(32, 1), (31, 2)])
def test_choices_count_into_the_grid(num_trials, count):
    space = made(ranges=2, choices=(2,), ints=True)
    assert len(choose_generation_strategy(space, num_trials=num_trials)._steps) == count


def test_a_grid_with_a_range_of_floats_is_never_small_enough():
    assert len(choose_generation_strategy(made(ranges=1), num_trials=10_000)._steps) == 2


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


def test_a_search_begins_in_the_middle_and_a_sequence_of_its_own_does_not():
    space = made()
    experiment, strategy = experiment_in(space), choose_generation_strategy(space, random_seed=5)
    assert add(experiment, strategy).arm.parameters == {"x0": 1.5, "x1": 1.5}
    assert add(experiment, strategy).arm.parameters != {"x0": 1.5, "x1": 1.5}
    alone = Models.SOBOL(search_space=space, seed=5).gen(1)
    assert alone.arms[0].parameters != {"x0": 1.5, "x1": 1.5}


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
    with pytest.raises(NothingLeftError, match="no further arms: 3 are used up"):
        strategy.gen(experiment)


def test_the_seed_is_the_one_given_else_the_environment_s_else_fresh(monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_SEED", "11")
    assert base_seed(3) == 3
    assert base_seed() == 11
    monkeypatch.delenv("ARMWRIGHT_SEED")
    assert base_seed() != base_seed()
    monkeypatch.setenv("ARMWRIGHT_SEED", "eleven")
    with pytest.raises(
        ValueError, match="ARMWRIGHT_SEED should be a whole number, 0 or more, got 'ele"
    ):
        base_seed()


def test_fixed_parameters_count_into_the_number_of_sobol_trials():
    fixed = [ax.FixedParameter(f"f{i}", ax.ParameterType.INT, 1) for i in range(5)]
    space = ax.SearchSpace([*parameters(ranges=2), *fixed])
    assert choose_generation_strategy(space)._steps[0].num_trials == 7


def test_the_steps_are_those_of_the_release():
    sobol, gp = choose_generation_strategy(made(), random_seed=9)._steps
    assert sobol.model_kwargs == {"deduplicate": True, "seed": 9}
    assert sobol.max_parallelism is None
    assert sobol.enforce_num_trials
    assert (gp.num_trials, gp.min_trials_observed, gp.index) == (-1, 0, 1)


def test_a_step_s_fields_stand_in_the_order_of_the_release():
    step = GenerationStep(Models.SOBOL, 5, 2, 3, False, {"seed": 1}, {"n": 2}, 4)
    assert vars(step) == {
        "model": Models.SOBOL,
        "num_trials": 5,
        "min_trials_observed": 2,
        "max_parallelism": 3,
        "enforce_num_trials": False,
        "model_kwargs": {"seed": 1},
        "model_gen_kwargs": {"n": 2},
        "index": 4,
    }
    assert vars(GenerationStep(Models.SOBOL, 5)) == {
        "model": Models.SOBOL,
        "num_trials": 5,
        "min_trials_observed": 0,
        "max_parallelism": None,
        "enforce_num_trials": True,
        "model_kwargs": None,
        "model_gen_kwargs": None,
        "index": -1,
    }


@pytest.mark.parametrize("steps", [[], [GenerationStep(Models.SOBOL, num_trials=0)]])
def test_a_strategy_without_trials_is_refused(steps):
    with pytest.raises(ValueError, match=r"at least one step|should be positive or -1, got 0"):
        GenerationStrategy(steps)


def test_the_name_is_the_given_one_else_the_models_names():
    steps = [GenerationStep(Models.SOBOL, num_trials=5), GenerationStep(Models.GPEI, num_trials=-1)]
    assert GenerationStrategy(steps).name == "Sobol+GPEI"
    assert GenerationStrategy(steps, name="mine").name == "mine"
    assert choose_generation_strategy(made()).name == "Sobol+GPEI"
    assert choose_generation_strategy(made(ranges=0, choices=(2,))).name == "Sobol"


def test_the_printed_form_tells_the_steps():
    strategy = choose_generation_strategy(made(), random_seed=1)
    assert repr(strategy) == (
        "GenerationStrategy(name='Sobol+GPEI', "
        "steps=[Sobol for 5 trials, GPEI for subsequent trials])"
    )


def test_strategies_are_equal_when_names_steps_and_seeds_are():
    first, same = (choose_generation_strategy(made(), random_seed=1) for _ in range(2))
    same.gen(experiment_in(made()))
    assert first == same
    assert first != choose_generation_strategy(made(), random_seed=2)
    assert first != choose_generation_strategy(made(), random_seed=1, num_initialization_trials=3)
    assert first != None  # noqa: E711 - any other type compares unequal


def test_before_the_first_arm_there_is_no_model_experiment_or_table():
    strategy = choose_generation_strategy(made())
    assert strategy.model is None
    assert strategy.experiment is None
    assert strategy.trials_as_df is None


def test_the_model_is_the_bridge_that_made_the_newest_arms():
    experiment, strategy = experiment_in(made()), choose_generation_strategy(made(), random_seed=3)
    strategy.gen(experiment)
    assert strategy.model.model.seed == 3
    assert strategy.experiment is experiment


def test_the_model_changes_after_the_steps_trials():
    steps = [
        GenerationStep(Models.SOBOL, num_trials=3),
        GenerationStep(Models.UNIFORM, num_trials=2),
        GenerationStep(Models.GPEI, num_trials=-1),
    ]
    assert GenerationStrategy(steps).model_transitions == [3, 5]


def test_the_table_of_trials_says_who_made_what():
    experiment = experiment_in(made())
    strategy = GenerationStrategy(
        [GenerationStep(Models.SOBOL, num_trials=1), GenerationStep(Models.UNIFORM, num_trials=-1)]
    )
    trials = [add(experiment, strategy), add(experiment, strategy, end="mark_failed")]
    experiment.new_trial().add_arm(ax.Arm({"x0": 0.0, "x1": 0.0}))
    frame = strategy.trials_as_df
    assert frame.to_dict("list") == {
        "Generation Step": [0, 1],
        "Generation Model": ["Sobol", "Uniform"],
        "Trial Index": [0, 1],
        "Trial Status": ["COMPLETED", "FAILED"],
        "Arm Parameterizations": [{trial.arm.name: trial.arm.parameters} for trial in trials],
    }


def test_clone_reset_has_the_same_steps_and_nothing_made():
    experiment, strategy = experiment_in(made()), choose_generation_strategy(made(), random_seed=1)
    first = strategy.gen(experiment)
    clone = strategy.clone_reset()
    assert clone == strategy
    assert clone.experiment is None
    assert clone.gen(experiment_in(made())).arms == first.arms


def test_keywords_of_gen_go_to_the_model_and_win_over_the_step_s_own():
    held = ax.ObservationFeatures({"x0": 1.5})
    step = GenerationStep(
        Models.SOBOL,
        num_trials=-1,
        model_kwargs={"seed": 2},
        model_gen_kwargs={"fixed_features": held},
    )
    experiment, strategy = experiment_in(made()), GenerationStrategy([step])
    assert strategy.gen(experiment).arms[0].parameters["x0"] == 1.5
    free = strategy.gen(experiment, fixed_features=None).arms[0]
    assert free.parameters["x0"] != 1.5


def test_many_arms_make_a_batch():
    experiment, strategy = experiment_in(made()), choose_generation_strategy(made(), 4)
    trial = experiment.new_batch_trial(strategy.gen(experiment, n=4))
    assert len(trial.arms) == 4


def test_a_run_knows_its_step():
    experiment = experiment_in(made())
    strategy = GenerationStrategy(
        [GenerationStep(Models.SOBOL, num_trials=1), GenerationStep(Models.UNIFORM, num_trials=1)]
    )
    assert [strategy.gen(experiment)._generation_step_index for _ in range(2)] == [0, 1]


def test_a_function_may_stand_for_a_model():
    def get_mine(search_space):
        return Models.SOBOL(search_space=search_space, seed=1)

    experiment = experiment_in(made())
    strategy = GenerationStrategy([GenerationStep(get_mine, num_trials=-1)])
    assert strategy.name == "get_mine"
    assert strategy.gen(experiment).arms == Models.SOBOL(made(), seed=1).gen(1).arms


def test_uniform_arms_go_on_in_another_process_too():
    space, step = made(), GenerationStep(Models.UNIFORM, -1, model_kwargs={"seed": 4})
    experiment = experiment_in(space)
    for _ in range(3):
        add(experiment, GenerationStrategy([step]))
    expected = Models.UNIFORM(search_space=space, seed=4).gen(3).arms
    assert [arm.parameters for arm in experiment.arms_by_name.values()] == [
        arm.parameters for arm in expected
    ]


def test_errors_that_pass_when_a_trial_is_completed_say_that_a_retry_may_help():
    assert DataRequiredError.retryable
    assert MaxParallelismReachedException.retryable


def measure(experiment, trial, sem):
    value = sum(trial.arm.parameters.values())
    outcome = {trial.arm.name: {"m": (value, sem)}}
    experiment.attach_data(ax.Data.from_evaluations(outcome, trial.index))
    trial.mark_completed()


def test_the_model_learns_from_what_the_first_step_measured():
    experiment, strategy = experiment_in(made()), choose_generation_strategy(made(), random_seed=1)
    for _ in range(7):
        measure(experiment, add(experiment, strategy, end=""), 0.0)
    records = [trial.generator_run.gen_metadata for trial in experiment.trials.values()]
    assert [record.get("observations") for record in records] == [None] * 5 + [5, 6]


def test_the_model_step_refuses_errors_known_for_some_only():
    experiment, strategy = experiment_in(made()), choose_generation_strategy(made(), random_seed=1)
    for place in range(5):
        measure(experiment, add(experiment, strategy, end=""), 0.1 if place else None)
    with pytest.raises(ValueError, match="known for some observations and unknown for 1 of 5"):
        strategy.gen(experiment)


def test_on_a_store_errors_may_be_known_for_some_only():
    experiment = experiment_in(made())
    strategy = default_generation_strategy(made(), seed=1)
    for place in range(5):
        measure(experiment, add(experiment, strategy, end=""), 0.1 if place else None)
    assert strategy.gen(experiment)._model_key == "GPEI"


def test_the_model_step_works_without_any_result():
    experiment = experiment_in(made())
    strategy = GenerationStrategy([GenerationStep(Models.GPEI, num_trials=-1)])
    trials = [add(experiment, strategy, end="") for _ in range(3)]
    assert len({trial.arm.signature for trial in trials}) == 3


def test_a_design_of_all_combinations_may_be_followed_by_thompson_sampling():
    space = ax.SearchSpace(parameters(ranges=0, choices=(2, 3)))
    experiment = experiment_in(space)
    strategy = GenerationStrategy(
        [
            GenerationStep(Models.FACTORIAL, num_trials=1, model_gen_kwargs={"n": -1}),
            GenerationStep(Models.THOMPSON, num_trials=-1, model_kwargs={"seed": 1}),
        ]
    )
    assert strategy.name == "Factorial+Thompson"
    first = experiment.new_batch_trial(strategy.gen(experiment))
    first.mark_running(no_runner_required=True)
    outcomes = {arm.name: {"m": (sum(arm.parameters.values()), 0.1)} for arm in first.arms}
    experiment.attach_data(ax.Data.from_evaluations(outcomes, first.index))
    first.mark_completed()
    second = experiment.new_batch_trial(strategy.gen(experiment, n=2))
    assert [len(trial.arms) for trial in (first, second)] == [6, 1]
    assert second.arms[0].parameters == {"c0": 0, "c1": 0}


# What is refused, and what is printed ---------------------------------------------------------


@pytest.mark.parametrize("seed", [-1, 1.5, "7"])
def test_a_strategy_s_random_seed_is_a_whole_number_from_zero(seed):
    space = ax.SearchSpace(parameters())
    with pytest.raises(ValueError, match=f"^random_seed should be a whole .* got {seed!r}$"):
        choose_generation_strategy(space, random_seed=seed)


@pytest.mark.parametrize("model", [Models.SOBOL, Models.UNIFORM])
def test_a_model_s_seed_is_a_whole_number_from_zero(model):
    with pytest.raises(ValueError, match=r"^seed should be a whole number, 0 or more, got -1$"):
        model(search_space=ax.SearchSpace(parameters()), seed=-1)


def test_a_negative_seed_in_the_environment_is_refused(monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_SEED", "-3")
    with pytest.raises(ValueError, match=r"ARMWRIGHT_SEED should be .* got '-3'"):
        base_seed()


def test_an_endless_only_step_is_printed_as_all_trials():
    strategy = GenerationStrategy([GenerationStep(Models.SOBOL, num_trials=-1)])
    assert repr(strategy) == "GenerationStrategy(name='Sobol', steps=[Sobol for all trials])"


@pytest.mark.parametrize("choose", [choose_generation_strategy, None], ids=["memory", "store"])
def test_what_is_said_of_the_model_goes_to_the_model(choose):
    said = {"output_warp": "none", "input_warp": True}
    if choose:
        strategy = choose(made(), generation=said)
    else:
        strategy = default_generation_strategy(made(), seed=0, options=said)
    kwargs = strategy._steps[1].model_kwargs
    assert {key: kwargs[key] for key in said} == said
    assert not set(said) & set(strategy._steps[0].model_kwargs)


def test_what_cannot_be_said_of_the_model_is_refused():
    with pytest.raises(ValueError, match=r"generation\.input_warp should be true or false"):
        choose_generation_strategy(made(), generation={"input_warp": 1})
