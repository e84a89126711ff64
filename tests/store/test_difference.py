"""What differs between two documents."""

import pytest

from armwright.store.difference import difference, in_words

PAIRS = [
    ({}, {}, ()),
    ({"a": 1, "b": {"c": [1]}}, {"b": {"c": [1]}, "a": 1}, ()),
    ({"a": 1}, {"a": 1.0}, ()),
    ({"a": 1}, {"a": True}, ("a",)),
    ({"a": None}, {}, ("a",)),
    ({}, {"a": None}, ("a",)),
    ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}, "d": 4}, ("a.c", "d")),
    ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, ("a",)),
    ({"a": {"b": 1}}, {"a": 1}, ("a",)),
    (1, 2, ("",)),
]


@pytest.mark.parametrize(("before", "after", "paths"), PAIRS)
def test_the_parts_that_differ_are_named(before, after, paths):
    assert difference(before, after) == paths
    assert set(difference(after, before)) == set(paths)


def test_many_parts_are_named_in_a_few_words():
    assert in_words(()) == "nothing"
    assert in_words(("",)) == "everything"
    assert in_words(("a", "b.c")) == "a, b.c"
    assert in_words(tuple("abcdefgh")) == "a, b, c, d, e, f and 2 more"
