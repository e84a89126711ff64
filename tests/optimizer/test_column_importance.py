"""Importance of columns for a fitted model."""

import numpy as np
import pytest

from armwright.optimizer.column_importance import importance
from armwright.optimizer.columns import Column, Problem, to_model
from armwright.optimizer.goal import Goal
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.observations import Observations
from armwright.optimizer.prediction import predict
from armwright.optimizer.sensitivity import sobol_indices
from armwright.optimizer.space_filling import sobol
from armwright.optimizer.suggestion import suggest

PROBLEM = Problem(columns=(Column(lower=-1, upper=1), Column(lower=1e-3, upper=9, log=True)))


def f(values):
    return 3.0 * values[:, 0] ** 2 + 0.2 * np.log(values[:, 1])


@pytest.fixture(scope="module")
def fitted():
    values = sobol(PROBLEM, seed=1, start=0, count=30).values
    seen = Observations(x=to_model(PROBLEM, values), y=f(values))
    return seen, suggest(PROBLEM, seen, seed=0).hyperparameters


def test_what_a_model_learned_to_matter_matters(fitted):
    found = importance(PROBLEM, *fitted)
    exact = sobol_indices(lambda v: f(v)[:, None], PROBLEM, seed=5, points=4096)
    np.testing.assert_allclose(found.total[0], exact.total[0], atol=0.05)
    np.testing.assert_allclose(found.variance[0], exact.variance[0], rtol=0.1)


@pytest.mark.slow
def test_several_outcomes_have_a_row_each(fitted):
    seen, fit = fitted
    both = Measurements(x=seen.x, y=np.stack([seen.y, -2.0 * seen.y], axis=1))
    goal = Goal(weights=np.ones((1, 1)), lower=np.zeros(1), upper=np.ones(1))
    found = importance(PROBLEM, both, [fit, fit], goal=goal, points=64)
    assert found.first.shape == (2, 2)
    np.testing.assert_allclose(found.first[0], found.first[1], atol=1e-6)
    np.testing.assert_allclose(found.variance[1], 4.0 * found.variance[0], rtol=1e-6)


def test_it_is_the_posterior_mean_whose_indices_are_taken(fitted):
    direct = sobol_indices(
        lambda v: predict(PROBLEM, *fitted, to_model(PROBLEM, v))[0][:, None],
        PROBLEM,
        seed=3,
        points=64,
    )
    found = importance(PROBLEM, *fitted, seed=3, points=64)
    np.testing.assert_array_equal(found.first, direct.first)
