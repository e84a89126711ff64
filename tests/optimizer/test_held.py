"""Columns held at a value: out of the search, and back in its result."""

import numpy as np
import pytest

from armwright.optimizer import Column, Observations, Problem, suggest
from armwright.optimizer.held import Remainder

PROBLEM = Problem(
    columns=(Column(lower=0.0, upper=10.0), Column(kind="choice", levels=3), Column(upper=4.0)),
    constraint_weights=np.array([[1.0, 0.0, 2.0]]),
    constraint_bounds=np.array([9.0]),
)
VALUES = np.array([[1.0, 2.0, 3.0], [4.0, 0.0, 3.0]])


def test_the_rest_has_the_other_columns_and_what_constraints_leave():
    rest = Remainder(PROBLEM, {2: 3.0})
    assert rest.problem.columns == PROBLEM.columns[:2]
    np.testing.assert_array_equal(rest.problem.constraint_weights, [[1.0, 0.0]])
    np.testing.assert_array_equal(rest.problem.constraint_bounds, [3.0])
    np.testing.assert_array_equal(rest.lift(rest.reduce(VALUES)), VALUES)


def test_only_points_with_the_held_values_are_repeats():
    np.testing.assert_array_equal(Remainder(PROBLEM, {1: 2.0}).having(VALUES), [[1.0, 3.0]])
    assert len(Remainder(PROBLEM, {1: 1.0}).having(VALUES)) == 0


def test_nothing_held_is_the_problem_itself():
    rest = Remainder(PROBLEM, {})
    assert rest.problem is PROBLEM
    assert rest.lift(VALUES) is VALUES


def test_with_everything_held_there_is_one_point():
    rest = Remainder(PROBLEM, {0: 1.0, 1: 2.0, 2: 3.0})
    assert rest.problem.size == 1
    np.testing.assert_array_equal(rest.lift(np.zeros((1, 1))), [[1.0, 2.0, 3.0]])


@pytest.mark.parametrize(
    ("held", "words"),
    [({3: 0.0}, "expected columns 0 to 2, got 3"), ({1: 3.0}, "column 1 takes 0 to 2, got 3.0")],
)
def test_a_column_or_value_that_does_not_exist_is_refused(held, words):
    with pytest.raises(ValueError, match=words):
        Remainder(PROBLEM, held)


@pytest.mark.parametrize("held", [{0: 2.0}, {0: 2.0, 1: 1.0, 2: 0.5}])
def test_without_observations_points_fill_what_is_left(held):
    nothing = Observations(x=np.empty((0, 3)), y=np.empty(0))
    found = suggest(PROBLEM, nothing, seed=0, count=3, held=held)
    assert len(found.values) == (3 if len(held) == 1 else 1)
    assert all((found.values[:, j] == value).all() for j, value in held.items())
    assert found.exhausted is (len(held) == 3)
