"""The registry: members, their keywords, and what every bridge's `gen` keeps to."""

import numpy as np
import pytest

from armwright import ax
from armwright.ax import Models

DESIGNS = [Models.SOBOL, Models.UNIFORM]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SOBOL", "Sobol"),
        ("UNIFORM", "Uniform"),
        ("FACTORIAL", "Factorial"),
        ("GPEI", "GPEI"),
        ("GPKG", "GPKG"),
        ("GPMES", "GPMES"),
        ("BOTORCH", "BO"),
        ("THOMPSON", "Thompson"),
        ("EMPIRICAL_BAYES_THOMPSON", "EB"),
        ("MOO", "MOO"),
        ("ST_MTGP", "ST_MTGP"),
        ("FULLYBAYESIAN", "FullyBayesian"),
    ],
)
def test_members_have_the_values_of_the_release(name, value):
    assert Models[name].value == value


def test_sobol_tells_its_keywords_and_their_defaults():
    model, bridge = Models.SOBOL.view_defaults()
    assert model == {
        "seed": None,
        "deduplicate": False,
        "init_position": 0,
        "scramble": True,
        "generated_points": None,
        "middle_first": False,
    }
    assert bridge["search_space"] is None
    assert bridge["transforms"] is None


@pytest.mark.parametrize("member", Models)
def test_the_annotated_keywords_are_those_that_have_defaults(member):
    for defaults, annotations in zip(member.view_defaults(), member.view_kwargs(), strict=True):
        assert list(defaults) == list(annotations)
        assert None not in annotations.values()


@pytest.mark.parametrize("member", Models)
def test_annotations_are_types_and_not_texts(member):
    for annotations in member.view_kwargs():
        assert not any(isinstance(annotation, str) for annotation in annotations.values())


def test_the_annotated_keywords_of_sobol_are_those_of_the_release():
    model, bridge = Models.SOBOL.view_kwargs()
    assert {name: model[name] for name in ("seed", "deduplicate", "init_position", "scramble")} == {
        "seed": int | None,
        "deduplicate": bool,
        "init_position": int,
        "scramble": bool,
    }
    assert bridge["search_space"] == ax.SearchSpace | None


@pytest.mark.parametrize("member", Models)
def test_neither_a_search_space_nor_an_experiment_is_refused(member):
    with pytest.raises(AssertionError, match="needs a search_space or an experiment, got none"):
        member()


@pytest.mark.parametrize("member", [Models.GPEI, Models.BOTORCH])
def test_a_gaussian_process_needs_an_experiment(member, square):
    with pytest.raises(ValueError, match="needs an experiment with data"):
        member(search_space=square)


@pytest.mark.parametrize("member", [Models.THOMPSON, Models.EMPIRICAL_BAYES_THOMPSON])
def test_a_thompson_sampler_needs_an_experiment(member, square):
    with pytest.raises(ValueError, match="needs an experiment with data"):
        member(search_space=square)


def test_an_unknown_keyword_is_named_and_so_are_the_known_ones(square):
    with pytest.raises(TypeError, match=r"Models.SOBOL takes no sede; it takes seed, dedup"):
        Models.SOBOL(search_space=square, sede=1)


def test_unknown_keywords_are_ignored_where_that_is_asked_for(square):
    assert Models.SOBOL(square, sede=1, silently_filter_kwargs=True).gen(1).arms


@pytest.mark.parametrize(
    "kwargs",
    [
        {"transforms": []},
        {"transform_configs": {}},
        {"status_quo_name": "status_quo"},
        {"status_quo_features": ax.ObservationFeatures({})},
        {"fit_out_of_design": True},
        {"torch_dtype": "double"},
        {"torch_device": "cpu"},
    ],
)
def test_keywords_of_the_old_bridges_are_accepted(kwargs, square):
    assert Models.SOBOL(search_space=square, **kwargs).gen(1).arms


@pytest.mark.parametrize(
    "kwargs", [{"refit_on_cv": True}, {"refit_on_update": False}, {"warm_start_refitting": False}]
)
def test_keywords_of_the_old_gaussian_process_are_accepted(kwargs, square, experiment_in):
    assert Models.GPEI(experiment=experiment_in(square), data=ax.Data(), **kwargs).gen(1).arms


def test_functions_of_the_old_gaussian_process_are_refused_not_ignored(square, experiment_in):
    with pytest.raises(NotImplementedError, match="acqf_constructor: functions of BoTorch"):
        Models.BOTORCH(experiment=experiment_in(square), acqf_constructor=print)


def test_the_space_of_the_experiment_is_used_where_none_is_given(square, experiment_in):
    assert Models.SOBOL(experiment=experiment_in(square)).search_space is square


def test_arms_are_unnamed_of_weight_one_and_in_the_declared_types(ranged, chosen):
    space = ax.SearchSpace(
        [
            ranged("x", 0.0, 1.0),
            ranged("k", 1, 4, ax.ParameterType.INT),
            chosen("c", ["a", "b"]),
            chosen("b", [True, False], ax.ParameterType.BOOL),
            ax.FixedParameter("f", ax.ParameterType.INT, 3),
        ]
    )
    for member in DESIGNS:
        made = member(search_space=space, seed=1).gen(5)
        assert made.weights == [1.0] * len(made.arms)
        for arm in made.arms:
            assert not arm.has_name
            assert list(arm.parameters) == ["x", "k", "c", "b", "f"]
            assert [type(v) for v in arm.parameters.values()] == [float, int, str, bool, int]


def test_a_run_says_which_model_made_it_and_where_and_in_what_time(square):
    made = Models.SOBOL(search_space=square, seed=1).gen(2)
    assert made._model_key == "Sobol"
    assert made._model_kwargs == {"seed": 1}
    assert made._bridge_kwargs == {}
    assert made.search_space is square
    assert made.fit_time >= 0.0
    assert made.gen_time > 0.0


@pytest.mark.parametrize("member", [*DESIGNS, Models.FACTORIAL])
def test_designs_predict_nothing(member, square):
    with pytest.raises(NotImplementedError, match="predicts nothing; got 1 points"):
        member(search_space=square).predict([ax.ObservationFeatures({"x": 0.5, "y": 0.5})])


@pytest.mark.parametrize("member", DESIGNS)
@pytest.mark.parametrize("n", [0, -1])
def test_a_number_of_arms_that_is_not_positive_is_refused(member, n, square):
    with pytest.raises(ValueError, match=f"n should be at least 1, got {n}"):
        member(search_space=square).gen(n)


@pytest.mark.parametrize("member", DESIGNS)
def test_equal_seeds_give_equal_arms_and_others_do_not(member, square):
    first, again, other = (member(search_space=square, seed=s).gen(4).arms for s in (5, 5, 6))
    assert first == again
    assert first != other


@pytest.mark.parametrize("member", DESIGNS)
def test_without_a_seed_a_fresh_one_is_drawn_and_told(member, square):
    bridge = member(search_space=square)
    assert member(search_space=square, seed=bridge.model.seed).gen(3).arms == bridge.gen(3).arms


@pytest.mark.parametrize("member", DESIGNS)
def test_a_second_call_goes_on_where_the_first_one_stopped(member, square):
    parts, whole = member(search_space=square, seed=5), member(search_space=square, seed=5)
    assert parts.gen(2).arms + parts.gen(3).arms == whole.gen(5).arms


@pytest.mark.parametrize("member", DESIGNS)
def test_another_process_goes_on_from_the_position(member, square):
    first = member(search_space=square, seed=5).gen(3)
    later = member(
        search_space=square, seed=5, init_position=first.gen_metadata["next_position"]
    ).gen(2)
    assert [*first.arms, *later.arms] == member(search_space=square, seed=5).gen(5).arms


@pytest.mark.parametrize("member", DESIGNS)
def test_arms_keep_linear_constraints(member, square):
    space = ax.SearchSpace(
        list(square.parameters.values()), [ax.ParameterConstraint({"x": 1.0, "y": 1.0}, 0.5)]
    )
    made = member(search_space=space, seed=3).gen(20)
    assert len(made.arms) == 20
    assert all(space.check_membership(arm.parameters) for arm in made.arms)


@pytest.mark.parametrize("member", DESIGNS)
def test_constraints_that_no_point_keeps_are_refused(member, square):
    space = ax.SearchSpace(
        list(square.parameters.values()), [ax.ParameterConstraint({"x": -1.0, "y": -1.0}, -5.0)]
    )
    with pytest.raises(ValueError, match=r"no (feasible )?point found"):
        member(search_space=space, seed=3).gen(1)


@pytest.mark.parametrize("member", DESIGNS)
def test_another_search_space_may_be_given_to_gen(member, square, ranged):
    narrow = ax.SearchSpace([ranged("x", 0.4, 0.5), ranged("y", 0.0, 1.0)])
    made = member(search_space=square, seed=1).gen(10, search_space=narrow)
    assert made.search_space is narrow
    assert all(0.4 <= arm.parameters["x"] <= 0.5 for arm in made.arms)


@pytest.mark.parametrize("member", DESIGNS)
def test_fixed_features_hold_parameters_at_values(member, square):
    held = ax.ObservationFeatures({"x": 0.25})
    made = member(search_space=square, seed=1).gen(5, fixed_features=held)
    assert {arm.parameters["x"] for arm in made.arms} == {0.25}
    assert len({arm.parameters["y"] for arm in made.arms}) == 5


@pytest.mark.parametrize("member", DESIGNS)
def test_fixed_features_outside_the_space_are_refused(member, square):
    with pytest.raises(ValueError, match=r"cannot hold 'x' at 2\.0"):
        member(search_space=square).gen(1, fixed_features=ax.ObservationFeatures({"x": 2.0}))


def test_options_of_a_model_s_gen_are_accepted(square):
    assert Models.SOBOL(search_space=square).gen(1, model_gen_options={"any": 1}).arms


def test_the_optimization_config_given_to_gen_is_recorded(square):
    config = ax.OptimizationConfig(ax.Objective(ax.Metric("other")))
    made = Models.SOBOL(search_space=square).gen(1, optimization_config=config)
    assert made.optimization_config is config


# Repeats ----------------------------------------------------------------------------------------


@pytest.fixture
def four(chosen):
    return ax.SearchSpace([chosen("a", [1, 2], ax.ParameterType.INT), chosen("b", ["u", "v"])])


@pytest.mark.parametrize("member", DESIGNS)
def test_arms_may_repeat_unless_told_otherwise(member, four):
    made = member(search_space=four, seed=1).gen(12)
    assert len(made.arms) == 4
    assert sum(made.weights) == 12.0


@pytest.mark.parametrize("member", DESIGNS)
def test_no_arm_repeats_with_deduplicate(member, four):
    bridge = member(search_space=four, seed=1, deduplicate=True)
    arms = bridge.gen(2).arms + bridge.gen(2).arms
    assert len({arm.signature for arm in arms}) == 4


@pytest.mark.parametrize("member", DESIGNS)
def test_a_space_that_runs_out_is_a_value_error(member, four):
    bridge = member(search_space=four, seed=1, deduplicate=True)
    bridge.gen(4)
    with pytest.raises(ValueError, match="the search space has no further arms"):
        bridge.gen(1)


@pytest.mark.parametrize("member", DESIGNS)
def test_arms_of_the_experiment_and_pending_ones_are_not_repeated(member, four, experiment_in, run):
    experiment = experiment_in(four)
    run(experiment, {"a": 1, "b": "u"}, {})
    pending = {"m": [ax.ObservationFeatures({"a": 1, "b": "v"})]}
    made = member(search_space=four, experiment=experiment, seed=1, deduplicate=True).gen(
        2, pending_observations=pending
    )
    assert {arm.parameters["a"] for arm in made.arms} == {2}


def test_generated_points_are_not_made_again_even_without_deduplicate(four):
    seen = np.array([[0.0, 0.0], [0.0, 1.0]])  # positions of the values
    made = Models.SOBOL(search_space=four, seed=1, generated_points=seen).gen(20)
    assert {arm.parameters["a"] for arm in made.arms} == {2}


def test_generated_points_of_another_width_are_refused(four):
    with pytest.raises(ValueError, match=r"expected a row per point and 2 columns, got shape \(1"):
        Models.SOBOL(search_space=four, generated_points=[[0.0, 0.0, 1.0]]).gen(1)


def test_a_space_of_fixed_parameters_alone_gives_its_one_arm():
    space = ax.SearchSpace([ax.FixedParameter("f", ax.ParameterType.INT, 3)])
    assert Models.SOBOL(search_space=space).gen(1).arms == [ax.Arm({"f": 3})]


# Without scrambling ------------------------------------------------------------------------------


def test_the_plain_sequence_is_that_of_scipy_without_its_corner(square):
    from scipy.stats import qmc

    engine = qmc.Sobol(2, scramble=False)
    engine.fast_forward(1)
    expected = engine.random(7)
    made = Models.SOBOL(search_space=square, scramble=False).gen(7)
    points = [list(arm.parameters.values()) for arm in made.arms]
    np.testing.assert_array_equal(points, expected)
    assert points[0] == [0.5, 0.5]


def test_the_plain_sequence_does_not_depend_on_the_seed_and_goes_on_from_a_position(square):
    whole = Models.SOBOL(search_space=square, scramble=False, seed=1).gen(5).arms
    later = Models.SOBOL(search_space=square, scramble=False, seed=2, init_position=3).gen(2).arms
    assert later == whole[3:]


def test_the_plain_sequence_keeps_constraints_and_repeats_nothing_when_told(four):
    bridge = Models.SOBOL(search_space=four, scramble=False, deduplicate=True)
    assert len({arm.signature for arm in bridge.gen(4).arms}) == 4
    with pytest.raises(ValueError, match="no further arms"):
        bridge.gen(1)


# Uniform -----------------------------------------------------------------------------------------


def test_uniform_draws_fill_every_part_of_a_log_scale_alike(ranged):
    space = ax.SearchSpace([ranged("lr", 1e-4, 1.0, log_scale=True)])
    arms = Models.UNIFORM(search_space=space, seed=0).gen(2000).arms
    decades = np.floor(np.log10([arm.parameters["lr"] for arm in arms]))
    counts = np.bincount((decades + 4).astype(int), minlength=4)
    np.testing.assert_allclose(counts[:4], 500, atol=100)  # 5 standard deviations


# Factorial ---------------------------------------------------------------------------------------


@pytest.fixture
def factors(chosen):
    return ax.SearchSpace(
        [
            chosen("a", ["p", "q"]),
            ax.FixedParameter("f", ax.ParameterType.FLOAT, 1.5),
            chosen("b", [1, 2, 3], ax.ParameterType.INT),
        ]
    )


def test_a_factorial_design_has_all_combinations(factors):
    made = Models.FACTORIAL(search_space=factors).gen(n=-1)
    assert [arm.parameters for arm in made.arms] == [
        {"a": a, "f": 1.5, "b": b} for a in ("p", "q") for b in (1, 2, 3)
    ]
    assert made._model_key == "Factorial"


def test_a_factorial_design_ignores_other_numbers_and_says_so(factors, caplog):
    assert len(Models.FACTORIAL(search_space=factors).gen(n=2).arms) == 6
    assert "a factorial design has 6 arms whatever n is, got n=2" in caplog.text


def test_ranges_of_integers_are_factors_and_ranges_of_floats_are_not(ranged):
    whole = ax.SearchSpace([ranged("k", 1, 4, ax.ParameterType.INT)])
    made = Models.FACTORIAL(search_space=whole).gen(-1)
    assert [arm.parameters["k"] for arm in made.arms] == [1, 2, 3, 4]
    with pytest.raises(ValueError, match="needs parameters with few values"):
        Models.FACTORIAL(search_space=ax.SearchSpace([ranged("x", 0.0, 1.0)])).gen(-1)


def test_too_many_combinations_are_refused_unless_they_are_wanted(ranged):
    space = ax.SearchSpace([ranged("k", 1, 101, ax.ParameterType.INT)])
    with pytest.raises(ValueError, match="has 101 combinations, more than max_cardinality=100"):
        Models.FACTORIAL(search_space=space).gen(-1)
    for kwargs in ({"max_cardinality": 101}, {"check_cardinality": False}):
        assert len(Models.FACTORIAL(search_space=space, **kwargs).gen(-1).arms) == 101


def test_a_factorial_design_keeps_constraints_and_fixed_features(ranged):
    x, y = (ranged(name, 1, 3, ax.ParameterType.INT) for name in "xy")
    space = ax.SearchSpace([x, y], [ax.OrderConstraint(lower_parameter=x, upper_parameter=y)])
    bridge = Models.FACTORIAL(search_space=space)
    assert len(bridge.gen(-1).arms) == 6
    held = bridge.gen(-1, fixed_features=ax.ObservationFeatures({"y": 2}))
    assert [arm.parameters["x"] for arm in held.arms] == [1, 2]


def test_a_design_without_any_combination_is_refused(ranged):
    space = ax.SearchSpace(
        [ranged("k", 1, 3, ax.ParameterType.INT)], [ax.ParameterConstraint({"k": 1.0}, 0.0)]
    )
    with pytest.raises(ValueError, match="no combination of the values keeps"):
        Models.FACTORIAL(search_space=space).gen(-1)
