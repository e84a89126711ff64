"""Section 8 of the semantics: objectives, outcome constraints, optimization config."""

import logging

import pytest

from armwright.experiment import (
    CONSTRAINT_WARNING_MESSAGE,
    LOWER_BOUND_MISMATCH,
    UPPER_BOUND_MISMATCH,
    ComparisonOp,
    Metric,
    MultiObjective,
    Objective,
    OptimizationConfig,
    OutcomeConstraint,
    ScalarizedObjective,
)

GEQ, LEQ = ComparisonOp.GEQ, ComparisonOp.LEQ
LOWER = CONSTRAINT_WARNING_MESSAGE.format(**LOWER_BOUND_MISMATCH)
UPPER = CONSTRAINT_WARNING_MESSAGE.format(**UPPER_BOUND_MISMATCH)


def bound(name, op, value, **options):
    return OutcomeConstraint(Metric(name), op, value, **options)


# Objectives ---------------------------------------------------------------------------------


def test_an_objective_is_maximized_by_default():
    objective = Objective(Metric("m"))
    assert objective.minimize is False
    objective.minimize = True
    assert objective.minimize is True
    assert objective.metric == Metric("m")
    assert objective.metrics == [Metric("m")]


def test_a_multi_objective_weights_metrics_by_their_direction(caplog):
    metrics = [Metric("a", lower_is_better=True), Metric("b", lower_is_better=False), Metric("c")]
    objective = MultiObjective(metrics, extra_field="of an old document")
    assert list(objective.metric_weights) == [
        (metrics[0], -1.0),
        (metrics[1], 1.0),
        (metrics[2], 1.0),
    ]
    assert objective.metrics == metrics
    assert objective.minimize is False
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "'c'" in caplog.text


@pytest.mark.parametrize("kind", [MultiObjective, ScalarizedObjective])
def test_several_metrics_are_not_one_metric(kind):
    objective = kind([Metric("a", lower_is_better=False)])
    assert isinstance(objective, Objective)
    with pytest.raises(NotImplementedError, match=r"\.metrics"):
        _ = objective.metric


def test_weights_of_a_scalarized_objective_default_to_one():
    metrics = [Metric("a"), Metric("b")]
    assert ScalarizedObjective(metrics).weights == [1.0, 1.0]
    assert list(ScalarizedObjective(metrics, [2.0, -1.0]).metric_weights) == [
        (metrics[0], 2.0),
        (metrics[1], -1.0),
    ]


@pytest.mark.parametrize("weights", [[], [1.0], [1.0, 1.0, 1.0]])
def test_a_scalarized_objective_needs_a_weight_for_each_metric(weights):
    with pytest.raises(ValueError, match="weights must be one for each of the 2 metrics"):
        ScalarizedObjective([Metric("a"), Metric("b")], weights)


# Outcome constraints ------------------------------------------------------------------------


def test_an_outcome_constraint_is_relative_by_default():
    assert bound("m", GEQ, 1.0).relative is True


def test_metric_op_and_bound_can_be_set():
    constraint = bound("m", GEQ, 1.0)
    constraint.metric = Metric("other")
    constraint.op = LEQ
    constraint.bound = 2.0
    assert constraint == bound("other", LEQ, 2.0)


MISMATCHES = [
    (True, GEQ, [LOWER]),
    (False, LEQ, [UPPER]),
    (True, LEQ, []),
    (False, GEQ, []),
    (None, GEQ, []),
    (None, LEQ, []),
]


@pytest.mark.parametrize(("lower_is_better", "op", "expected"), MISMATCHES)
def test_a_bound_against_the_good_direction_warns_once_on_making(
    lower_is_better, op, expected, caplog
):
    OutcomeConstraint(Metric("m", lower_is_better), op, 1.0)
    assert caplog.messages == expected


@pytest.mark.parametrize(("lower_is_better", "op", "expected"), MISMATCHES)
def test_a_bound_against_the_good_direction_warns_on_setting(lower_is_better, op, expected, caplog):
    constraint = bound("m", op, 1.0)
    constraint.metric = Metric("m", lower_is_better)
    assert caplog.messages == expected
    constraint.op = op
    assert caplog.messages == expected * 2


def test_the_warning_goes_through_the_logger_of_the_module(monkeypatch):
    import sys

    module = sys.modules[OutcomeConstraint.__module__]
    seen = []
    monkeypatch.setattr(module.logger, "warning", seen.append)
    OutcomeConstraint(Metric("m", lower_is_better=True), GEQ, 1.0)
    assert seen == [LOWER]
    assert isinstance(module.logger, logging.Logger)


def test_the_two_warnings_differ():
    assert LOWER != UPPER


def test_an_op_that_is_none_of_the_two_is_an_upper_bound(caplog):
    constraint = OutcomeConstraint(Metric("m", lower_is_better=False), "whatever", 1.0)
    assert "<=" in repr(constraint)
    assert caplog.messages == [UPPER]


def test_cloning_warns_no_more(caplog):
    constraint = OutcomeConstraint(Metric("m", lower_is_better=True), GEQ, 1.0)
    caplog.clear()
    constraint.clone()
    assert caplog.messages == []


# OptimizationConfig -------------------------------------------------------------------------


def test_a_config_has_no_constraints_by_default():
    assert OptimizationConfig(Objective(Metric("m"))).outcome_constraints == []


WRONG = [
    ([bound("m", GEQ, 1.0)], "metric of the objective"),
    ([bound("a", GEQ, 1), bound("a", LEQ, 2), bound("a", LEQ, 3)], "'a'.*one lower and one upper"),
    ([bound("a", GEQ, 1.0), bound("a", GEQ, 2.0)], "'a'.*one lower and one upper"),
    ([bound("a", LEQ, 1.0), bound("a", LEQ, 2.0)], "'a'.*one lower and one upper"),
    ([bound("a", GEQ, 2.0), bound("a", LEQ, 2.0)], "'a'.*lower bound must be below"),
    ([bound("a", LEQ, 1.0), bound("a", GEQ, 2.0)], "'a'.*lower bound must be below"),
]


@pytest.mark.parametrize(("constraints", "match"), WRONG, ids=range(len(WRONG)))
def test_constraints_that_cannot_be(constraints, match):
    objective = Objective(Metric("m"))
    with pytest.raises(ValueError, match=match):
        OptimizationConfig(objective, constraints)
    config = OptimizationConfig(objective)
    with pytest.raises(ValueError, match=match):
        config.outcome_constraints = constraints
    assert config.outcome_constraints == []


def test_a_constraint_on_any_metric_of_a_scalarized_objective_is_an_error():
    with pytest.raises(ValueError, match="metric of the objective"):
        OptimizationConfig(ScalarizedObjective([Metric("a"), Metric("b")]), [bound("b", GEQ, 1.0)])


def test_one_lower_and_one_upper_bound_are_fine():
    constraints = [bound("a", GEQ, 1.0), bound("a", LEQ, 2.0), bound("b", LEQ, 2.0)]
    assert OptimizationConfig(Objective(Metric("m")), constraints).outcome_constraints == (
        constraints
    )


def test_setting_an_objective_on_a_constrained_metric_is_an_error():
    config = OptimizationConfig(Objective(Metric("m")), [bound("a", GEQ, 1.0)])
    with pytest.raises(ValueError, match="metric of the objective"):
        config.objective = Objective(Metric("a"))
    assert config.objective == Objective(Metric("m"))
    config.objective = Objective(Metric("b"))
    assert config.objective.metric.name == "b"


def test_metrics_are_those_of_objective_and_constraints_by_name():
    config = OptimizationConfig(
        ScalarizedObjective([Metric("m1"), Metric("m2")]),
        [bound("a", GEQ, 1.0), bound("a", LEQ, 2.0), bound("b", LEQ, 2.0)],
    )
    assert set(config.metrics) == {"m1", "m2", "a", "b"}
    assert all(metric.name == name for name, metric in config.metrics.items())
