"""Section 10 of the semantics: Trial."""

import pytest

from armwright.experiment import (
    Arm,
    Data,
    Experiment,
    GeneratorRun,
    Metric,
    Objective,
    OptimizationConfig,
)


def test_a_trial_has_one_arm(experiment, arm):
    trial = experiment.new_trial()
    assert trial.add_arm(arm) is trial
    with pytest.raises(ValueError, match="trial 0: can have one arm only"):
        trial.add_arm(Arm({"x1": 3.0, "x2": 4.0}))
    with pytest.raises(ValueError, match="trial 0: can have one arm only"):
        trial.add_generator_run(GeneratorRun([arm.clone(clear_name=True)]))


@pytest.mark.parametrize("count", [0, 2])
def test_a_generator_run_of_another_number_of_arms_is_an_error(experiment, count):
    run = GeneratorRun([Arm({"x1": float(i), "x2": 0.0}) for i in range(count)])
    with pytest.raises(ValueError, match="exactly one arm"):
        experiment.new_trial(run)


def test_the_generator_run_itself_is_attached(experiment, arm):
    run = GeneratorRun([arm])
    trial = experiment.new_trial(generator_run=run)
    assert trial.generator_run is run
    assert trial.generator_runs == [run]
    assert run.index == 0
    assert experiment.new_trial().add_generator_run(GeneratorRun([arm])).arm is arm


@pytest.mark.parametrize(
    ("values", "fits"),
    [
        ({"x1": 1.0, "x2": None}, True),
        ({"x1": 99.0, "x2": -99.0}, True),  # bounds are not checked
        ({"x1": 1, "x2": 2}, True),
        ({"x1": "1", "x2": 2.0}, False),
        ({"x1": 1.0}, False),
        ({"x1": 1.0, "x2": 2.0, "x3": 3.0}, False),
    ],
)
def test_names_and_types_of_an_arm_are_checked(experiment, values, fits):
    trial = experiment.new_trial()
    if fits:
        assert trial.add_arm(Arm(values)).arm.parameters == values
    else:
        with pytest.raises(ValueError, match=r"parameter 'x1'|search space"):
            trial.add_arm(Arm(values))
        assert trial.arm is None


def test_an_empty_trial(experiment):
    trial = experiment.new_trial()
    assert trial.arm is None
    assert trial.arms == []
    assert trial.arms_by_name == {}
    assert trial.generator_run is None
    assert trial.abandoned_arms == []
    assert not hasattr(trial, "arm_weights")


def test_a_trial_with_an_arm(experiment, arm):
    trial = experiment.new_trial().add_arm(arm)
    assert trial.experiment is experiment
    assert trial.arms == [arm]
    assert trial.arms_by_name == {"0_0": arm}


def test_the_arm_is_abandoned_with_the_trial(experiment, arm):
    trial = experiment.new_trial().add_arm(arm)
    assert trial.abandoned_arms == []
    trial.mark_abandoned()
    assert trial.abandoned_arms == [arm]


def test_objective_mean_fetches(experiment):
    trial = experiment.new_trial().add_arm(Arm({"x1": 0.0, "x2": 0.0}))
    trial.mark_running(no_runner_required=True)
    assert trial.objective_mean == pytest.approx(55.602113)
    assert trial.get_metric_mean("branin") == trial.objective_mean


def test_objective_mean_is_of_the_experiments_present_objective(space, arm):
    experiment = Experiment(space, optimization_config=OptimizationConfig(Objective(Metric("a"))))
    trial = experiment.new_trial().add_arm(arm)
    experiment.attach_data(Data.from_evaluations({"0_0": {"a": (1.0, 0.1), "b": (2.0, 0.1)}}, 0))
    assert trial.objective_mean == 1.0
    experiment.optimization_config = OptimizationConfig(Objective(Metric("b")))
    assert trial.objective_mean == 2.0


def test_objective_mean_is_of_the_latest_data(space, arm):
    experiment = Experiment(space, optimization_config=OptimizationConfig(Objective(Metric("a"))))
    trial = experiment.new_trial().add_arm(arm)
    for mean in (1.0, 2.0):
        experiment.attach_data(Data.from_evaluations({"0_0": {"a": (mean, 0.1)}}, 0))
    assert trial.objective_mean == 2.0


def test_objective_mean_without_data_is_an_error(experiment, arm):
    trial = experiment.new_trial().add_arm(arm)
    with pytest.raises(ValueError, match="No data was retrieved for trial 0"):
        _ = trial.objective_mean
    with pytest.raises(ValueError, match="No data was retrieved for trial 0"):
        trial.get_metric_mean("branin")


def test_the_mean_of_a_metric_without_a_row_is_an_error(experiment, arm):
    trial = experiment.new_trial().add_arm(arm)
    trial.mark_running(no_runner_required=True)
    with pytest.raises(ValueError, match=r"no data for metric 'other', only for \['branin'\]"):
        trial.get_metric_mean("other")


def test_objective_mean_without_an_objective_is_an_error(space):
    with pytest.raises(ValueError, match="no optimization config"):
        _ = Experiment(space).new_trial().objective_mean
