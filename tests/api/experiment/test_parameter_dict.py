"""Parameters written as dicts, as `ax.optimize` takes them."""

import pytest

from armwright.experiment import (
    ChoiceParameter,
    FixedParameter,
    ParameterType,
    RangeParameter,
)
from armwright.experiment.parameter_dict import parameter_from_dict


def made(**spec):
    return parameter_from_dict({"name": "p", **spec})


def test_whole_bounds_make_an_integer_parameter():
    expected = RangeParameter("p", ParameterType.INT, 0, 1)
    assert made(type="range", bounds=[0, 1]) == expected


def test_bounds_with_a_decimal_point_make_a_float_parameter():
    expected = RangeParameter("p", ParameterType.FLOAT, 0.0, 1.0)
    assert made(type="range", bounds=[0.0, 1.0]) == expected


def test_a_named_value_type_counts_more_than_the_bounds():
    expected = RangeParameter("p", ParameterType.FLOAT, 1.0, 4.0, log_scale=True)
    assert made(type="range", bounds=[1, 4], value_type="float", log_scale=True) == expected
    whole = made(type="range", bounds=[1.0, 4.0], value_type="int")
    assert (whole.parameter_type, type(whole.lower)) == (ParameterType.INT, int)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a", "b"], ParameterType.STRING),
        ([1, 2], ParameterType.INT),
        ([0.5, 1.5], ParameterType.FLOAT),
        ([True, False], ParameterType.BOOL),
    ],
)
def test_the_first_value_decides_the_type_of_a_choice(values, kind):
    expected = ChoiceParameter("p", kind, values, is_ordered=True, is_task=True)
    assert made(type="choice", values=values, is_ordered=True, is_task=True) == expected


def test_numbers_may_be_asked_for_as_text():
    assert made(type="choice", values=[1, 2], value_type="str").values == ["1", "2"]


@pytest.mark.parametrize("value", [3, 0.5, "a", True])
def test_a_fixed_parameter_has_the_type_of_its_value(value):
    parameter = made(type="fixed", value=value)
    assert isinstance(parameter, FixedParameter)
    assert (parameter.value, type(parameter.value)) == (value, type(value))


def test_a_fidelity_parameter_has_its_target():
    parameter = made(type="range", bounds=[1, 9], is_fidelity=True, target_value=9)
    assert (parameter.is_fidelity, parameter.target_value) == (True, 9)


def test_digits_and_keys_of_ones_own_are_ignored():
    parameter = made(type="range", bounds=[0.0, 1.0], digits=2, unit="s")
    assert parameter == RangeParameter("p", ParameterType.FLOAT, 0.0, 1.0)


@pytest.mark.parametrize(
    ("spec", "error", "problem"),
    [
        ({"name": "p"}, KeyError, "p: 'type' is missing"),
        ({"type": "range", "bounds": [0, 1]}, KeyError, "needs a 'name'"),
        ({"name": "p", "type": "range"}, KeyError, "'bounds' is missing"),
        ({"name": "p", "type": "choice"}, KeyError, "'values' is missing"),
        ({"name": "p", "type": "fixed"}, KeyError, "'value' is missing"),
        ({"name": 1, "type": "fixed"}, AssertionError, "name must be a str, got 1"),
        ({"name": "p", "type": "real"}, AssertionError, "type must be 'range'"),
        ({"name": "p", "type": "range", "bounds": (0, 1)}, AssertionError, "bounds must be a list"),
        ({"name": "p", "type": "range", "bounds": [0, 1.0]}, AssertionError, "of one type"),
        ({"name": "p", "type": "range", "bounds": [0, True]}, AssertionError, "must be numbers"),
        ({"name": "p", "type": "choice", "values": ["a"]}, AssertionError, "two or more"),
        ({"name": "p", "type": "fixed", "value": [1]}, AssertionError, "must be one int"),
        (
            {"name": "p", "type": "range", "bounds": [0, 1], "log_scale": "yes"},
            ValueError,
            "log_scale must be True or False",
        ),
        (
            {"name": "p", "type": "range", "bounds": [0, 1], "value_type": "long"},
            AssertionError,
            "value_type must be one of",
        ),
        (
            {"name": "p", "type": "choice", "values": ["no", "yes"], "value_type": "bool"},
            AssertionError,
            "must be of value_type 'bool', got 'no'",
        ),
        (
            {"name": "p", "type": "choice", "values": [1.5, 2], "value_type": "int"},
            AssertionError,
            "must be of value_type 'int', got 1.5",
        ),
    ],
    ids=str,
)
def test_a_mistake_is_named(spec, error, problem):
    with pytest.raises(error, match=problem):
        parameter_from_dict(spec)
