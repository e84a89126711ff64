"""The rows of the semantics on `OptimizationLoop`, `optimize` and the best point, without a fit."""

import math

import pytest

from armwright import ax
from armwright.ax.best_point import best_point, best_raw_point
from armwright.experiment import Arm, Data, GeneratorRun
from armwright.generation import DataRequiredError

XY = [
    {"name": "x", "type": "range", "bounds": [0.0, 10.0]},
    {"name": "y", "type": "range", "bounds": [0.0, 10.0]},
]


def loop(function=lambda p: p["x"], **more):
    return ax.OptimizationLoop.with_evaluation_function(
        parameters=XY, evaluation_function=function, **more
    )


def computed(**more):
    """An experiment whose metric computes its own data, without a runner."""
    space = loop().experiment.search_space
    metric = ax.BraninMetric("branin", ["x", "y"])
    config = ax.OptimizationConfig(ax.Objective(metric, minimize=True))
    return ax.Experiment(space, "computed", config, **more)


def test_the_constructor_s_arguments_are_attributes():
    strategy = ax.choose_generation_strategy(loop().experiment.search_space)
    made = loop(
        total_trials=7, arms_per_trial=2, random_seed=3, wait_time=1, generation_strategy=strategy
    )
    assert (made.total_trials, made.arms_per_trial, made.random_seed) == (7, 2, 3)
    assert (made.wait_time, made.current_trial) == (1, 0)
    assert made.generation_strategy is strategy
    assert isinstance(made.experiment, ax.SimpleExperiment)


def test_without_arguments_there_are_twenty_trials_of_one_arm():
    made = loop()
    assert (made.total_trials, made.arms_per_trial, made.wait_time) == (20, 1, 0)
    assert made.random_seed is None


def test_an_evaluation_function_cannot_run_asynchronously():
    with pytest.raises(AssertionError, match="run_async needs runners and metrics"):
        ax.OptimizationLoop(loop().experiment, run_async=True)


def test_an_experiment_without_a_runner_cannot_run_asynchronously():
    with pytest.raises(AssertionError, match="run_async needs a runner and metrics"):
        ax.OptimizationLoop(computed(), run_async=True)


def test_an_experiment_with_trials_is_refused():
    experiment = loop().experiment
    experiment.new_trial()
    with pytest.raises(AssertionError, match="without trials, got 1"):
        ax.OptimizationLoop(experiment)


def test_a_run_trial_is_generated_evaluated_and_stored():
    made = loop(random_seed=1)
    made.run_trial()
    trial = made.experiment.trials[0]
    assert trial.status is ax.TrialStatus.COMPLETED
    assert trial.objective_mean == trial.arm.parameters["x"]
    assert made.current_trial == 1


def test_more_than_one_arm_makes_a_batch():
    made = loop(arms_per_trial=2, random_seed=1)
    made.run_trial()
    assert isinstance(made.experiment.trials[0], ax.BatchTrial)


def test_past_its_trials_a_loop_says_that_it_is_complete():
    done = loop(total_trials=1, random_seed=1).full_run()
    with pytest.raises(ValueError, match=r"^Optimization is complete"):
        done.run_trial()


@pytest.mark.parametrize("count", [0, -1])
def test_a_trial_of_less_than_one_arm_is_refused(count):
    with pytest.raises(ValueError, match=f"at least one arm, got {count}"):
        loop(arms_per_trial=count).run_trial()


def test_a_full_run_runs_all_trials_and_returns_the_loop():
    made = loop(total_trials=3, random_seed=1)
    assert made.full_run() is made
    assert made.experiment.num_trials == 3
    assert made.current_trial == 3


def test_the_current_model_is_the_bridge_of_the_last_trial():
    made = loop(total_trials=1, random_seed=11)
    assert made.get_current_model() is None
    assert made.full_run().get_current_model().model.seed == 11


def test_optimize_returns_parameters_values_experiment_and_model():
    best, (means, covariances), experiment, model = ax.optimize(
        XY, lambda p: (p["x"], 0.5), total_trials=3, random_seed=2
    )
    assert means == {"objective": best["x"]}
    assert covariances == {"objective": {"objective": 0.25}}
    assert isinstance(experiment, ax.SimpleExperiment)
    assert not experiment.has_name
    assert model.model.seed == 2
    assert all(trial.completed_successfully for trial in experiment.trials.values())


def test_optimize_names_the_experiment_if_asked():
    experiment = ax.optimize(XY, lambda _: 1.0, experiment_name="mine", total_trials=1)[2]
    assert experiment.name == "mine"


def test_optimize_minimizes_if_asked():
    seen = []

    def note(p):
        seen.append(p["x"])
        return p["x"]

    best = ax.optimize(XY, note, minimize=True, total_trials=4, random_seed=1)[0]
    assert best["x"] == min(seen)


def test_the_best_raw_point_ignores_constraints():
    best, values, _, _ = ax.optimize(
        XY,
        lambda p: {"gain": (p["x"], 0.0), "cost": (p["x"], 0.0)},
        objective_name="gain",
        outcome_constraints=["cost <= -1"],
        total_trials=4,
        random_seed=1,
    )
    assert values[0] == {"gain": best["x"], "cost": best["x"]}


def test_sobol_arms_keep_parameter_constraints():
    experiment = ax.optimize(
        XY,
        lambda p: p["x"],
        parameter_constraints=["x + y <= 5", "x <= y"],
        total_trials=5,
        random_seed=1,
    )[2]
    for arm in experiment.arms_by_name.values():
        assert arm.parameters["x"] <= arm.parameters["y"]
        assert arm.parameters["x"] + arm.parameters["y"] <= 5


def test_constraints_that_leave_almost_nothing_are_a_value_error():
    with pytest.raises(ValueError, match="no feasible point found"):
        ax.optimize(XY, lambda p: p["x"], parameter_constraints=["x + y <= -1"], total_trials=1)


def test_a_small_discrete_space_that_runs_out_is_a_value_error():
    with pytest.raises(ValueError, match="no further arms"):
        ax.optimize(
            [
                {"name": "a", "type": "choice", "values": ["p", "q"]},
                {"name": "b", "type": "choice", "values": ["p", "q"]},
            ],
            lambda p: float(p["a"] == "p"),
            total_trials=5,
            random_seed=1,
        )


def test_a_relative_constraint_without_status_quo_is_refused_where_a_model_would_need_it():
    with pytest.raises(ValueError, match=r"OutcomeConstraint\(c <= 1.0%\) is relative"):
        ax.optimize(XY, lambda p: p["x"], outcome_constraints=["c <= 1%"], total_trials=9)


def test_what_the_model_cannot_do_does_not_matter_where_no_model_is_used():
    experiment = ax.optimize(
        XY,
        lambda p: {"objective": (p["x"], None), "c": (1.0, None)},
        outcome_constraints=["c <= 1"],
        total_trials=5,
        random_seed=1,
    )[2]
    assert experiment.num_trials == 5


def test_the_best_point_is_what_the_newest_model_made_trial_knew():
    experiment = loop().experiment
    best = Arm({"x": 1.0, "y": 2.0})
    for predictions in (({"objective": 3.0}, None), None):
        run = GeneratorRun(
            [Arm({"x": 3.0 if predictions else 4.0, "y": 4.0})],
            best_arm_predictions=None if predictions is None else (best, predictions),
        )
        experiment.new_trial(run)
    assert best_point(experiment) == ({"x": 1.0, "y": 2.0}, ({"objective": 3.0}, None))


def test_the_best_raw_point_tells_all_metrics_of_its_arm_and_trial():
    experiment = loop(minimize=True, objective_name="loss").experiment
    for index, loss in enumerate((3.0, 1.0, 2.0)):
        experiment.new_trial().add_arm(Arm({"x": float(index), "y": 0.0}))
        experiment.attach_data(
            Data.from_evaluations({f"{index}_0": {"loss": (loss, 0.1), "cost": (9.0, 2.0)}}, index)
        )
    parameters, (means, covariances) = best_raw_point(experiment)
    assert parameters == {"x": 1.0, "y": 0.0}
    assert means == {"loss": 1.0, "cost": 9.0}
    assert covariances["loss"]["loss"] == pytest.approx(0.01)
    assert covariances["cost"]["cost"] == pytest.approx(4.0)


def measured(objective, *results):
    """An experiment with one arm per result, a dict of metrics."""
    config = ax.OptimizationConfig(objective)
    experiment = ax.Experiment(loop().experiment.search_space, "measured", config)
    for index, result in enumerate(results):
        experiment.new_trial().add_arm(Arm({"x": float(index), "y": 0.0}))
        values = {metric: (mean, 0.0) for metric, mean in result.items()}
        experiment.attach_data(Data.from_evaluations({f"{index}_0": values}, index))
    return experiment


@pytest.mark.parametrize(("minimize", "best"), [(False, 2.0), (True, 1.0)])
def test_the_best_raw_point_of_a_scalarized_objective_has_the_best_weighted_sum(minimize, best):
    gain, cost = ax.Metric("gain"), ax.Metric("cost")
    experiment = measured(
        ax.ScalarizedObjective([gain, cost], weights=[1.0, -2.0], minimize=minimize),
        {"gain": 5.0, "cost": 2.0},  # 1
        {"gain": 9.0, "cost": 6.0},  # -3
        {"gain": 4.0, "cost": 1.0},  # 2
        {"gain": 99.0},  # not all of it
    )
    parameters, (means, _) = best_raw_point(experiment)
    assert parameters["x"] == best
    assert means == [{"gain": 9.0, "cost": 6.0}, {"gain": 4.0, "cost": 1.0}][int(best) - 1]


def test_without_a_complete_sum_there_is_no_best_raw_point():
    objective = ax.ScalarizedObjective([ax.Metric("gain"), ax.Metric("cost")])
    assert best_raw_point(measured(objective, {"gain": 1.0}, {"cost": 1.0})) is None


def test_several_objectives_have_no_best_point():
    objective = ax.MultiObjective([ax.Metric("a", False), ax.Metric("b", True)])
    with pytest.raises(NotImplementedError, match="several objectives have no one best point"):
        best_point(measured(objective, {"a": 1.0, "b": 1.0}))


def test_a_failed_trial_s_result_is_never_the_best():
    def partly(p):
        return math.inf if p["x"] > 5 else p["x"]

    best = ax.optimize(XY, partly, total_trials=5, random_seed=1)[0]
    assert best["x"] <= 5


def test_an_experiment_without_a_runner_is_run_if_its_metrics_compute_their_data():
    made = ax.OptimizationLoop(computed(), total_trials=3, random_seed=1).full_run()
    assert {t.status for t in made.experiment.trials.values()} == {ax.TrialStatus.COMPLETED}
    assert "branin" in made.get_best_point()[1][0]


def test_a_runner_without_asynchrony_runs_one_trial_after_the_other():
    made = ax.OptimizationLoop(
        computed(runner=ax.SyntheticRunner()), total_trials=2, random_seed=1
    ).full_run()
    assert made.experiment.trials[1].run_metadata == {"name": "computed_1"}


def test_too_few_results_before_the_model_are_an_error_of_their_own():
    with pytest.raises(DataRequiredError, match="5 trials of step 0"):
        ax.optimize(
            XY,
            lambda p: p["x"],
            total_trials=99,
            random_seed=1,
            generation_strategy=(
                ax.GenerationStrategy(
                    [
                        ax.GenerationStep(ax.Models.SOBOL, 5, min_trials_observed=6),
                        ax.GenerationStep(ax.Models.SOBOL, -1),
                    ]
                )
            ),
        )
