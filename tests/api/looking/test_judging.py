"""Constraints that are relative, and results of which it is not known whether they keep them."""

import math
from dataclasses import replace

import pytest
from told_experiments import told

from armwright import ax
from armwright.errors import UsageError
from armwright.experiment.restriction import Restriction
from armwright.looking import Charts
from armwright.looking.best import best_of
from armwright.looking.bounds import bounds_of
from armwright.looking.brief_html import brief_html
from armwright.looking.ends import ends_of
from armwright.looking.reading import look
from armwright.looking.trace import trace_of
from armwright.persistence import StoredExperiment
from armwright.persistence.adding import GivenTrial, add_trials


def measured(*sizes, status_quo=0.5):
    """An experiment in memory whose size may be 10 % above that of its status quo at most."""
    bound = ax.OutcomeConstraint(ax.Metric("size"), ax.ComparisonOp.LEQ, 10.0, relative=True)
    aim = ax.OptimizationConfig(ax.Objective(ax.Metric("loss"), minimize=True), [bound])
    space = ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)])
    found = ax.Experiment(space, "e", aim, status_quo=ax.Arm({"x": status_quo}))
    for x, size in sizes:
        trial = found.new_trial().add_arm(ax.Arm({"x": x})).mark_running(no_runner_required=True)
        values = {trial.arm.name: {"loss": (1.0, 0.0), "size": (size, 0.0)}}
        found.attach_data(ax.Data.from_evaluations(values, trial.index))
        trial.mark_completed()
    return found


def test_a_relative_bound_is_judged_by_the_results_at_the_status_quos_parameters():
    seen = look(measured((0.1, 99.0), (0.5, 10.0), (0.2, 10.9), (0.5, 12.0)))
    (bound,) = seen.restrictions
    assert bound.limit == pytest.approx(12.1)
    assert [seen.keeps(trial) for trial in seen.trials] == [False, True, True, True]


def test_a_relative_bound_without_a_result_of_the_status_quo_is_not_judged():
    assert look(measured((0.1, 1.0))).judged == ()


def test_where_the_best_so_far_is_shown_it_is_said_which_bound_nobody_can_judge():
    left = "size <= status quo +10 %"
    unknown = measured((0.1, 1.0), (0.2, 2.0))
    assert [*Charts(unknown).text("trace")][-1] == f"not judged without a status quo: {left}"
    assert f"for the status quo has no result: {left}" in str(Charts(unknown).figure("trace"))
    assert f"not judged without a status quo: {left.replace('<', '&lt;')}" in brief_html(unknown)
    known = measured((0.1, 1.0), (0.5, 2.0))
    assert "judged" not in "".join(Charts(known).text("trace")) + brief_html(known)


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    return look(told(tmp_path_factory.mktemp("judging") / "e"))


def test_a_trial_that_did_not_measure_a_constraint_neither_keeps_nor_breaks_it(seen):
    trials = (*seen.trials[:1], replace(seen.trials[3], values={"loss": (0.5, 0.1)}))
    some = replace(seen, trials=trials)
    assert [some.keeps(item) for item in trials] == [True, None]
    assert trace_of(some).incumbent.trial == trials[0].trial
    assert ends_of(some).infeasible == 0
    bounds = bounds_of(some)
    assert (bounds.share.kept, bounds.share.count, bounds.unknown) == (1, 1, 1)


def test_a_bound_that_nobody_can_judge_leaves_no_trial_the_best(seen):
    unknown = Restriction(metric="size", bound=5.0, is_lower=False, relative=True, limit=math.nan)
    some = replace(seen, restrictions=(unknown,))
    with pytest.raises(UsageError, match="depends on size <= status quo"):
        best_of(None, some, lambda: None)
    with pytest.raises(UsageError, match="the status quo has no result yet"):
        bounds_of(some)


def test_of_a_batch_the_arm_that_measured_the_best_value_is_the_best():
    space = ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)])
    aim = ax.OptimizationConfig(ax.Objective(ax.Metric("loss"), minimize=True))
    experiment = ax.Experiment(space, "e", aim)
    batch = experiment.new_batch_trial()
    batch.add_arms_and_weights([ax.Arm({"x": 0.1}), ax.Arm({"x": 0.2})])
    batch.mark_running(no_runner_required=True)
    values = {"0_0": {"loss": (2.0, 0.0)}, "0_1": {"loss": (1.0, 0.0)}}
    experiment.attach_data(ax.Data.from_evaluations(values, 0))
    batch.mark_completed()
    best = Charts(experiment).best()
    assert (best.mean, best.parameters) == (1.0, {"x": 0.2})


def test_of_two_arms_of_a_batch_that_measured_the_same_the_one_that_keeps_the_bound_is_the_best():
    space = ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)])
    bound = ax.OutcomeConstraint(ax.Metric("size"), ax.ComparisonOp.LEQ, 5.0, relative=False)
    aim = ax.OptimizationConfig(ax.Objective(ax.Metric("loss"), minimize=True), [bound])
    experiment = ax.Experiment(space, "e", aim)
    batch = experiment.new_batch_trial()
    batch.add_arms_and_weights([ax.Arm({"x": 0.1}), ax.Arm({"x": 0.2})])
    batch.mark_running(no_runner_required=True)
    sizes = {"0_0": (9.0, 0.0), "0_1": (4.0, 0.0)}
    values = {name: {"loss": (1.0, 0.0), "size": size} for name, size in sizes.items()}
    experiment.attach_data(ax.Data.from_evaluations(values, 0))
    batch.mark_completed()
    assert Charts(experiment).best().parameters == {"x": 0.2}


def test_a_folder_and_its_charts_name_the_same_best_under_noise_and_a_relative_bound(tmp_path):
    bound = ax.OutcomeConstraint(ax.Metric("size"), ax.ComparisonOp.LEQ, 10.0, relative=True)
    aim = ax.OptimizationConfig(ax.Objective(ax.Metric("loss"), minimize=True), [bound])
    space = ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)])
    experiment = ax.Experiment(space, "e", aim, status_quo=ax.Arm({"x": 0.5}))
    stored = StoredExperiment.create(tmp_path / "e", experiment, seed=1, initial_trials=20)
    xs = (0.5, 0.05, 0.3, 0.45, 0.7, 0.9, 0.6)
    told = [{"loss": (abs(x - 0.2), 0.1), "size": (20.0 - 10.0 * x, 0.5)} for x in xs]
    add_trials(
        stored,
        [GivenTrial(parameters={"x": x}, values=v) for x, v in zip(xs, told, strict=True)],
    )
    best, drawn = stored.best(), Charts(stored).best()
    assert (best.number, best.expected) == (drawn.trial, pytest.approx(drawn.expected, rel=1e-9))
    assert best.expected_sd > 0
    assert best.arm.parameters["x"] > 0.25  # left of that the size is too large
