"""Section 4 of the semantics: range, choice and fixed parameters."""

import numpy as np
import pytest

from armwright.experiment import (
    ChoiceParameter,
    FixedParameter,
    Parameter,
    ParameterType,
    RangeParameter,
)

BOOL, INT, FLOAT, STRING = (
    ParameterType.BOOL,
    ParameterType.INT,
    ParameterType.FLOAT,
    ParameterType.STRING,
)


def float_range(**options):
    return RangeParameter("x", FLOAT, 1, 3, **options)


def int_range(**options):
    return RangeParameter("n", INT, 1, 4, **options)


def choice(values=("a", "b"), kind=STRING, **options):
    return ChoiceParameter("c", kind, list(values), **options)


def fixed(value="a", kind=STRING, **options):
    return FixedParameter("f", kind, value, **options)


# Common -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "number", "numeric", "python_type"),
    [(BOOL, 0, False, bool), (INT, 1, True, int), (FLOAT, 2, True, float), (STRING, 3, False, str)],
)
def test_parameter_types(kind, number, numeric, python_type):
    assert kind.value == number
    assert kind.is_numeric is numeric
    parameter = fixed(0, kind)
    assert parameter.python_type is python_type
    assert parameter.is_numeric is numeric
    assert parameter.parameter_type is kind


@pytest.mark.parametrize("make", [float_range, choice, fixed])
@pytest.mark.parametrize(
    "name",
    ["name", "parameter_type", "is_fidelity", "target_value", "is_numeric", "python_type"],
)
def test_common_properties_are_read_only(make, name):
    with pytest.raises(AttributeError, match=name):
        setattr(make(), name, None)


@pytest.mark.parametrize("make", [float_range, choice, fixed])
def test_a_fidelity_parameter_needs_a_target_value(make):
    with pytest.raises(ValueError, match="target_value"):
        make(is_fidelity=True)


@pytest.mark.parametrize(
    ("parameter", "target"),
    [
        (float_range(is_fidelity=True, target_value=2), 2.0),
        (float_range(digits=1, is_fidelity=True, target_value=2.34), 2.3),
        (int_range(is_fidelity=True, target_value=2.0), 2),
        (choice(is_fidelity=True, target_value=1), "1"),
        (fixed(is_fidelity=True, target_value=1), "1"),
    ],
)
def test_the_target_value_is_cast(parameter, target):
    assert parameter.is_fidelity
    assert parameter.target_value == target
    assert type(parameter.target_value) is type(target)


@pytest.mark.parametrize("make", [float_range, choice, fixed])
def test_a_parameter_is_no_fidelity_by_default(make):
    assert not make().is_fidelity
    assert make().target_value is None


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (INT, True, False),
        (INT, 1, True),
        (INT, 1.0, False),
        (FLOAT, 1, False),
        (FLOAT, 1.0, True),
        (BOOL, True, True),
        (BOOL, 1, False),
        (STRING, "1", True),
        (STRING, 1, False),
        (STRING, None, False),
    ],
)
def test_a_choice_and_a_fixed_value_need_exactly_their_type(kind, value, expected):
    assert choice([0, 1], kind).is_valid_type(value) is expected
    assert fixed(0, kind).is_valid_type(value) is expected


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [(INT, "3", 3), (FLOAT, 3, 3.0), (STRING, 3, "3"), (BOOL, 1, True), (STRING, None, None)],
)
def test_cast_calls_the_python_type_but_for_none(kind, value, expected):
    cast = fixed(0, kind).cast(value)
    assert cast == expected
    assert type(cast) is type(expected)


def test_a_parameter_of_no_kind_cannot_be_made():
    with pytest.raises(TypeError, match="abstract"):
        Parameter("x", FLOAT)


# RangeParameter -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ((STRING, 0, 1), "'x'.*INT or FLOAT, got STRING"),
        ((BOOL, 0, 1), "'x'.*INT or FLOAT, got BOOL"),
        ((FLOAT, 3.0, 1.0), r"'x'.*lower must be below upper, got \[3.0, 1.0\]"),
        ((FLOAT, 1.0, 1.0), "below upper"),
        ((FLOAT, 0.0, 1.0, True), "above 0 on a log scale"),
        ((FLOAT, -1.0, 1.0, True), "above 0 on a log scale"),
        ((INT, 0.5, 2), r"finite INT values, got \[0.5, 2\]"),
        ((FLOAT, "0", 1.0), "finite FLOAT values"),
        ((FLOAT, None, 1.0), "finite FLOAT values"),
        ((FLOAT, float("nan"), 1.0), "finite FLOAT values"),
        ((FLOAT, 0.0, float("inf")), "finite FLOAT values"),
        ((FLOAT, 1.01, 1.02, False, 1), "below upper when rounded to 1 digits"),
    ],
)
def test_a_range_with_wrong_bounds_is_an_error(arguments, match):
    with pytest.raises(ValueError, match=match):
        RangeParameter("x", *arguments)


def test_bounds_are_cast():
    parameter = RangeParameter("n", INT, 2.0, np.int64(4))
    assert (parameter.lower, parameter.upper) == (2, 4)
    assert type(parameter.lower) is int
    assert type(parameter.upper) is int
    assert type(float_range().lower) is float


def test_bounds_of_a_float_are_rounded_to_the_digits():
    parameter = RangeParameter("x", FLOAT, 1.234, 5.678, digits=2)
    assert (parameter.lower, parameter.upper, parameter.digits) == (1.23, 5.68, 2)


@pytest.mark.parametrize(
    ("make", "value", "expected"),
    [
        (float_range, 1, True),
        (float_range, 99.5, True),
        (float_range, None, False),
        (float_range, "1", False),
        (int_range, 2, True),
        (int_range, 2.0, True),
        (int_range, 2.5, False),
        (int_range, np.int64(2), True),
        (int_range, float("nan"), False),
        (int_range, None, False),
        (int_range, "2", False),
    ],
)
def test_types_valid_for_a_range(make, value, expected):
    assert make().is_valid_type(value) is expected


@pytest.mark.parametrize(
    ("make", "value", "expected"),
    [
        (float_range, 1, True),
        (float_range, 3.0, True),
        (float_range, 3.0001, False),
        (float_range, 0.9, False),
        (float_range, None, False),
        (float_range, "2", False),
        (float_range, float("nan"), False),
        (float_range, [2.0], False),
        (int_range, 2.0, True),
        (int_range, 2.5, False),
        (int_range, np.int64(4), True),
        (int_range, 5, False),
    ],
)
def test_values_in_a_range(make, value, expected):
    assert make().validate(value) is expected


@pytest.mark.parametrize(
    ("parameter", "value", "expected"),
    [
        (float_range(), 2, 2.0),
        (float_range(digits=2), 2.345678, 2.35),
        (int_range(), 2.5, 2),
        (int_range(), "3", 3),
        (float_range(), None, None),
    ],
)
def test_cast_of_a_range(parameter, value, expected):
    cast = parameter.cast(value)
    assert cast == expected
    assert type(cast) is type(expected)


@pytest.mark.parametrize(
    ("change", "bounds"),
    [
        ({"lower": 2}, (2.0, 3.0)),
        ({"upper": 9}, (1.0, 9.0)),
        ({"lower": 10, "upper": 20}, (10.0, 20.0)),
        ({}, (1.0, 3.0)),
    ],
)
def test_update_range_changes_the_bounds_given_and_returns_the_parameter(change, bounds):
    parameter = float_range()
    assert parameter.update_range(**change) is parameter
    assert (parameter.lower, parameter.upper) == bounds
    assert type(parameter.lower) is float


@pytest.mark.parametrize(
    "change",
    [{"lower": 3}, {"lower": "foo"}, {"upper": "foo"}, {"lower": 2, "upper": 1}, {"upper": 0.5}],
)
def test_a_wrong_update_of_a_range_changes_nothing(change):
    parameter = float_range()
    with pytest.raises(ValueError, match="'x'"):
        parameter.update_range(**change)
    assert (parameter.lower, parameter.upper) == (1.0, 3.0)


def test_update_of_a_log_range_to_zero_is_an_error():
    with pytest.raises(ValueError, match="log scale"):
        float_range(log_scale=True).update_range(lower=0)


def test_bounds_can_be_set_one_by_one():
    parameter = int_range()
    parameter.lower = 2.0
    parameter.upper = 8
    assert (parameter.lower, parameter.upper) == (2, 8)
    with pytest.raises(ValueError, match="INT"):
        parameter.upper = 2.5


def test_set_digits_recasts_the_bounds_and_returns_the_parameter():
    parameter = RangeParameter("x", FLOAT, 1.2345, 5.4321)
    assert parameter.set_digits(3) is parameter
    assert (parameter.lower, parameter.upper) == (1.234, 5.432)
    parameter.digits = 1
    assert (parameter.lower, parameter.upper, parameter.digits) == (1.2, 5.4, 1)


def test_set_digits_that_make_the_bounds_one_is_an_error():
    parameter = RangeParameter("x", FLOAT, 1.01, 1.02)
    with pytest.raises(ValueError, match="below upper"):
        parameter.set_digits(1)
    assert parameter.digits is None
    assert parameter.lower == 1.01


def test_set_log_scale_returns_the_parameter_and_checks_nothing():
    parameter = RangeParameter("x", FLOAT, -1, 1)
    assert parameter.set_log_scale(True) is parameter
    assert parameter.log_scale


# ChoiceParameter ----------------------------------------------------------------------------


@pytest.mark.parametrize("values", [[], ["a"], "ab"])
def test_a_choice_needs_a_list_of_two_values(values):
    with pytest.raises(ValueError, match=r"'c'.*at least 2 values"):
        ChoiceParameter("c", STRING, values)
    with pytest.raises(ValueError, match=r"'c'.*at least 2 values"):
        choice().set_values(values)


def test_values_are_cast_and_duplicates_kept():
    assert choice([1, 2.0, "2"], STRING).values == ["1", "2.0", "2"]
    assert choice([1, 1.5, 1], INT).values == [1, 1, 1]


def test_set_values_replaces_them_and_returns_the_parameter():
    parameter = choice()
    assert parameter.set_values([1, 2]) is parameter
    assert parameter.values == ["1", "2"]


def test_add_values_appends_and_returns_the_parameter():
    parameter = choice()
    assert parameter.add_values([1]) is parameter
    assert parameter.values == ["a", "b", "1"]


def test_values_are_the_live_list():
    parameter = choice()
    parameter.values.append("z")
    assert parameter.validate("z")


@pytest.mark.parametrize(
    ("value", "expected"), [(1, True), (1.0, True), (True, True), (3, False), (None, False)]
)
def test_a_choice_is_validated_by_python_equality(value, expected):
    assert choice([1, 2], INT).validate(value) is expected


def test_flags_of_a_choice_survive_a_clone():
    parameter = choice(is_ordered=True, is_task=True)
    assert parameter.clone().is_ordered
    assert parameter.clone().is_task
    assert not choice().is_ordered
    assert not choice().is_task


# FixedParameter -----------------------------------------------------------------------------


def test_a_fixed_value_is_cast_and_can_be_set():
    parameter = fixed(1)
    assert parameter.value == "1"
    assert parameter.set_value(2) is parameter
    assert parameter.value == "2"


def test_a_fixed_parameter_takes_its_value_only():
    parameter = fixed(1, INT)
    assert parameter.validate(1)
    assert parameter.validate(1.0)
    assert not parameter.validate(2)
    assert not parameter.validate(None)


def test_a_fixed_parameter_answers_a_numpy_value_with_a_plain_bool():
    assert FixedParameter("x", FLOAT, 1.0).validate(np.float64(1.0)) is True
