"""Section 3 of the semantics: Arm."""

import hashlib
import json

import numpy as np
import pytest

from armwright.experiment import Arm


def test_parameters_keep_their_order():
    assert list(Arm({"b": 1, "a": 2}).parameters) == ["b", "a"]


def test_writing_into_the_parameters_changes_nothing():
    arm = Arm({"x": 1})
    arm.parameters["x"] = 2
    assert arm.parameters == {"x": 1}
    assert arm.parameters is not arm.parameters


def test_changing_the_dictionary_an_arm_was_made_from_changes_nothing():
    given = {"x": 1}
    arm = Arm(given)
    given["x"] = 2
    assert arm.parameters == {"x": 1}


def test_reading_a_name_before_it_is_set_is_an_error():
    arm = Arm({"x": 1})
    assert not arm.has_name
    with pytest.raises(ValueError, match="has no name"):
        _ = arm.name


def test_a_name_is_set_once():
    arm = Arm({"x": 1})
    arm.name = "0_0"
    assert arm.has_name
    assert arm.name == "0_0"
    with pytest.raises(ValueError, match=r"set once.*'1_0'"):
        arm.name = "1_0"


def test_parameters_cannot_be_replaced():
    with pytest.raises(AttributeError, match="parameters"):
        Arm({"x": 1}).parameters = {"x": 2}


def test_signature_of_the_documented_example():
    assert Arm({"x": 1, "y": 2.0}).signature == "98dbfef61da6ba2f8da49447234d17a8"


def test_signature_is_the_md5_of_sorted_json():
    parameters = {"b": None, "a": "text", "c": True}
    text = json.dumps(parameters, sort_keys=True)
    expected = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    assert Arm(parameters).signature == expected


def test_signature_does_not_depend_on_the_order_of_parameters():
    assert Arm({"x": 1, "y": 2}).signature == Arm({"y": 2, "x": 1}).signature


def test_signature_tells_an_integer_from_a_float():
    assert Arm({"x": 1}).signature != Arm({"x": 1.0}).signature


def test_md5hash_is_the_signature_and_leaves_its_argument():
    parameters = {"x": np.float64(0.5), "n": np.int64(2)}
    assert Arm.md5hash(parameters) == Arm({"x": 0.5, "n": 2}).signature
    assert isinstance(parameters["x"], np.float64)


EQUALITY = [
    (Arm({"x": 1}), Arm({"x": 1}), True),
    (Arm({"x": 1}), Arm({"x": 1.0}), True),
    (Arm({"x": 1, "y": 2}), Arm({"y": 2, "x": 1}), True),
    (Arm({"x": 1}, name="a"), Arm({"x": 1}, name="a"), True),
    (Arm({"x": 1}, name="a"), Arm({"x": 1}, name="b"), False),
    (Arm({"x": 1}, name="a"), Arm({"x": 1}), False),
    (Arm({"x": 1}), Arm({"x": 2}), False),
    (Arm({"x": 1.0}), Arm({"x": 1.0 + 1e-12}), False),
]


@pytest.mark.parametrize(("one", "other", "expected"), EQUALITY, ids=range(len(EQUALITY)))
def test_equality(one, other, expected):
    assert (one == other) is expected
    assert (one != other) is not expected


def test_hash_is_the_signature_as_a_number():
    arm = Arm({"x": 1})
    assert hash(arm) == hash(int(arm.signature, 16))


def test_same_parameters_under_different_names_are_two_keys():
    one, other = Arm({"x": 1}, name="a"), Arm({"x": 1}, name="b")
    assert hash(one) == hash(other)
    assert len({one: 0, other: 0}) == 2


def test_name_or_short_signature():
    arm = Arm({"x": 1})
    assert arm.name_or_short_signature == arm.signature[-4:]
    arm.name = "0_0"
    assert arm.name_or_short_signature == "0_0"


@pytest.mark.parametrize(
    ("name", "clear_name", "expected"),
    [("a", False, True), ("a", True, False), (None, False, False), (None, True, False)],
)
def test_clone_keeps_the_name_unless_told_not_to(name, clear_name, expected):
    clone = Arm({"x": 1}, name=name).clone(clear_name=clear_name)
    assert clone.parameters == {"x": 1}
    assert clone.has_name is expected
