"""Columns: what is accepted, how values are rounded, what is feasible."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armwright.optimizer import Column, Problem, feasible, from_unit, lattice, to_model, to_values


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"lower": 1.0, "upper": 0.0}, "lower must not be above upper"),
        ({"lower": 0.0, "upper": float("inf")}, "bounds must be finite"),
        ({"lower": -1e308, "upper": 1e308}, "upper - lower must be finite"),
        ({"lower": 0.0, "upper": 1.0, "log": True}, "log=True needs lower > 0"),
        ({"step": -1.0}, "step must be finite and not negative"),
        ({"step": 1e-300}, "too fine"),
        ({"lower": 0.2, "upper": 0.8, "step": 1.0}, "no multiple of step"),
        ({"kind": "choice"}, "a choice needs at least 1"),
    ],
)
def test_a_column_that_makes_no_sense_is_refused(arguments, match):
    with pytest.raises(ValueError, match=match):
        Column(**arguments)


@pytest.mark.parametrize(
    ("weights", "bounds", "match"),
    [
        (np.ones((1, 2)), None, "give both or neither"),
        (np.ones((1, 3)), np.ones(1), "expected shape"),
        (np.full((1, 2), np.nan), np.ones(1), "must be finite"),
        (np.ones((1, 2)), np.ones(1), "column 1 is a choice"),
    ],
)
def test_a_constraint_that_makes_no_sense_is_refused(weights, bounds, match):
    columns = (Column(), Column(kind="choice", levels=3))
    with pytest.raises(ValueError, match=match):
        Problem(columns=columns, constraint_weights=weights, constraint_bounds=bounds)


def test_a_problem_needs_a_column():
    with pytest.raises(ValueError, match="needs at least one"):
        Problem(columns=())


@st.composite
def columns(draw):
    kind = draw(st.sampled_from(["plain", "log", "whole", "log whole", "decimal", "choice"]))
    if kind == "choice":
        return Column(kind="choice", levels=draw(st.integers(1, 9)))
    if kind == "log":
        lower = draw(st.floats(1e-12, 1e3))
        return Column(lower=lower, upper=lower * draw(st.floats(1.0, 1e9)), log=True)
    if kind in ("whole", "log whole"):
        log = kind == "log whole"
        lower = draw(st.integers(1 if log else -(10**6), 10**6))
        upper = lower + draw(st.integers(0, 10**4))
        return Column(lower=lower, upper=upper, step=1.0, log=log)
    lower = draw(st.floats(-1e6, 1e6))
    upper = lower + draw(st.floats(0.2, 1e6))
    return Column(lower=lower, upper=upper, step=0.1 if kind == "decimal" else 0.0)


@given(column=columns(), unit=st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_every_value_is_inside_and_comes_back_from_model_units(column, unit):
    problem = Problem(columns=(column,))
    values = from_unit(problem, np.array(unit)[:, None])
    x = to_model(problem, values)
    top = column.levels - 1 if column.kind == "choice" else 1
    assert ((x >= 0) & (x <= top)).all()
    if column.kind == "range":
        assert ((values >= column.lower) & (values <= column.upper)).all()
    back = to_values(problem, x)
    if column.discrete:
        np.testing.assert_array_equal(back, values)
    else:
        np.testing.assert_allclose(back, values, rtol=1e-12, atol=1e-12 * abs(column.lower))


@given(x=st.floats(0, 1), digits=st.integers(1, 6))
def test_decimal_steps_give_the_float_nearest_the_decimal(x, digits):
    problem = Problem(columns=(Column(lower=-3.0, upper=5.0, step=10.0**-digits),))
    value = to_values(problem, np.array([[x]]))[0, 0]
    assert value == round(value, digits)


def test_whole_numbers_get_equal_shares_of_the_unit_interval():
    problem = Problem(columns=(Column(lower=2, upper=5, step=1.0),))
    values = from_unit(problem, (np.arange(4000)[:, None] + 0.5) / 4000)
    np.testing.assert_array_equal(np.unique(values, return_counts=True)[1], [1000] * 4)


def test_a_bound_between_two_steps_is_not_reached():
    problem = Problem(columns=(Column(lower=0.05, upper=0.95, step=0.1),))
    values = to_values(problem, np.linspace(0, 1, 101)[:, None])
    np.testing.assert_array_equal(np.unique(values), [k / 10 for k in range(1, 10)])


def test_feasible_means_what_float64_says():
    problem = Problem(
        columns=(Column(), Column()),
        constraint_weights=np.ones((1, 2)),
        constraint_bounds=np.array([0.3]),
    )
    # 0.1 + 0.2 is above 0.3 in float64
    values = np.array([[0.1, 0.2], [0.1, 0.19], [0.0, 0.3]])
    np.testing.assert_array_equal(feasible(problem, values), [False, True, True])


def test_the_lattice_is_every_feasible_combination():
    problem = Problem(
        columns=(
            Column(lower=0, upper=3, step=1.0),
            Column(kind="choice", levels=2),
            Column(lower=0.5, upper=0.7, step=0.1),
            Column(lower=4.0, upper=4.0),
        ),
        constraint_weights=np.array([[1.0, 0.0, 0.0, 0.0]]),
        constraint_bounds=np.array([2.0]),
    )
    expected = list(itertools.product([0, 1, 2], [0, 1], [0.5, 0.6, 0.7], [4.0]))
    points = lattice(problem, limit=24)
    assert points is not None
    assert sorted(map(tuple, points)) == sorted(expected)
    assert lattice(problem, limit=23) is None
    assert problem.discrete


def test_a_continuum_has_no_lattice():
    assert lattice(Problem(columns=(Column(),)), limit=100) is None
