"""Spaces and observations that are hard on the arithmetic: an arm inside the space every time."""

import numpy as np
import pytest

from armwright.optimizer import Column, Observations, Problem, feasible, sobol, suggest, to_model

SQUARE = Problem(columns=(Column(), Column()))


def assert_inside(problem, proposal, count=1):
    values = proposal.values
    assert values.shape == (count, len(problem.columns))
    assert np.isfinite(values).all()
    assert feasible(problem, values).all()
    for j, column in enumerate(problem.columns):
        top = column.levels - 1 if column.kind == "choice" else column.upper
        assert (values[:, j] >= (0 if column.kind == "choice" else column.lower)).all()
        assert (values[:, j] <= top).all()


def observed(problem, count, function=lambda x: x.sum(axis=1)):
    values = sobol(problem, seed=0, start=0, count=count).values
    x = to_model(problem, values)
    return Observations(x=x, y=function(x))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_observations_that_are_no_numbers_are_refused(bad):
    with pytest.raises(ValueError, match="x and y must be finite"):
        Observations(x=np.array([[0.5, 0.5], [0.1, 0.2]]), y=np.array([1.0, bad]))


@pytest.mark.parametrize("scale", [1e300, 1e-300])
def test_arms_do_not_depend_on_the_scale_of_the_objective(scale):
    plain = observed(SQUARE, 8, lambda x: -((x - 0.3) ** 2).sum(axis=1))
    scaled = Observations(x=plain.x, y=plain.y * scale)
    one, other = (suggest(SQUARE, data, seed=1) for data in (plain, scaled))
    np.testing.assert_allclose(one.values, other.values, atol=1e-6)


def test_all_observations_at_one_point():
    data = Observations(x=np.full((9, 2), 0.5), y=np.arange(9.0))
    assert_inside(SQUARE, suggest(SQUARE, data, seed=0, count=2), 2)


def test_duplicates_at_1e_12_with_values_that_disagree():
    x = np.repeat([[0.2, 0.3], [0.7, 0.7]], 6, axis=0)
    x[::2] += 1e-12
    data = Observations(x=x, y=np.tile([1.0, -1.0], 6), noise=np.full(12, 1e-12))
    proposal = suggest(SQUARE, data, seed=0, count=2)
    assert_inside(SQUARE, proposal, 2)
    assert np.isfinite(proposal.log_acquisition).all()


@pytest.mark.slow
def test_a_sliver_between_two_constraints():
    sliver = Problem(
        columns=(Column(), Column()),
        constraint_weights=np.array([[1.0, -1.0], [-1.0, 1.0]]),
        constraint_bounds=np.array([1e-7, 1e-7]),
    )
    proposal = suggest(sliver, observed(sliver, 6), seed=0, count=2)
    assert_inside(sliver, proposal, 2)
    assert len(np.unique(proposal.values, axis=0)) == 2


@pytest.mark.slow
def test_a_thousand_categories():
    problem = Problem(columns=(Column(kind="choice", levels=1000), Column()))
    data = observed(problem, 30, lambda x: -np.abs(x[:, 0] - 500) / 100 + x[:, 1])
    proposal = suggest(problem, data, seed=0, count=2)
    assert_inside(problem, proposal, 2)
    assert float(proposal.values[0, 0]).is_integer()


@pytest.mark.slow
def test_two_hundred_columns():
    problem = Problem(columns=(Column(),) * 200)
    data = observed(problem, 20, lambda x: -((x[:, :3] - 0.3) ** 2).sum(axis=1))
    assert_inside(problem, suggest(problem, data, seed=0), 1)


@pytest.mark.slow
def test_nine_trials_in_ten_that_fail():
    values = sobol(SQUARE, seed=0, start=0, count=40).values
    works = (values > 0.68).all(axis=1)
    assert works.sum() == 4
    y = -((values[works] - 0.8) ** 2).sum(axis=1)
    data = Observations(x=values[works], y=y)
    proposal = suggest(SQUARE, data, failed=values[~works], seed=0, count=3)
    assert_inside(SQUARE, proposal, 3)
    assert (proposal.values > 0.55).all()
