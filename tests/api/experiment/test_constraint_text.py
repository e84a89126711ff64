"""Constraints written as text, as `ax.optimize` takes them."""

import pytest

from armwright.experiment import (
    ComparisonOp,
    OrderConstraint,
    ParameterConstraint,
    ParameterType,
    RangeParameter,
)
from armwright.experiment.constraint_text import (
    outcome_constraint_from_text,
    parameter_constraint_from_text,
)

PARAMETERS = {
    name: RangeParameter(name, ParameterType.FLOAT, 0.0, 1.0) for name in ("x1", "x2", "x-3")
}


def constraint(text):
    return parameter_constraint_from_text(text, PARAMETERS)


@pytest.mark.parametrize(
    ("text", "lower", "upper"), [("x1 <= x2", "x1", "x2"), ("x1 >= x2", "x2", "x1")]
)
def test_two_parameters_are_ordered(text, lower, upper):
    assert constraint(text) == OrderConstraint(PARAMETERS[lower], PARAMETERS[upper])


@pytest.mark.parametrize(
    ("text", "weights", "bound"),
    [
        ("x1 + x2 <= 3", {"x1": 1.0, "x2": 1.0}, 3.0),
        ("x1 - 2*x2 + 3.5*x-3 <= 2", {"x1": 1.0, "x2": -2.0, "x-3": 3.5}, 2.0),
        ("x1 + x2 >= 0.5", {"x1": -1.0, "x2": -1.0}, -0.5),
        ("-x1 + x2 <= 1e-3", {"x1": -1.0, "x2": 1.0}, 0.001),
        ("-2*x1 - -1*x2 <= -1", {"x1": -2.0, "x2": 1.0}, -1.0),
        ("  x1   +  x2 <= 3 ", {"x1": 1.0, "x2": 1.0}, 3.0),
    ],
)
def test_a_sum_of_terms_is_bounded(text, weights, bound):
    found = constraint(text)
    assert found == ParameterConstraint(weights, bound)
    assert type(found) is ParameterConstraint


def test_the_weights_of_a_parameter_named_twice_add_up():
    assert constraint("x1 + x2 + x1 <= 3") == ParameterConstraint({"x1": 2.0, "x2": 1.0}, 3.0)


@pytest.mark.parametrize(
    ("text", "error", "problem"),
    [
        ("", ValueError, "Parameter constraint should"),
        ("x1", ValueError, "Parameter constraint should"),
        ("x1 = x2", ValueError, "Parameter constraint should"),
        ("x1 < x2", ValueError, "Parameter constraint should"),
        ("x1 + x2", ValueError, "Parameter constraint should"),
        ("x1 + x2 <= 3 4", ValueError, "Parameter constraint should"),
        ("x1+x2 <= 3", AssertionError, "is no parameter"),
        ("x1 <= 3", AssertionError, "'3' in 'x1 <= 3' is no parameter"),
        ("x1 + z <= 3", AssertionError, r"'z' in .* has \['x-3', 'x1', 'x2'\]"),
        ("x1 + x2 <= much", ValueError, "Bound for the constraint should be a number, got 'much'"),
        ("x1 * x2 <= 3", ValueError, "A linear constraint should be"),
        ("x1 + 2 * x2 <= 3", ValueError, "A linear constraint should be"),
        ("x1 + a*x2 <= 3", ValueError, "Multiplier should be float, got 'a'"),
        ("x1 + *x2 <= 3", ValueError, "A linear constraint should be terms"),
        ("x1 + 2*3*x2 <= 3", ValueError, "A linear constraint should be terms"),
        ("x1 <= x1", ValueError, "x1"),
        ("x1 + x2 <= nan", ValueError, "Bound for the constraint should be a number, got 'nan'"),
        ("x1 + x2 <= inf", ValueError, "Bound for the constraint should be a number, got 'inf'"),
        ("x1 + nan*x2 <= 3", ValueError, "Multiplier should be float, got 'nan'"),
    ],
)
def test_a_mistake_in_a_parameter_constraint_is_named(text, error, problem):
    with pytest.raises(error, match=problem):
        constraint(text)


@pytest.mark.parametrize(
    ("text", "op", "bound", "relative"),
    [
        ("latency <= 40", ComparisonOp.LEQ, 40.0, False),
        ("latency >= -4.2%", ComparisonOp.GEQ, -4.2, True),
    ],
)
def test_an_outcome_is_bounded_relative_only_with_a_percent_sign(text, op, bound, relative):
    found = outcome_constraint_from_text(text)
    assert (found.metric.name, found.op, found.bound, found.relative) == (
        "latency",
        op,
        bound,
        relative,
    )


@pytest.mark.parametrize(
    ("text", "error", "problem"),
    [
        ("latency", AssertionError, "Outcome constraint should be"),
        ("latency < 4", AssertionError, "Outcome constraint should be"),
        ("latency <= 4 %", AssertionError, "Outcome constraint should be"),
        ("latency <= fast", ValueError, "Outcome constraint bound should be a number"),
        ("latency <= nan", ValueError, "Outcome constraint bound should be a number"),
        ("latency <= inf%", ValueError, "Outcome constraint bound should be a number"),
    ],
)
def test_a_mistake_in_an_outcome_constraint_is_named(text, error, problem):
    with pytest.raises(error, match=problem):
        outcome_constraint_from_text(text)
