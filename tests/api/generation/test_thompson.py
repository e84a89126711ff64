"""Thompson sampling over the arms of an experiment."""

import pytest

from armwright import ax
from armwright.ax import Models

BOTH = [Models.THOMPSON, Models.EMPIRICAL_BAYES_THOMPSON]


@pytest.fixture
def factorial(experiment_in, chosen):
    """A batch of all combinations, whose best arm is p and 2 (smaller is better)."""

    def make(*, sem=0.5, constraints=(), minimize=True, extra=None, status_quo=None):
        space = ax.SearchSpace(
            [chosen("a", ["p", "q"]), chosen("b", [1, 2, 3], ax.ParameterType.INT)]
        )
        experiment = experiment_in(
            space, minimize=minimize, constraints=constraints, status_quo=status_quo
        )
        trial = experiment.new_batch_trial(Models.FACTORIAL(search_space=space).gen(-1))
        trial.mark_running(no_runner_required=True)
        evaluations = {
            arm.name: {
                "m": (3.0 * (arm.parameters["a"] == "q") + (arm.parameters["b"] - 2) ** 2, sem),
                **({} if extra is None else {"cost": (extra(arm.parameters), 0.1)}),
            }
            for arm in trial.arms
        }
        experiment.attach_data(ax.Data.from_evaluations(evaluations, trial_index=0))
        trial.mark_completed()
        return experiment

    return make


@pytest.mark.parametrize("member", BOTH)
def test_arms_come_back_unnamed_the_most_probable_first(member, factorial):
    experiment = factorial()
    made = member(experiment=experiment, data=experiment.fetch_data(), seed=1).gen(n=3)
    assert made.arms[0].parameters == {"a": "p", "b": 2}
    assert made.weights == sorted(made.weights, reverse=True)
    assert not any(arm.has_name for arm in made.arms)
    assert made._model_key == member.value


def test_weights_are_probabilities_scaled_to_the_number_of_arms(factorial):
    made = Models.THOMPSON(experiment=factorial(), seed=1).gen(n=2)
    assert sum(made.weights) == pytest.approx(2.0)
    assert made.gen_metadata["probability_best"][0] > 0.8


def test_all_arms_that_ever_win_come_for_n_minus_one(factorial):
    made = Models.THOMPSON(experiment=factorial(sem=5.0), seed=1).gen(n=-1)
    assert len(made.arms) == 6


def test_the_same_seed_gives_the_same_weights(factorial):
    first, again = (Models.THOMPSON(experiment=factorial(), seed=4).gen(3) for _ in range(2))
    assert first.weights == again.weights


def test_the_arms_of_a_next_batch_keep_their_names_and_take_the_weights(factorial):
    experiment = factorial()
    made = Models.THOMPSON(experiment=experiment, seed=1).gen(n=2)
    trial = experiment.new_batch_trial(generator_run=made)
    assert all(arm.name.startswith("0_") for arm in trial.arms)
    assert trial.weights == made.weights


def test_where_larger_is_better_the_largest_wins(factorial):
    made = Models.THOMPSON(experiment=factorial(minimize=False), seed=1).gen(n=1)
    assert made.arms[0].parameters["a"] == "q"
    assert made.arms[0].parameters["b"] in (1, 3)


def test_arms_less_probable_than_min_weight_are_left_out(factorial):
    made = Models.THOMPSON(experiment=factorial(), seed=1, min_weight=0.5).gen(n=6)
    assert len(made.arms) == 1
    assert made.weights == [1.0]


def test_a_min_weight_that_no_arm_reaches_is_refused(factorial):
    with pytest.raises(ValueError, match=r"probability of min_weight=0\.9 or more; the most"):
        Models.THOMPSON(experiment=factorial(sem=9.0), seed=1, min_weight=0.9).gen(n=6)


def test_uniform_weights_are_all_one(factorial):
    made = Models.THOMPSON(experiment=factorial(), seed=1, uniform_weights=True).gen(n=2)
    assert made.weights == [1.0, 1.0]


def test_abandoned_arms_take_no_part(factorial):
    experiment = factorial()
    experiment.trials[0].mark_arm_abandoned("0_1")
    made = Models.THOMPSON(experiment=experiment, seed=1).gen(n=-1)
    assert {"a": "p", "b": 2} not in [arm.parameters for arm in made.arms]


def test_arms_outside_the_search_space_take_no_part(factorial, chosen):
    narrow = ax.SearchSpace([chosen("a", ["p", "q"]), chosen("b", [1, 3], ax.ParameterType.INT)])
    made = Models.THOMPSON(experiment=factorial(), search_space=narrow, seed=1).gen(n=-1)
    assert all(arm.parameters["b"] != 2 for arm in made.arms)


def test_fixed_features_choose_among_the_arms(factorial):
    held = ax.ObservationFeatures({"a": "q"})
    made = Models.THOMPSON(experiment=factorial(), seed=1).gen(n=1, fixed_features=held)
    assert made.arms[0].parameters == {"a": "q", "b": 2}


def test_fixed_features_that_no_arm_has_are_refused(factorial):
    held = ax.ObservationFeatures({"b": 7})
    with pytest.raises(ValueError, match=r"results of m and \{'b': 7\}, got none among 6 arms"):
        Models.THOMPSON(experiment=factorial(), seed=1).gen(n=1, fixed_features=held)


def constraint(op, bound, *, relative):
    return ax.OutcomeConstraint(ax.Metric("cost"), op, bound, relative=relative)


def test_arms_that_break_an_absolute_constraint_do_not_win(factorial):
    bound = constraint(ax.ComparisonOp.LEQ, 5.0, relative=False)
    experiment = factorial(constraints=[bound], extra=lambda p: 9.0 if p["b"] == 2 else 1.0)
    made = Models.THOMPSON(experiment=experiment, seed=1).gen(n=1)
    assert made.arms[0].parameters["b"] != 2


def test_a_relative_constraint_is_measured_from_the_status_quo(factorial):
    bound = constraint(ax.ComparisonOp.LEQ, 10.0, relative=True)
    experiment = factorial(
        constraints=[bound],
        status_quo=ax.Arm({"a": "q", "b": 1}),
        extra=lambda p: 20.0 if p["b"] == 2 else 10.0,  # 10 of the status quo, and 10 % more
    )
    made = Models.THOMPSON(experiment=experiment, seed=1).gen(n=1)
    assert made.arms[0].parameters["a"] == "p"
    assert made.arms[0].parameters["b"] != 2


def test_a_relative_constraint_may_name_another_arm(factorial):
    bound = constraint(ax.ComparisonOp.GEQ, 50.0, relative=True)
    experiment = factorial(constraints=[bound], extra=lambda p: float(p["b"]))
    made = Models.THOMPSON(experiment=experiment, seed=1, status_quo_name="0_0").gen(n=1)
    assert made.arms[0].parameters == {"a": "p", "b": 2}


def test_a_relative_constraint_without_a_status_quo_is_refused(factorial):
    bound = constraint(ax.ComparisonOp.LEQ, 10.0, relative=True)
    experiment = factorial(constraints=[bound], extra=lambda _: 1.0)
    with pytest.raises(ValueError, match="relative to the status quo, which has no observation"):
        Models.THOMPSON(experiment=experiment, seed=1).gen(n=1)


def test_metrics_are_weighed_by_a_scalarized_objective(factorial):
    experiment = factorial(extra=lambda p: -100.0 * (p["a"] == "q"))
    config = ax.OptimizationConfig(
        ax.ScalarizedObjective([ax.Metric("m"), ax.Metric("cost")], [1.0, 1.0], minimize=True)
    )
    made = Models.THOMPSON(experiment=experiment, optimization_config=config, seed=1).gen(n=1)
    assert made.arms[0].parameters == {"a": "q", "b": 2}


def test_of_several_objectives_no_arm_is_the_best(factorial):
    experiment = factorial(extra=lambda _: 1.0)
    config = ax.OptimizationConfig(
        ax.MultiObjective([ax.Metric("m", lower_is_better=True), ax.Metric("cost", True)])
    )
    with pytest.raises(NotImplementedError, match="of several objectives no arm is the best"):
        Models.THOMPSON(experiment=experiment, optimization_config=config).gen(n=1)


def test_observations_without_an_error_are_refused(factorial):
    with pytest.raises(ValueError, match="observations of 'm' without; report"):
        Models.THOMPSON(experiment=factorial(sem=None))


def test_an_experiment_without_results_is_refused(square, experiment_in):
    with pytest.raises(ValueError, match="Thompson needs arms with results, got none"):
        Models.THOMPSON(experiment=experiment_in(square))


def test_predictions_are_the_estimates_of_measured_arms(factorial):
    bridge = Models.THOMPSON(experiment=factorial(extra=lambda p: float(p["b"])), seed=1)
    means, covariances = bridge.predict(
        [ax.ObservationFeatures({"a": "p", "b": 2}), ax.ObservationFeatures({"a": "q", "b": 3})]
    )
    assert means == {"m": [0.0, 4.0], "cost": [2.0, 3.0]}
    assert covariances["m"]["m"] == [0.25, 0.25]


def test_predictions_of_empirical_bayes_are_shrunk(factorial):
    bridge = Models.EMPIRICAL_BAYES_THOMPSON(experiment=factorial(sem=1.0), seed=1)
    means, covariances = bridge.predict([ax.ObservationFeatures({"a": "p", "b": 2})])
    assert 0.0 < means["m"][0] < 2.0
    assert 0.0 < covariances["m"]["m"][0] < 1.0


def test_an_arm_that_was_not_measured_has_no_prediction(factorial):
    with pytest.raises(ValueError, match="knows measured arms only"):
        Models.THOMPSON(experiment=factorial()).predict([ax.ObservationFeatures({"a": "r"})])


def test_runs_carry_predictions_and_the_best_arm(factorial):
    made = Models.THOMPSON(experiment=factorial(), seed=1).gen(n=2)
    best, (means, covariances) = made.best_arm_predictions
    assert best.parameters == {"a": "p", "b": 2}
    assert means == {"m": 0.0}
    assert covariances == {"m": {"m": 0.25}}
    assert len(made.model_predictions[0]["m"]) == 2


def test_results_of_an_arm_in_several_trials_are_combined(factorial, run):
    experiment = factorial()
    run(experiment, {"a": "p", "b": 2}, {"m": (4.0, 0.5)})
    means, covariances = Models.THOMPSON(experiment=experiment).predict(
        [ax.ObservationFeatures({"a": "p", "b": 2})]
    )
    assert means["m"] == [pytest.approx(2.0)]
    assert covariances["m"]["m"] == [pytest.approx(0.125)]


def test_no_samples_are_refused(factorial):
    with pytest.raises(ValueError, match="num_samples should be at least 1, got 0"):
        Models.THOMPSON(experiment=factorial(), num_samples=0)
