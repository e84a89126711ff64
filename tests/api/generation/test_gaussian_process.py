"""Arms and predictions of the Gaussian process behind Models.GPEI and Models.BOTORCH."""

import math

import numpy as np
import pytest

from armwright import ax
from armwright.ax import Models
from armwright.generation.restricted_search import best_within
from armwright.optimizer import Column, Problem

HALF = ax.ObservationFeatures({"x": 0.5, "y": 0.5})


@pytest.fixture(scope="module")
def measured(measured_square):
    return measured_square(count=12)


@pytest.fixture(scope="module")
def bridge(measured):
    return Models.GPEI(experiment=measured, data=measured.fetch_data(), seed=1)


@pytest.fixture(scope="module")
def made(bridge):
    return bridge.gen(2)


@pytest.mark.parametrize("member", [Models.GPEI, Models.BOTORCH])
def test_both_members_make_arms_of_the_space(member, measured):
    made = member(experiment=measured, data=measured.fetch_data(), seed=1).gen(1)
    assert made._model_key == member.value
    assert measured.search_space.check_membership(made.arms[0].parameters)


def test_arms_are_near_the_minimum_of_what_was_measured(made):
    for arm in made.arms:
        assert math.hypot(arm.parameters["x"] - 0.3, arm.parameters["y"] - 0.7) < 0.4


def test_the_same_seed_and_data_give_the_same_arms(measured, made):
    again = Models.GPEI(experiment=measured, data=measured.fetch_data(), seed=1).gen(2)
    assert again.arms == made.arms


def test_runs_carry_predictions_for_each_arm(made):
    means, covariances = made.model_predictions
    assert len(means["m"]) == len(covariances["m"]["m"]) == 2


def test_the_best_arm_is_the_one_observed_with_the_best_expectation(made, measured):
    best, (means, _) = made.best_arm_predictions
    frame = measured.fetch_data().df
    lowest = frame.loc[frame["mean"].idxmin()]
    assert best.name == lowest["arm_name"]
    assert means["m"] == pytest.approx(lowest["mean"], abs=0.01)


def test_where_larger_is_better_the_best_arm_is_the_largest(measured_square):
    experiment = measured_square(minimize=False)
    best, (means, _) = Models.GPEI(experiment=experiment, seed=1).gen(1).best_arm_predictions
    frame = experiment.fetch_data().df
    assert best.name == frame.loc[frame["mean"].idxmax()]["arm_name"]
    assert means["m"] == pytest.approx(frame["mean"].max(), abs=0.01)


def test_predictions_interpolate_what_was_measured_without_noise(bridge, measured):
    frame = measured.fetch_data().df
    points = [
        ax.ObservationFeatures(measured.arms_by_name[name].parameters) for name in frame["arm_name"]
    ]
    means, covariances = bridge.predict(points)
    np.testing.assert_allclose(means["m"], frame["mean"], atol=0.01)
    assert all(0.0 <= variance < 0.01 for variance in covariances["m"]["m"])


def test_a_bridge_predicts_before_it_has_made_an_arm(measured):
    means, _ = Models.GPEI(experiment=measured, seed=1).predict([HALF])
    assert means["m"] == [pytest.approx(0.08, abs=0.05)]


def test_fitting_for_a_prediction_is_the_fit_time_of_the_next_run(measured):
    bridge = Models.GPEI(experiment=measured, seed=1)
    bridge.predict([HALF])
    first, second = bridge.gen(1), bridge.gen(1)
    assert first.fit_time > second.fit_time == 0.0
    assert second.gen_time > 0.0


def test_every_metric_that_has_data_is_predicted(measured_square):
    experiment = measured_square(count=5)
    for index, trial in experiment.trials.items():
        evaluation = {trial.arm.name: {"other": (10.0 * trial.arm.parameters["x"], 0.0)}}
        experiment.attach_data(
            ax.Data.from_evaluations(evaluation, index), combine_with_last_data=True
        )
    bridge = Models.GPEI(experiment=experiment, seed=1)
    means, covariances = bridge.predict([HALF])
    assert means["other"] == [pytest.approx(5.0, abs=0.5)]
    assert set(covariances) == {"m", "other"}
    made = bridge.gen(1)
    assert set(made.model_predictions[0]) == {"m", "other"}
    assert set(made.best_arm_predictions[1][0]) == {"m", "other"}


def test_a_point_without_a_place_in_the_space_has_no_prediction(bridge):
    with pytest.raises(ValueError, match=r"cannot predict at \{'x': 0.5\}"):
        bridge.predict([ax.ObservationFeatures({"x": 0.5})])


def test_without_observations_arms_fill_the_space_and_the_run_says_so(square, experiment_in):
    bridge = Models.GPEI(experiment=experiment_in(square), data=ax.Data(), seed=1)
    made = bridge.gen(3)
    assert len({arm.signature for arm in made.arms}) == 3
    assert made.gen_metadata["notes"] == ["no observations: the points fill the space"]
    assert made.model_predictions is None
    assert made.best_arm_predictions is None
    with pytest.raises(ValueError, match="predicts from observations, and there are none"):
        bridge.predict([HALF])


def test_one_observation_is_enough(measured_square):
    made = Models.GPEI(experiment=measured_square(count=1), seed=1).gen(1)
    assert made.gen_metadata["observations"] == 1
    assert made.best_arm_predictions[0].name == "0_0"


# Noise -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sems", [(None,), (0.1,), (0.0,)])
def test_errors_known_for_all_or_for_none_are_fine(sems, measured_square):
    assert Models.GPEI(experiment=measured_square(sems=sems), seed=1).gen(1).arms


def test_errors_known_for_some_only_are_refused(measured_square):
    experiment = measured_square(sems=(0.1, None))
    with pytest.raises(ValueError, match="known for some observations and unknown for 4 of 8"):
        Models.GPEI(experiment=experiment, data=experiment.fetch_data())


def test_errors_known_for_some_only_are_fine_where_that_is_allowed(measured_square):
    experiment = measured_square(sems=(0.1, None))
    assert Models.GPEI(experiment=experiment, mixed_noise=True, seed=1).gen(1).arms


# What is asked of gen ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pending",
    [
        lambda arm: [arm],
        lambda arm: {"m": [ax.ObservationFeatures(arm.parameters)]},
        lambda arm: {"m": [ax.ObservationFeatures(arm.parameters)] * 2, "other": []},
    ],
    ids=["arms", "features by metric", "twice"],
)
def test_pending_observations_are_kept_away_from(bridge, made, pending):
    other = bridge.gen(1, pending_observations=pending(made.arms[0]))
    assert other.gen_metadata["pending"] == 1
    assert other.arms[0] != made.arms[0]


def test_fixed_features_hold_parameters_while_the_rest_is_optimized(bridge):
    held = bridge.gen(2, fixed_features=ax.ObservationFeatures({"x": 0.4}))
    assert [arm.parameters["x"] for arm in held.arms] == [0.4, 0.4]
    assert held.arms[0].parameters["y"] == pytest.approx(0.7, abs=0.2)
    assert held.arms[0] != held.arms[1]
    assert held.gen_metadata["notes"] == []


def test_a_narrower_search_space_keeps_all_that_was_learned(bridge, ranged):
    narrow = ax.SearchSpace([ranged("x", 0.4, 0.5), ranged("y", 0.0, 1.0)])
    made = bridge.gen(1, search_space=narrow)
    assert 0.4 <= made.arms[0].parameters["x"] <= 0.5
    assert made.arms[0].parameters["y"] == pytest.approx(0.7, abs=0.2)
    assert made.gen_metadata["observations"] == 12


def test_a_wider_search_space_is_learned_anew(bridge, ranged):
    wide = ax.SearchSpace([ranged("x", -1.0, 2.0), ranged("y", 0.0, 1.0)])
    made = bridge.gen(1, search_space=wide)
    assert made.search_space is wide
    assert made.gen_metadata["notes"] == []


def test_an_equal_search_space_is_the_same_one(bridge, ranged):
    same = ax.SearchSpace([ranged("x", 0.0, 1.0), ranged("y", 0.0, 1.0)])
    assert bridge.gen(1, search_space=same).gen_metadata["notes"] == []


def test_another_objective_may_be_given_to_gen(measured):
    config = ax.OptimizationConfig(ax.Objective(ax.Metric("m"), minimize=False))
    made = Models.GPEI(experiment=measured, seed=1).gen(1, optimization_config=config)
    assert made.optimization_config is config
    best, _ = made.best_arm_predictions
    frame = measured.fetch_data().df
    assert best.name == frame.loc[frame["mean"].idxmax()]["arm_name"]


def test_a_part_without_observations_is_filled(square, experiment_in):
    bridge = Models.GPEI(experiment=experiment_in(square), data=ax.Data(), seed=1)
    made = bridge.gen(2, fixed_features=ax.ObservationFeatures({"x": 0.5}))
    assert {arm.parameters["x"] for arm in made.arms} == {0.5}


def test_a_part_that_is_used_up_is_a_value_error(measured_square):
    bridge = Models.GPEI(experiment=measured_square(count=2), seed=1)
    held = ax.ObservationFeatures({"x": 0.5, "y": 0.5})
    made = bridge.gen(1, fixed_features=held)
    with pytest.raises(ValueError, match="has no further arms"):
        bridge.gen(1, fixed_features=held, pending_observations=made.arms)


def test_a_space_that_is_used_up_is_a_value_error(chosen, experiment_in, run):
    space = ax.SearchSpace([chosen("c", [1, 2], ax.ParameterType.INT)])
    experiment = experiment_in(space)
    for value in (1, 2):
        run(experiment, {"c": value}, {"m": (float(value), 0.0)})
    with pytest.raises(ValueError, match="has no further arms: 2 are used up, 0 of 1 were found"):
        Models.GPEI(experiment=experiment, seed=1).gen(1)


def test_arms_outside_the_search_space_are_not_learned_from(measured_square, run):
    experiment = measured_square(count=4)
    run(experiment, {"x": 3.0, "y": 0.5}, {"m": (-99.0, 0.0)})
    record = Models.GPEI(experiment=experiment, seed=1).gen(1).gen_metadata
    assert record["observations"] == 4
    assert record["notes"] == ["1 observations outside the search space"]


# What cannot be modelled -------------------------------------------------------------------------


def bound(**more):
    return ax.OutcomeConstraint(ax.Metric("cost"), ax.ComparisonOp.LEQ, 1.0, **more)


def test_a_relative_constraint_without_a_status_quo_is_a_value_error(square, experiment_in):
    experiment = experiment_in(square, constraints=[bound()])
    with pytest.raises(ValueError, match="relative to the status quo, and the experiment has none"):
        Models.GPEI(experiment=experiment, data=ax.Data())


def test_an_experiment_without_an_objective_is_refused(square):
    with pytest.raises(ValueError, match="needs an objective, got no optimization config"):
        Models.GPEI(experiment=ax.Experiment(square), data=ax.Data())


# The search of a part ----------------------------------------------------------------------------


def test_the_best_point_of_a_part_is_found_to_a_percent():
    problem = Problem(columns=(Column(lower=0.0, upper=1.0), Column(lower=-5.0, upper=5.0)))
    found = best_within(
        problem,
        lambda v: -((v[:, 0] - 0.123) ** 2) - ((v[:, 1] - 2.5) / 10) ** 2,
        seed=0,
        used=np.empty((0, 2)),
    )
    assert found == pytest.approx([0.123, 2.5], rel=0.03)


@pytest.mark.slow
def test_a_part_keeps_constraints_and_steps_and_repeats_nothing():
    problem = Problem(
        columns=(Column(lower=0.0, upper=3.0, step=1.0), Column(kind="choice", levels=2)),
        constraint_weights=np.array([[1.0, 0.0]]),
        constraint_bounds=np.array([2.0]),
    )
    used, found = np.empty((0, 2)), []
    while (point := best_within(problem, lambda v: v.sum(axis=1), seed=0, used=used)) is not None:
        found.append(tuple(point))
        used = np.vstack([used, point])
    assert found[0] == (2.0, 1.0)
    assert sorted(found) == [(a, b) for a in (0.0, 1.0, 2.0) for b in (0.0, 1.0)]


@pytest.mark.slow
def test_noisy_improvement_is_over_draws_of_what_known_arms_are_worth(measured_square):
    experiment = measured_square()

    def bridge():
        return Models.GPEI(
            experiment=experiment,
            data=experiment.fetch_data(),
            seed=1,
            search_for="noisy improvement",
        )

    made = bridge().gen(2)
    assert made._model_kwargs["search_for"] == "noisy improvement"
    assert made.gen_metadata["acquisition"].endswith("over draws of what known arms are worth")
    assert bridge().gen(2).arms == made.arms
    assert bridge().model.again().policy(bridge()._encoding).draws_known
