"""The best trial of an experiment, and the data that count for it."""

import pytest
from zoo import DEFINITION, arm, config, one_row, plane

import armwright
from armwright import ax
from armwright.errors import (
    NothingLeftError,
    UsageError,
)
from armwright.persistence.pareto import pareto_front


def test_the_best_trial_is_the_best_in_the_direction_of_the_objective(tmp_path):
    for minimize, expected in ((True, 1), (False, 2)):
        objective = {"metric": "loss", "minimize": minimize}
        stored = armwright.create(tmp_path / str(minimize), {**DEFINITION, "objective": objective})
        stored.ask(4)
        for number, value in ((0, 2.0), (1, -3.0), (2, 7.0)):
            stored.tell(number, {"loss": value})
        stored.fail(3)
        assert stored.best().number == expected


def test_the_best_trial_keeps_the_outcome_constraints(url):
    experiment = ax.Experiment(plane(), "e", config())
    for value, latency in ((0.1, 9.0), (0.3, 4.0), (0.4, 1.0), (0.2, None)):
        trial = experiment.new_trial().add_arm(arm(x=value))
        trial.mark_running(no_runner_required=True)
        found = {"loss": (value, 0.0)} | ({} if latency is None else {"latency": (latency, 0.0)})
        experiment.attach_data(ax.Data.from_evaluations({trial.arm.name: found}, trial.index))
        trial.mark_completed()
    ax.save(experiment, url)
    assert armwright.open(url).best().number == 1


def test_of_a_weighted_sum_the_best_is_that_of_the_sum(url):
    objective = ax.ScalarizedObjective([ax.Metric("a"), ax.Metric("b")], [1.0, -2.0], minimize=True)
    experiment = ax.Experiment(plane(), "e", ax.OptimizationConfig(objective))
    for x, a, b in ((0.1, 0.0, 0.0), (0.2, 1.0, 1.0), (0.3, -0.5, 0.0), (0.4, 9.0, None)):
        trial = experiment.new_trial().add_arm(arm(x=x))
        trial.mark_running(no_runner_required=True)
        found = {"a": (a, 3.0)} | ({} if b is None else {"b": (b, 2.0)})
        experiment.attach_data(ax.Data.from_evaluations({trial.arm.name: found}, trial.index))
        trial.mark_completed()
    ax.save(experiment, url)
    stored = armwright.open(url)
    best = stored.best()
    assert (best.number, best.metric, best.mean, best.sem) == (1, "1 a + -2 b", -1.0, 5.0)
    assert [trial.number for trial in pareto_front(stored)] == [1]


def relative(url, *rows, status_quo):
    """An experiment whose size may be 10 % above that of its status quo at most."""
    bound = ax.OutcomeConstraint(ax.Metric("size"), ax.ComparisonOp.LEQ, 10.0, relative=True)
    aim = ax.OptimizationConfig(ax.Objective(ax.Metric("loss"), minimize=True), [bound])
    experiment = ax.Experiment(plane(), "e", aim, status_quo=arm(x=status_quo))
    for x, loss, size in rows:
        trial = experiment.new_trial().add_arm(arm(x=x))
        trial.mark_running(no_runner_required=True)
        found = {trial.arm.name: {"loss": (loss, 0.0), "size": (size, 0.0)}}
        experiment.attach_data(ax.Data.from_evaluations(found, trial.index))
        trial.mark_completed()
    ax.save(experiment, url)
    return armwright.open(url)


def test_a_relative_constraint_is_judged_by_what_the_status_quo_measured(url):
    stored = relative(url, (0.5, 3.0, -2.0), (0.1, 1.0, -1.7), (0.2, 2.0, -1.9), status_quo=0.5)
    assert stored.best().number == 2  # up to -1.8
    assert [trial.number for trial in pareto_front(stored)] == [2]


def test_without_a_result_of_the_status_quo_a_relative_constraint_decides_nothing(url):
    stored = relative(url, (0.1, 1.0, 2.0), status_quo=0.5)
    for best in (stored.best, lambda: pareto_front(stored)):
        with pytest.raises(UsageError, match="status quo, to which it is relative, has no result"):
            best()


def test_no_trial_is_best_where_none_keeps_the_constraints(url):
    experiment = ax.Experiment(plane(), "e", config())
    experiment.new_trial().add_arm(arm()).mark_running(no_runner_required=True).mark_completed()
    experiment.attach_data(one_row(0))
    ax.save(experiment, url)
    with pytest.raises(NothingLeftError, match="1 trials are completed, none keeps the outcome"):
        armwright.open(url).best()


def test_the_best_arm_of_a_batch_is_found_and_one_given_up_is_not(url):
    experiment = ax.Experiment(plane(), "e", ax.OptimizationConfig(ax.Objective(ax.Metric("m"))))
    batch = experiment.new_batch_trial()
    batch.add_arms_and_weights([arm(x=0.1), arm(x=0.2), arm(x=0.3)])
    batch.mark_running(no_runner_required=True)
    outcomes = {f"0_{k}": {"m": (float(k), 0.0)} for k in range(3)}
    experiment.attach_data(ax.Data.from_evaluations(outcomes, 0))
    batch.mark_arm_abandoned("0_2")
    batch.mark_completed()
    ax.save(experiment, url)
    best = armwright.open(url).best()
    assert (best.arm.name, best.mean, best.in_batch) == ("0_1", 1.0, True)


@pytest.mark.parametrize(
    ("objective", "problem"),
    [
        (None, "it has no objective"),
        (ax.MultiObjective([ax.Metric("a", True), ax.Metric("b", True)]), "several metrics, a, b"),
    ],
    ids=["none", "several"],
)
def test_no_trial_is_best_without_one_objective(objective, problem, url):
    found = None if objective is None else ax.OptimizationConfig(objective)
    ax.save(ax.Experiment(plane(), "e", found), url)
    with pytest.raises(UsageError, match=problem):
        armwright.open(url).best()


def test_newer_data_of_a_trial_replace_older_ones(stored, url):
    stored.ask()
    stored.tell(0, {"loss": 1.0})
    experiment = ax.load(url)
    outcome = {"0_0": {"loss": (0.25, 0.1)}}
    experiment.attach_data(ax.Data.from_evaluations(outcome, 0))
    ax.save(experiment, url)
    stored.refresh()
    assert (stored.best().mean, stored.best().sem) == (0.25, 0.1)
