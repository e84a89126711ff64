"""Section 5 of the semantics: linear, order and sum constraints."""

import pytest

from armwright.experiment import (
    ChoiceParameter,
    ComparisonOp,
    FixedParameter,
    OrderConstraint,
    ParameterConstraint,
    ParameterType,
    RangeParameter,
    SumConstraint,
)

FLOAT, STRING = ParameterType.FLOAT, ParameterType.STRING


def x(**options):
    return RangeParameter("x", FLOAT, 0, 10, **options)


def y(**options):
    return RangeParameter("y", FLOAT, 0, 10, **options)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"x": 4, "y": 1}, True),
        ({"x": 4.0, "y": 0.6}, False),
        ({"x": 3, "y": 0}, True),  # on the bound
        ({"x": 3.000001, "y": 0}, False),
        ({"x": "3", "y": "0"}, True),  # values go through float
        ({"x": 0, "y": 0, "other": "text"}, True),
    ],
)
def test_check(values, expected):
    assert ParameterConstraint({"x": 2.0, "y": -3.0}, 6.0).check(values) is expected


def test_rounding_does_not_put_a_sum_beyond_its_bound():
    constraint = ParameterConstraint({"x": 1.0, "y": 1.0}, 0.3)
    assert constraint.check({"x": 0.1, "y": 0.2})
    assert not constraint.check({"x": 0.1, "y": 0.2 + 1e-9})


def test_check_without_a_value_it_needs_is_an_error():
    with pytest.raises(ValueError, match="got none for 'y'"):
        ParameterConstraint({"x": 1.0, "y": 1.0}, 1.0).check({"x": 1.0})


def test_the_bound_can_be_set():
    constraint = ParameterConstraint({"x": 1.0}, 1.0)
    constraint.bound = 7.0
    assert constraint.bound == 7.0
    assert constraint.check({"x": 7})


def test_the_weights_are_the_live_dictionary():
    constraint = ParameterConstraint({"x": 1.0}, 1.0)
    constraint.constraint_dict["x"] = -1.0
    assert constraint.check({"x": 7})


def test_an_order_constraint_as_a_linear_one():
    constraint = OrderConstraint(x(), y())
    assert constraint.constraint_dict == {"x": 1.0, "y": -1.0}
    assert constraint.bound == 0.0
    assert constraint.lower_parameter == x()
    assert constraint.upper_parameter == y()
    assert constraint.parameters == [x(), y()]
    assert constraint.check({"x": 1, "y": 1})
    assert not constraint.check({"x": 2, "y": 1})


@pytest.mark.parametrize(
    ("is_upper", "weight", "bound", "op"),
    [(True, 1.0, 5.0, ComparisonOp.LEQ), (False, -1.0, -5.0, ComparisonOp.GEQ)],
)
def test_a_sum_constraint_as_a_linear_one(is_upper, weight, bound, op):
    constraint = SumConstraint([x(), y()], is_upper, 5)
    assert constraint.constraint_dict == {"x": weight, "y": weight}
    assert constraint.bound == bound
    assert constraint.op is op
    assert constraint.parameters == [x(), y()]


@pytest.mark.parametrize(("is_upper", "low", "high"), [(True, True, False), (False, False, True)])
def test_check_of_a_sum(is_upper, low, high):
    constraint = SumConstraint([x(), y()], is_upper, 5.0)
    assert constraint.check({"x": 1, "y": 1}) is low
    assert constraint.check({"x": 4, "y": 4}) is high
    assert constraint.check({"x": 2.5, "y": 2.5})


def test_the_clone_of_a_sum_has_the_users_bound():
    clone = SumConstraint([x(), y()], False, 5.0).clone()
    assert clone.bound == -5.0
    assert repr(clone) == "SumConstraint(x + y >= 5.0)"


INVALID = [
    ([x(), x()], "twice"),
    ([x(), FixedParameter("y", FLOAT, 1.0)], "'y'.*range parameters"),
    ([x(), ChoiceParameter("y", FLOAT, [1.0, 2.0])], "'y'.*range parameters"),
    ([x(), ChoiceParameter("y", STRING, ["a", "b"])], "'y'.*range parameters"),
    ([x(), RangeParameter("y", FLOAT, 1, 2, log_scale=True)], "'y'.*linear scale"),
]


@pytest.mark.parametrize(("parameters", "match"), INVALID, ids=range(len(INVALID)))
def test_parameters_that_cannot_be_in_an_order_or_sum(parameters, match):
    with pytest.raises(ValueError, match=match):
        OrderConstraint(*parameters)
    with pytest.raises(ValueError, match=match):
        SumConstraint(parameters, True, 1.0)


@pytest.mark.parametrize(
    "constraint", [OrderConstraint(x(), y()), SumConstraint([x(), y()], False, 5.0)], ids=repr
)
def test_clone_with_transformed_parameters(constraint):
    wide = {"x": RangeParameter("x", FLOAT, 0, 99), "y": RangeParameter("y", FLOAT, 0, 98)}
    clone = constraint.clone_with_transformed_parameters(wide)
    assert clone.parameters == [wide["x"], wide["y"]]
    assert clone.bound == constraint.bound
    assert constraint.parameters == [x(), y()]


@pytest.mark.parametrize(
    "constraint", [OrderConstraint(x(), y()), SumConstraint([x(), y()], True, 5.0)], ids=repr
)
def test_a_transformed_parameter_that_is_absent_is_a_key_error(constraint):
    with pytest.raises(KeyError, match="y"):
        constraint.clone_with_transformed_parameters({"x": x()})


def test_a_plain_constraint_with_transformed_parameters_is_a_clone():
    constraint = ParameterConstraint({"x": 1.0}, 1.0)
    assert constraint.clone_with_transformed_parameters({}) == constraint


def test_comparison_operators():
    assert [(op.name, op.value) for op in ComparisonOp] == [("GEQ", 0), ("LEQ", 1)]
