"""Section 10 of the semantics: Experiment, but for its data."""

from datetime import datetime

import pytest

from armwright.experiment import (
    Arm,
    BraninMetric,
    ComparisonOp,
    Experiment,
    Metric,
    Objective,
    OptimizationConfig,
    OutcomeConstraint,
    ParameterType,
    RangeParameter,
    SearchSpace,
    SyntheticRunner,
    TrialStatus,
)


def arm(x1, x2=0.0, name=None):
    return Arm({"x1": x1, "x2": x2}, name=name)


def range_of(name, kind=ParameterType.FLOAT, upper=15):
    return RangeParameter(name, kind, -5, upper)


# Plain attributes ---------------------------------------------------------------------------


def test_an_experiment_may_have_no_name(space):
    experiment = Experiment(space)
    assert not experiment.has_name
    with pytest.raises(ValueError, match="has no name"):
        _ = experiment.name
    experiment.name = "later"
    assert experiment.has_name
    assert experiment.name == "later"


def test_defaults(space):
    experiment = Experiment(space)
    assert experiment.search_space is space
    assert experiment.parameters is space.parameters
    assert experiment.description is None
    assert experiment.is_test is False
    assert experiment.runner is None
    assert experiment.status_quo is None
    assert experiment.optimization_config is None
    assert experiment.experiment_type is None
    assert experiment.is_simple_experiment is False
    assert experiment.metrics == {}
    assert experiment.trials == {}
    assert experiment.num_trials == 0
    assert experiment.sum_trial_sizes == 0
    assert experiment.data_by_trial == {}
    assert isinstance(experiment.time_created, datetime)


def test_plain_attributes_can_be_set(experiment):
    experiment.description = "words"
    experiment.is_test = True
    experiment.runner = SyntheticRunner()
    assert (experiment.description, experiment.is_test) == ("words", True)
    assert experiment.runner == SyntheticRunner()


def test_arguments_of_the_constructor(space, config):
    runner = SyntheticRunner()
    experiment = Experiment(
        space,
        "test",
        config,
        [Metric("m")],
        runner,
        arm(1.0),
        "words",
        True,
        "kind",
    )
    assert experiment.name == "test"
    assert experiment.optimization_config is config
    assert set(experiment.metrics) == {"m", "branin"}
    assert experiment.runner is runner
    assert experiment.status_quo.name == "status_quo"
    assert experiment.description == "words"
    assert experiment.is_test is True
    assert experiment.experiment_type == "kind"


# Search space -------------------------------------------------------------------------------


def test_without_trials_any_search_space_can_be_set(experiment):
    other = SearchSpace([range_of("other")])
    experiment.search_space = other
    assert experiment.search_space is other


@pytest.mark.parametrize(
    "parameters",
    [
        [range_of("x1")],
        [range_of("x1"), range_of("other")],
        [range_of("x1"), range_of("x2"), range_of("x3")],
        [range_of("x1"), range_of("x2", ParameterType.INT)],
    ],
    ids=["fewer", "unknown", "more", "another type"],
)
def test_with_trials_names_and_types_of_parameters_must_stay(experiment, space, parameters):
    experiment.new_trial()
    with pytest.raises(ValueError, match="names and types of parameters must stay"):
        experiment.search_space = SearchSpace(parameters)
    assert experiment.search_space is space


def test_with_trials_bounds_may_change(experiment):
    experiment.new_trial()
    experiment.search_space = SearchSpace([range_of("x2", upper=99), range_of("x1")])
    assert experiment.parameters["x2"].upper == 99.0


# Status quo ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values", [{"x1": "text", "x2": 1.0}, {"x1": 1.0}, {"x1": 1.0, "x2": 1.0, "x3": 1.0}]
)
def test_a_status_quo_of_wrong_types_or_names_is_an_error(experiment, values):
    experiment.status_quo = arm(1.0)
    with pytest.raises(ValueError, match=r"'x1'|search space"):
        experiment.status_quo = Arm(values)
    assert experiment.status_quo == arm(1.0, name="status_quo")


def test_a_status_quo_may_have_no_values(experiment):
    experiment.status_quo = Arm({"x1": None, "x2": None})
    assert experiment.status_quo.name == "status_quo"


def test_a_status_quo_can_be_cleared(experiment):
    experiment.status_quo = arm(1.0)
    experiment.status_quo = None
    assert experiment.status_quo is None
    assert experiment.arms_by_name == {}
    assert experiment.arms_by_signature == {}
    experiment.status_quo = arm(2.0)
    assert experiment.status_quo.name == "status_quo"


def test_an_old_status_quo_that_no_trial_uses_is_forgotten(experiment):
    old, new = arm(1.0), arm(2.0)
    experiment.status_quo = old
    experiment.status_quo = new
    assert list(experiment.arms_by_signature) == [new.signature]
    assert list(experiment.arms_by_name.values()) == [new]


def test_an_old_status_quo_that_a_trial_uses_stays(experiment):
    old, new = arm(1.0), arm(2.0)
    experiment.status_quo = old
    experiment.new_batch_trial().set_status_quo_with_weight(old, 1.0)
    experiment.status_quo = new
    assert list(experiment.arms_by_signature) == [old.signature, new.signature]
    assert new.name == "status_quo_e0"


def test_a_status_quo_that_is_a_known_arm_takes_its_name(experiment):
    experiment.new_trial().add_arm(arm(1.0))
    experiment.status_quo = arm(1.0)
    assert experiment.status_quo.name == "0_0"
    assert len(experiment.arms_by_name) == 1


def test_a_status_quo_that_is_a_known_arm_under_another_name_is_an_error(experiment):
    experiment.new_trial().add_arm(arm(1.0))
    experiment.status_quo = arm(2.0)
    with pytest.raises(ValueError, match=r"arm 'mine'.*arm '0_0'"):
        experiment.status_quo = arm(1.0, name="mine")
    assert experiment.status_quo == arm(2.0, name="status_quo")
    assert list(experiment.arms_by_name) == ["0_0", "status_quo"]


def test_the_same_status_quo_can_be_set_again(experiment):
    experiment.status_quo = arm(1.0)
    experiment.status_quo = arm(1.0)
    assert experiment.status_quo.name == "status_quo"
    assert list(experiment.arms_by_name) == ["status_quo"]


def test_a_status_quo_can_be_replaced_under_its_own_name(experiment):
    experiment.status_quo = arm(1.0, name="control")
    experiment.status_quo = arm(2.0, name="control")
    assert experiment.arms_by_name == {"control": arm(2.0, name="control")}


# Metrics ------------------------------------------------------------------------------------


@pytest.fixture
def tracked(space):
    """An experiment that optimizes "objective" within a bound on "bounded" and tracks "m"."""
    config = OptimizationConfig(
        Objective(Metric("objective")),
        [OutcomeConstraint(Metric("bounded"), ComparisonOp.LEQ, 1.0)],
    )
    return Experiment(space, optimization_config=config, tracking_metrics=[Metric("m")])


def test_metrics_are_tracked_and_optimized_ones(tracked):
    assert set(tracked.metrics) == {"m", "objective", "bounded"}


def test_an_optimization_config_takes_over_tracked_metrics(tracked):
    tracked.optimization_config = OptimizationConfig(Objective(Metric("m")))
    assert set(tracked.metrics) == {"m"}
    with pytest.raises(ValueError, match="not tracked"):
        tracked.remove_tracking_metric("m")


def test_an_overlap_in_the_constructor_is_merged(space):
    optimized = Metric("m", lower_is_better=True)
    experiment = Experiment(
        space,
        optimization_config=OptimizationConfig(Objective(optimized)),
        tracking_metrics=[Metric("m"), Metric("other")],
    )
    assert experiment.metrics == {"m": optimized, "other": Metric("other")}


@pytest.mark.parametrize(
    ("name", "match"),
    [("m", "'m' is tracked already"), ("objective", "optimization config"), ("bounded", "config")],
)
def test_a_metric_that_the_experiment_has_cannot_be_added(tracked, name, match):
    with pytest.raises(ValueError, match=match):
        tracked.add_tracking_metric(Metric(name))
    with pytest.raises(ValueError, match=match):
        tracked.add_tracking_metrics([Metric("new"), Metric(name)])
    assert "new" not in tracked.metrics


def test_adding_updating_and_removing_return_the_experiment(tracked):
    assert tracked.add_tracking_metric(Metric("a")) is tracked
    assert tracked.add_tracking_metrics([Metric("b"), Metric("c")]) is tracked
    assert tracked.update_tracking_metric(Metric("a", lower_is_better=True)) is tracked
    assert tracked.metrics["a"].lower_is_better is True
    assert tracked.remove_tracking_metric("b") is tracked
    assert set(tracked.metrics) == {"m", "a", "c", "objective", "bounded"}


@pytest.mark.parametrize("name", ["unknown", "objective"])
def test_a_metric_that_is_not_tracked_cannot_be_updated_or_removed(tracked, name):
    with pytest.raises(ValueError, match=rf"'{name}' is not tracked.*\['m'\]"):
        tracked.update_tracking_metric(Metric(name))
    with pytest.raises(ValueError, match=rf"'{name}' is not tracked.*\['m'\]"):
        tracked.remove_tracking_metric(name)


# Trials -------------------------------------------------------------------------------------


def test_trials_by_index_and_status(experiment):
    first, second, third = (experiment.new_trial() for _ in range(3))
    second.mark_running(no_runner_required=True)
    third.mark_abandoned()
    assert experiment.trials == {0: first, 1: second, 2: third}
    assert experiment.num_trials == 3
    by_status = experiment.trials_by_status
    assert by_status[TrialStatus.CANDIDATE] == [first]
    assert by_status[TrialStatus.RUNNING] == [second]
    assert by_status[TrialStatus.ABANDONED] == [third]
    assert by_status[TrialStatus.COMPLETED] == []


def test_trials_that_expect_data_are_the_running_and_completed_ones(experiment):
    for _ in range(5):
        experiment.new_trial().mark_running(no_runner_required=True)
    experiment.trials[1].mark_completed()
    experiment.trials[2].mark_failed()
    experiment.trials[3].mark_abandoned()
    experiment.new_trial()
    assert [trial.index for trial in experiment.trials_expecting_data] == [0, 1, 4]


def test_num_abandoned_arms_counts_different_arms(experiment):
    batch = experiment.new_batch_trial().add_arms_and_weights([arm(1.0), arm(2.0), arm(3.0)])
    batch.mark_arm_abandoned("0_0").mark_arm_abandoned("0_1")
    experiment.new_trial().add_arm(arm(1.0)).mark_abandoned()
    experiment.new_trial().add_arm(arm(4.0)).mark_abandoned()
    assert experiment.num_abandoned_arms == 3


def test_reset_runners_reaches_candidates_and_the_default(experiment):
    old, new = SyntheticRunner("old"), SyntheticRunner("new")
    experiment.runner = old
    first, second, third = (experiment.new_trial() for _ in range(3))
    first.runner = old
    second.run()
    experiment.reset_runners(new)
    assert experiment.runner is new
    assert [trial.runner for trial in (first, second, third)] == [new, old, new]
    assert experiment.runner_for_trial(third) is new


def test_a_trial_cannot_be_attached_again(experiment):
    trial = experiment.new_trial()
    with pytest.raises(ValueError, match="trial 0 in the experiment already"):
        experiment._attach_trial(trial)


def test_a_trial_of_another_experiment_cannot_be_attached(experiment, space):
    with pytest.raises(ValueError, match="another experiment"):
        experiment._attach_trial(Experiment(space).new_trial())


def test_the_objective_can_fetch_for_the_experiment(experiment):
    assert isinstance(experiment.metrics["branin"], BraninMetric)


def test_the_experiment_type_can_be_set_later(space):
    experiment = Experiment(space)
    experiment.experiment_type = "pilot"
    assert experiment.experiment_type == "pilot"
