"""Section 6 of the semantics: SearchSpace."""

import pytest

from armwright.experiment import (
    Arm,
    ChoiceParameter,
    FixedParameter,
    OrderConstraint,
    ParameterConstraint,
    ParameterType,
    RangeParameter,
    SearchSpace,
    SumConstraint,
)

BOOL, INT, FLOAT, STRING = (
    ParameterType.BOOL,
    ParameterType.INT,
    ParameterType.FLOAT,
    ParameterType.STRING,
)


def a(upper=5):
    return RangeParameter("a", FLOAT, 0, upper)


def b():
    return RangeParameter("b", INT, 0, 5)


@pytest.fixture
def space():
    return SearchSpace(
        [
            a(),
            b(),
            ChoiceParameter("c", STRING, ["x", "y"]),
            FixedParameter("d", BOOL, True),
        ],
        [OrderConstraint(a(), b())],
    )


INSIDE = {"a": 1.0, "b": 2, "c": "x", "d": True}


def test_repeated_names_are_an_error():
    with pytest.raises(ValueError, match="'a' twice"):
        SearchSpace([a(), a()])


def test_parameters_keep_their_order_and_are_live(space):
    assert list(space.parameters) == ["a", "b", "c", "d"]
    space.parameters["a"].update_range(upper=7)
    assert space.parameters["a"].upper == 7.0
    space.parameter_constraints.clear()
    assert space.check_membership(INSIDE | {"a": 5.0})


def test_tunable_parameters_are_all_but_the_fixed_ones(space):
    assert list(space.tunable_parameters) == ["a", "b", "c"]


def test_add_parameter(space):
    space.add_parameter(RangeParameter("e", FLOAT, 0, 1))
    assert list(space.parameters)[-1] == "e"
    with pytest.raises(ValueError, match="'e' twice"):
        space.add_parameter(RangeParameter("e", FLOAT, 0, 1))


def test_update_parameter_by_another_class_of_the_same_type(space):
    space.update_parameter(FixedParameter("a", FLOAT, 1.0))
    assert isinstance(space.parameters["a"], FixedParameter)
    assert list(space.parameters) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("parameter", "match"),
    [
        (RangeParameter("e", FLOAT, 0, 1), r"no parameter 'e'.*\['a', 'b', 'c', 'd'\]"),
        (RangeParameter("a", INT, 0, 1), "'a' must keep its type FLOAT, got INT"),
    ],
)
def test_update_parameter_of_another_name_or_type_is_an_error(space, parameter, match):
    with pytest.raises(ValueError, match=match):
        space.update_parameter(parameter)


WRONG_CONSTRAINTS = [
    (ParameterConstraint({"z": 1.0}, 1.0), "no parameter 'z'"),
    (ParameterConstraint({"c": 1.0}, 1.0), "'c' has type STRING"),
    (OrderConstraint(a(upper=4), b()), "must equal the search space's"),
    (SumConstraint([a(upper=4), b()], True, 3.0), "must equal the search space's"),
    (OrderConstraint(a(), RangeParameter("z", FLOAT, 0, 5)), "no parameter 'z'"),
]


@pytest.mark.parametrize(("constraint", "match"), WRONG_CONSTRAINTS, ids=range(5))
def test_constraints_must_speak_of_the_spaces_own_parameters(space, constraint, match):
    with pytest.raises(ValueError, match=match):
        SearchSpace(list(space.parameters.values()), [constraint])
    with pytest.raises(ValueError, match=match):
        space.set_parameter_constraints([constraint])
    with pytest.raises(ValueError, match=match):
        space.add_parameter_constraints([SumConstraint([a(), b()], True, 9.0), constraint])
    assert space.parameter_constraints == [OrderConstraint(a(), b())]


def test_set_and_add_parameter_constraints(space):
    plain, total = ParameterConstraint({"a": 1.0}, 1.0), SumConstraint([a(), b()], True, 9.0)
    space.set_parameter_constraints([plain])
    space.add_parameter_constraints([total])
    assert space.parameter_constraints == [plain, total]


OUTSIDE = [
    ({"a": 9.0}, "parameter 'a'.*got 9.0"),
    ({"a": None}, "parameter 'a'.*got None"),
    ({"b": "2"}, "parameter 'b'.*got '2'"),
    ({"c": "z"}, "parameter 'c'.*got 'z'"),
    ({"d": False}, "parameter 'd'.*got False"),
    ({"a": 3.0}, r"OrderConstraint\(a <= b\) does not hold"),
    ({"e": 1}, r"unknown \['e'\]"),
]


def test_membership_of_a_point_inside(space):
    assert space.check_membership(INSIDE, raise_error=True)


@pytest.mark.parametrize(("change", "match"), OUTSIDE, ids=str)
def test_membership_of_a_point_outside(space, change, match):
    assert not space.check_membership(INSIDE | change)
    with pytest.raises(ValueError, match=match):
        space.check_membership(INSIDE | change, raise_error=True)


def test_membership_needs_all_names(space):
    values = {"a": 1.0}
    assert not space.check_membership(values)
    with pytest.raises(ValueError, match=r"missing \['b', 'c', 'd'\]"):
        space.check_membership(values, raise_error=True)


@pytest.mark.parametrize(
    ("change", "allow_none", "expected"),
    [
        ({}, True, True),
        ({"a": 99.0, "c": "other", "d": False}, True, True),  # bounds are not types
        ({"a": None}, True, True),
        ({"a": None}, False, False),
        ({"b": 2.0}, True, True),
        ({"b": 2.5}, True, False),
        ({"c": 1}, True, False),
        ({"d": 1}, True, False),
        ({"e": 1}, True, False),
    ],
)
def test_check_types(space, change, allow_none, expected):
    values = INSIDE | change
    assert space.check_types(values, allow_none=allow_none) is expected
    if not expected:
        with pytest.raises(ValueError, match=r"parameter|search space"):
            space.check_types(values, allow_none=allow_none, raise_error=True)


def test_check_types_needs_all_names(space):
    assert not space.check_types({"a": 1.0})
    with pytest.raises(ValueError, match="missing"):
        space.check_types({"a": 1.0}, raise_error=True)


def test_cast_arm(space):
    arm = Arm({"a": 1, "b": 2.0, "c": None, "unknown": 3}, name="kept")
    cast = space.cast_arm(arm)
    assert cast is not arm
    assert cast.parameters == {"a": 1.0, "b": 2, "c": None, "unknown": 3}
    assert [type(value) for value in cast.parameters.values()] == [float, int, type(None), int]
    assert cast.name == "kept"
    assert not space.cast_arm(Arm({"a": 1})).has_name


def test_construct_arm_fills_missing_names_with_none(space):
    arm = space.construct_arm({"a": 1.0}, name="mine")
    assert arm == Arm({"a": 1.0, "b": None, "c": None, "d": None}, name="mine")
    assert list(arm.parameters) == ["a", "b", "c", "d"]
    assert space.construct_arm({"a": None}).parameters["a"] is None


@pytest.mark.parametrize(
    ("values", "match"), [({"z": 1}, "no parameter 'z'"), ({"a": 9.0}, "parameter 'a'.*got 9.0")]
)
def test_construct_arm_with_a_wrong_name_or_value_is_an_error(space, values, match):
    with pytest.raises(ValueError, match=match):
        space.construct_arm(values)


def test_out_of_design_arm_has_no_values_and_no_name(space):
    arm = space.out_of_design_arm()
    assert arm.parameters == dict.fromkeys(["a", "b", "c", "d"])
    assert not arm.has_name


def test_clone_copies_parameters_and_constraints(space):
    clone = space.clone()
    assert clone == space
    clone.add_parameter(RangeParameter("e", FLOAT, 0, 1))
    clone.parameters["c"].add_values(["z"])
    clone.set_parameter_constraints([])
    assert list(space.parameters) == ["a", "b", "c", "d"]
    assert space.parameters["c"].values == ["x", "y"]
    assert len(space.parameter_constraints) == 1
