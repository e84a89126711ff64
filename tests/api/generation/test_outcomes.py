"""Outcome constraints and several objectives, from the config to the arms of Models.GPEI."""

import numpy as np
import pytest

from armwright import ax
from armwright.ax import Models
from armwright.generation.encoding import encode, latest_data, observe
from armwright.generation.outcome_bounds import status_quo_means
from armwright.generation.outcomes import outcomes_of

LEQ, GEQ = ax.ComparisonOp.LEQ, ax.ComparisonOp.GEQ


def bound(name, value, op=LEQ, relative=False):
    return ax.OutcomeConstraint(ax.Metric(name), op, value, relative=relative)


@pytest.fixture
def made(experiment_in, run, ranged):
    """Makes an experiment of one parameter from rows (x, {metric: mean or (mean, sem)})."""

    def make(rows, **more):
        experiment = experiment_in(ax.SearchSpace([ranged("x", 0.0, 1.0)]), **more)
        for x, results in rows:
            pairs = {m: v if isinstance(v, tuple) else (v, 0.0) for m, v in results.items()}
            run(experiment, {"x": x}, pairs)
        return experiment

    return make


def outcomes(experiment, thresholds=None):
    config, data = experiment.optimization_config, latest_data(experiment)
    encoding = encode(experiment.search_space)
    observed = {name: observe(encoding, experiment, data, name) for name in config.metrics}
    values = status_quo_means(experiment, data, experiment.status_quo, list(config.metrics))
    return outcomes_of(config, observed, values, thresholds or {})


def test_metrics_stand_side_by_side_with_gaps_where_one_is_missing(made):
    known = outcomes(
        made(
            [(0.1, {"m": 1.0, "c": 5.0}), (0.2, {"m": 2.0}), (0.3, {"c": 7.0})],
            constraints=[bound("c", 6.0)],
        )
    )
    assert known.metrics == ("m", "c")
    assert [arm.parameters["x"] for arm in known.arms] == [0.1, 0.2, 0.3]
    np.testing.assert_array_equal(known.measured.y, [[-1.0, 5.0], [-2.0, np.nan], [np.nan, 7.0]])
    np.testing.assert_array_equal(known.goal.eligible(known.measured), [True, False, False])


def test_an_arm_measured_in_two_trials_has_two_rows(made):
    known = outcomes(
        made(
            [(0.1, {"m": 1.0, "c": 5.0}), (0.1, {"m": 2.0, "c": 8.0})],
            constraints=[bound("c", 6.0)],
        )
    )
    np.testing.assert_array_equal(known.measured.y, [[-1.0, 5.0], [-2.0, 8.0]])


def test_two_bounds_on_one_metric_are_one_interval(made):
    known = outcomes(
        made([(0.1, {"m": 1.0, "c": 5.0})], constraints=[bound("c", 6.0), bound("c", 2.0, GEQ)])
    )
    assert (known.goal.lower.tolist(), known.goal.upper.tolist()) == ([2.0], [6.0])


def test_relative_bounds_refer_to_what_the_status_quo_measured(made):
    known = outcomes(
        made(
            [(0.1, {"m": 1.0, "c": (-4.0, 1.0)}), (0.1, {"m": 1.0, "c": (-1.0, 0.5)})],
            constraints=[bound("c", 10.0, relative=True)],
            status_quo=ax.Arm({"x": 0.1}),
        )
    )
    mean = (-4.0 / 1.0 - 1.0 / 0.25) / (1.0 + 1.0 / 0.25)  # by inverse variance
    assert known.goal.upper == pytest.approx([mean + 0.1 * abs(mean)])


def test_a_status_quo_that_was_not_measured_is_a_value_error(made):
    experiment = made(
        [(0.1, {"m": 1.0, "c": 1.0})],
        constraints=[bound("c", 10.0, relative=True)],
        status_quo=ax.Arm({"x": 0.5}),
    )
    with pytest.raises(ValueError, match="status quo, which has no observation of 'c'"):
        Models.GPEI(experiment=experiment)


def test_a_constraint_nobody_has_measured_is_not_considered_and_the_run_says_so(made):
    experiment = made([(x, {"m": x}) for x in (0.1, 0.5, 0.9)], constraints=[bound("c", 6.0)])
    notes = Models.GPEI(experiment=experiment, seed=1).gen(1).gen_metadata["notes"]
    assert notes == ["no observations of 'c': its constraint is not considered"]


def test_without_the_objective_arms_are_made_to_keep_the_constraints(made):
    experiment = made(
        [(x, {"c": (x - 0.7) ** 2}) for x in (0.0, 0.2, 0.4, 1.0)], constraints=[bound("c", 0.02)]
    )
    made_run = Models.GPEI(experiment=experiment, seed=1).gen(1)
    assert made_run.arms[0].parameters["x"] == pytest.approx(0.7, abs=0.15)
    assert "arms are made to keep the constraints" in made_run.gen_metadata["notes"][0]


def line(x, *, cost):
    """Smaller is better: falls towards 0, where the cost is too high."""
    return {"m": x, "c": cost(x)}


@pytest.fixture
def constrained(made):
    rows = [(x, line(x, cost=lambda x: 1.0 - x)) for x in (0.05, 0.3, 0.6, 0.75, 0.95)]
    return made(rows, constraints=[bound("c", 0.5)])


def test_arms_are_made_where_the_constraint_holds(constrained):
    run = Models.GPEI(experiment=constrained, seed=1).gen(3)
    assert all(0.4 < arm.parameters["x"] < 0.65 for arm in run.arms)


def test_the_best_arm_keeps_the_constraint(constrained):
    arm, (means, _) = Models.GPEI(experiment=constrained, seed=1).gen(1).best_arm_predictions
    assert arm.parameters == {"x": 0.6}
    assert means == {"m": pytest.approx(0.6, abs=0.01), "c": pytest.approx(0.4, abs=0.01)}


def test_runs_carry_the_fits_of_all_metrics_and_the_next_starts_from_them(constrained):
    first = Models.GPEI(experiment=constrained, seed=1).gen(1)
    fits = first.gen_metadata["fits"]
    assert list(fits) == ["m", "c"]
    assert first.gen_metadata["hyperparameters"] == fits["m"]
    second = Models.GPEI(experiment=constrained, seed=1, warm=fits)
    assert second.model.fits["c"].to_dict() == fits["c"]
    assert set(second.gen(1).gen_metadata["fits"]) == {"m", "c"}


def test_predictions_are_on_each_metrics_own_scale(constrained):
    bridge = Models.GPEI(experiment=constrained, seed=1)
    means, covariances = bridge.predict([ax.ObservationFeatures({"x": 0.5})])
    assert means == {"m": [pytest.approx(0.5, abs=0.05)], "c": [pytest.approx(0.5, abs=0.05)]}
    assert set(covariances) == {"m", "c"}


def test_held_values_keep_the_constraint_in_mind(experiment_in, run, square):
    experiment = experiment_in(square, constraints=[bound("c", 1.0)])
    for x, y in ((0.1, 0.1), (0.5, 0.4), (0.9, 0.2), (0.3, 0.9), (0.8, 0.8)):
        run(experiment, {"x": x, "y": y}, {"m": (-x - y, 0.0), "c": (x + y, 0.0)})
    held = ax.ObservationFeatures({"x": 0.4})
    (arm,) = Models.GPEI(experiment=experiment, seed=1).gen(1, fixed_features=held).arms
    assert arm.parameters["y"] == pytest.approx(0.6, abs=0.1)


def test_a_weighted_sum_of_metrics_is_optimized_as_one(made):
    rows = [(x, {"a": x, "b": (x - 1) ** 2}) for x in (0.0, 0.3, 0.6, 1.0)]
    objective = ax.ScalarizedObjective([ax.Metric("a"), ax.Metric("b")], [0.5, 1.0], minimize=True)
    experiment = made(rows, optimization_config=ax.OptimizationConfig(objective))
    run = Models.GPEI(experiment=experiment, seed=1).gen(1)
    # 0.5 x + (x - 1)^2 is smallest at 0.75
    assert run.arms[0].parameters["x"] == pytest.approx(0.75, abs=0.1)
    assert run.best_arm_predictions[0].parameters == {"x": 0.6}


def test_two_objectives_make_arms_between_their_optima(made):
    rows = [(x, {"a": (x - 0.3) ** 2, "b": (x - 0.6) ** 2}) for x in (0.0, 0.1, 0.8, 1.0)]
    metrics = [ax.Metric(name, lower_is_better=True) for name in "ab"]
    experiment = made(rows, optimization_config=ax.OptimizationConfig(ax.MultiObjective(metrics)))
    run = Models.GPEI(experiment=experiment, seed=1).gen(4)
    assert all(0.2 < arm.parameters["x"] < 0.7 for arm in run.arms)
    assert run.best_arm_predictions is None
    assert set(run.model_predictions[0]) == {"a", "b"}


@pytest.fixture
def several(made):
    def make(names="ab"):
        rows = [(x, {m: (x - 0.3 * i) ** 2 for i, m in enumerate(names)}) for x in (0.1, 0.5, 0.9)]
        metrics = [ax.Metric(name, lower_is_better=True) for name in names]
        config = ax.OptimizationConfig(ax.MultiObjective(metrics))
        return made(rows, optimization_config=config)

    return make


def test_thresholds_are_the_reference_point_larger_is_better(several):
    reference = outcomes(several(), {"b": 0.2}).goal.reference
    np.testing.assert_array_equal(reference, [np.nan, -0.2])


def test_thresholds_may_be_given_to_the_model(several):
    bridge = Models.MOO(experiment=several(), seed=1, objective_thresholds={"a": 0.01, "b": 1.0})
    # a is below its threshold within 0.1 of 0 only
    assert bridge.gen(1).arms[0].parameters["x"] < 0.15


@pytest.mark.parametrize("names", ["c", "a"], ids=["no objective", "the only objective"])
def test_thresholds_of_anything_but_one_of_several_objectives_are_refused(names, several):
    experiment = several("ab" if names == "c" else "a")
    with pytest.raises(ValueError, match="expected some of several objectives"):
        Models.MOO(experiment=experiment, objective_thresholds={names: 1.0})


def test_three_objectives_make_arms_between_their_optima(several):
    run = Models.MOO(experiment=several("abc"), seed=1).gen(3)
    assert run._model_key == "MOO"
    assert all(-0.01 <= arm.parameters["x"] < 0.75 for arm in run.arms)
    assert list(run.gen_metadata["fits"]) == ["a", "b", "c"]
