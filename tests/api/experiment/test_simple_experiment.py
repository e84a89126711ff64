"""Section 10 of the semantics: SimpleExperiment."""

import functools
import math

import numpy as np
import pytest

from armwright.experiment import (
    DEFAULT_OBJECTIVE_NAME,
    Arm,
    ComparisonOp,
    Metric,
    OptimizationConfig,
    OutcomeConstraint,
    ScalarizedObjective,
    SimpleExperiment,
    TrialStatus,
)


def arm(x1, x2=0.0):
    return Arm({"x1": x1, "x2": x2})


@pytest.fixture
def make(space):
    """Makes a simple experiment with an evaluation function and trials of one arm."""

    def make(function, *arms, **options):
        experiment = SimpleExperiment(space, evaluation_function=function, **options)
        for given in arms:
            experiment.new_trial().add_arm(given)
        return experiment

    return make


def rows(data):
    columns = data.df[["metric_name", "mean", "sem"]].to_numpy().tolist()
    return [(name, mean, None if math.isnan(sem) else sem) for name, mean, sem in columns]


# What it optimizes --------------------------------------------------------------------------


def test_the_objective_is_called_objective_by_default(space):
    config = SimpleExperiment(space).optimization_config
    assert config.objective.metric.name == DEFAULT_OBJECTIVE_NAME == "objective"
    assert config.objective.minimize is False
    assert config.outcome_constraints == []


def test_arguments_of_the_constructor(space):
    constraint = OutcomeConstraint(Metric("b"), ComparisonOp.LEQ, 1.0)
    experiment = SimpleExperiment(
        space, "test", "loss", len, True, outcome_constraints=[constraint], status_quo=arm(0.0)
    )
    assert experiment.name == "test"
    assert experiment.optimization_config.objective.metric.name == "loss"
    assert experiment.optimization_config.objective.minimize is True
    assert experiment.optimization_config.outcome_constraints == [constraint]
    assert experiment.status_quo.name == "status_quo"
    assert experiment.is_simple_experiment is True


# How the function is called -----------------------------------------------------------------


class Callable2:
    """An evaluation function that is an object."""

    def __call__(self, parameters, weight):
        return parameters["x1"] + (weight or 0.0)


CALLS = [
    (lambda p: p["x1"], 1.0),
    (lambda p, w: (p["x1"], w), (1.0, None)),
    (lambda p, w=5.0: (p["x1"], w), (1.0, None)),
    (lambda p, **_: p["x1"], 1.0),
    (functools.partial(lambda scale, p: scale * p["x1"], 3.0), 3.0),
    (Callable2(), 1.0),
]


@pytest.mark.parametrize(("function", "expected"), CALLS, ids=range(len(CALLS)))
def test_the_function_takes_parameters_or_parameters_and_weight(make, function, expected):
    mean, sem = expected if isinstance(expected, tuple) else (expected, 0.0)
    assert rows(make(function, arm(1.0)).eval()) == [("objective", mean, sem)]


def test_an_arm_of_a_batch_has_its_normalized_weight(make):
    experiment = make(lambda _, weight: weight)
    experiment.new_batch_trial().add_arms_and_weights([arm(1.0), arm(2.0)], [3.0, 1.0])
    data = experiment.eval()
    assert data.df["mean"].tolist() == [0.75, 0.25]
    assert data.df["arm_name"].tolist() == ["0_0", "0_1"]


def test_the_function_cannot_change_the_arm(make):
    experiment = make(lambda parameters: parameters.pop("x1"), arm(1.0))
    experiment.eval()
    assert experiment.trials[0].arm.parameters == {"x1": 1.0, "x2": 0.0}


# What it returns ----------------------------------------------------------------------------

OUTCOMES = [
    ({"a": (1.0, 0.1), "b": (2.0, None)}, [("a", 1.0, 0.1), ("b", 2.0, None)]),
    ((1.0, 0.1), [("objective", 1.0, 0.1)]),
    ((1.0, None), [("objective", 1.0, None)]),
    (1.5, [("objective", 1.5, 0.0)]),
    (2, [("objective", 2.0, 0.0)]),
    (np.float32(0.5), [("objective", 0.5, 0.0)]),
    (np.int64(3), [("objective", 3.0, 0.0)]),
    ((np.float64(1.0), np.float64(0.1)), [("objective", 1.0, 0.1)]),
    (
        [({"f": 1}, {"a": (1.0, 0.1)}), ({"f": 2}, {"a": (2.0, 0.1)})],
        [("a", 1, 0.1), ("a", 2, 0.1)],
    ),
]


@pytest.mark.parametrize(("outcome", "expected"), OUTCOMES, ids=[str(it) for it, _ in OUTCOMES])
def test_what_a_function_may_return(make, outcome, expected):
    assert rows(make(lambda _: outcome, arm(1.0)).eval()) == expected


@pytest.mark.parametrize(
    "outcome",
    [None, "text", [1.0, 0.1], (1.0,), (1.0, 0.1, 2.0), ("a", "b"), {"a": 1.0}, np.array([1.0])],
    ids=str,
)
def test_anything_else_is_an_error(make, outcome):
    with pytest.raises(Exception, match="must return a number") as caught:
        make(lambda _: outcome, arm(1.0)).eval()
    assert type(caught.value) is Exception


def test_outcomes_at_fidelities_say_so(make):
    data = make(lambda _: [({"epochs": 3}, {"a": (1.0, 0.1)})], arm(1.0)).eval()
    assert data.df["fidelities"].tolist() == ['{"epochs": 3}']


# Evaluating ---------------------------------------------------------------------------------


def test_evaluating_a_trial_completes_it_and_stores_its_data(make):
    experiment = make(lambda p: p["x1"], arm(1.0))
    trial = experiment.trials[0]
    data = experiment.eval_trial(trial)
    assert trial.status is TrialStatus.COMPLETED
    assert trial.time_run_started is not None
    assert experiment.lookup_data_for_trial(0)[0] == data
    assert data.df["trial_index"].tolist() == [0]


def test_a_trial_runs_while_it_is_evaluated(make):
    seen = []
    experiment = make(lambda _: seen.append(experiment.trials[0].status) or 1.0, arm(1.0))
    experiment.eval()
    assert seen == [TrialStatus.RUNNING]


def test_a_trial_with_data_is_not_evaluated_again(make):
    calls = []
    experiment = make(lambda p: calls.append(p) or 1.0, arm(1.0))
    first = experiment.eval()
    assert experiment.eval() == first
    assert experiment.trials[0].fetch_data() == first
    assert len(calls) == 1


@pytest.mark.parametrize("kind", ["new_trial", "new_batch_trial"])
def test_a_trial_without_arms_has_no_data(make, kind):
    experiment = make(lambda _: 1.0)
    trial = getattr(experiment, kind)()
    assert experiment.eval_trial(trial).df.empty
    assert trial.status is TrialStatus.CANDIDATE


def test_eval_takes_all_trials_but_the_failed_ones(make):
    experiment = make(lambda p: p["x1"], arm(1.0), arm(2.0), arm(3.0), arm(4.0))
    experiment.trials[1].mark_running().mark_failed()
    experiment.trials[2].mark_running()
    experiment.trials[3].mark_abandoned()
    assert experiment.eval().df["trial_index"].tolist() == [0, 2, 3]


def test_fetching_is_evaluating(make):
    experiment = make(lambda p: p["x1"], arm(1.0), arm(2.0))
    assert experiment.trials[1].fetch_data().df["mean"].tolist() == [2.0]
    assert experiment.trials[0].status is TrialStatus.CANDIDATE
    assert experiment.fetch_data().df["mean"].tolist() == [1.0, 2.0]
    assert experiment.trials[0].objective_mean == 1.0


def test_an_error_of_the_function_comes_through(make):
    def fails(_):
        raise ZeroDivisionError("by the user")

    with pytest.raises(ZeroDivisionError, match="by the user"):
        make(fails, arm(1.0)).eval()


# Limits -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda experiment: experiment.add_tracking_metric(Metric("m")),
        lambda experiment: experiment.add_tracking_metrics([Metric("m")]),
        lambda experiment: experiment.update_tracking_metric(Metric("m")),
    ],
)
def test_a_simple_experiment_tracks_nothing(space, change):
    with pytest.raises(NotImplementedError, match="'m'"):
        change(SimpleExperiment(space))


def test_a_function_that_is_not_set_raises_when_called(space):
    experiment = SimpleExperiment(space)
    trial = experiment.new_trial().add_arm(arm(1.0))
    assert not experiment.has_evaluation_function
    for call in (lambda: experiment.evaluation_function({}), experiment.eval):
        with pytest.raises(Exception, match="has no evaluation function") as caught:
            call()
        assert type(caught.value) is Exception
    assert trial.status is TrialStatus.CANDIDATE


def test_the_function_can_be_set_later(space):
    experiment = SimpleExperiment(space)
    experiment.new_trial().add_arm(arm(1.0))
    experiment.evaluation_function = function = lambda p: p["x1"]
    assert experiment.has_evaluation_function
    assert experiment.evaluation_function is function
    assert experiment.eval().df["mean"].tolist() == [1.0]
    experiment.evaluation_function = None
    assert not experiment.has_evaluation_function


def test_the_function_does_not_count_for_equality(make):
    one, other = make(lambda _: 1.0), make(lambda _: 2.0)
    assert one == other


def scalarized(make, function):
    experiment = make(function, arm(1.0))
    metrics = [Metric("a"), Metric("b")]
    experiment.optimization_config = OptimizationConfig(ScalarizedObjective(metrics))
    return experiment


def test_a_dictionary_of_outcomes_serves_an_objective_of_several_metrics(make):
    experiment = scalarized(make, lambda _: {"a": (1.0, 0.0), "b": (2.0, 0.0)})
    assert experiment.eval().df["mean"].tolist() == [1.0, 2.0]


def test_a_number_does_not_say_which_of_several_metrics_it_is(make):
    with pytest.raises(Exception, match="must return a dictionary of pairs"):
        scalarized(make, lambda _: 1.0).eval()
