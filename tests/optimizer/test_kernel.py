"""The kernel against scikit-learn and against loops over pairs of points."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.gaussian_process.kernels import Matern

from armwright.optimizer.columns import Column, Problem
from armwright.optimizer.features import Features
from armwright.optimizer.kernel import matern52, squared_distance
from armwright.optimizer.likelihood import feature_scales

pytestmark = pytest.mark.usefixtures("float64")


def test_matches_scikit_learn(rng):
    a, b, lengths = rng.random((7, 3)), rng.random((5, 3)), np.array([0.2, 0.7, 3.0])
    ours = matern52(squared_distance(jnp.asarray(a / lengths), jnp.asarray(b / lengths)))
    theirs = Matern(length_scale=lengths, nu=2.5)(a, b)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


def test_a_choice_counts_one_over_its_lengthscale_squared_where_levels_differ(rng):
    problem = Problem(
        columns=(
            Column(kind="choice", levels=3),
            Column(lower=0.0, upper=1.0),
            Column(kind="choice", levels=4),
        )
    )
    x = np.column_stack([rng.integers(3, size=9), rng.random(9), rng.integers(4, size=9)]).astype(
        float
    )
    lengths = np.array([0.4, 0.9, 2.0])
    features = Features.of(problem)
    logarithms = jnp.asarray(np.log([*lengths, 1.0, 1e-4]))
    scaled = jnp.asarray(features.encode(x)) * feature_scales(
        logarithms, jnp.asarray(features.membership)
    )
    expected = np.zeros((9, 9))
    for i in range(9):
        for j in range(9):
            apart = [x[i, 0] != x[j, 0], x[i, 1] - x[j, 1], x[i, 2] != x[j, 2]]
            expected[i, j] = np.sum((np.array(apart, float) / lengths) ** 2)
    np.testing.assert_allclose(squared_distance(scaled, scaled), expected, atol=1e-13)


def test_the_slope_is_that_of_the_formula_and_finite_at_zero():
    slope = jax.vmap(jax.grad(matern52))(jnp.array([0.0, 1e-12, 0.3, 400.0, 1e8]))
    assert np.isfinite(slope).all()
    np.testing.assert_allclose(slope[0], -5 / 6)
    r2, step = 0.3, 1e-6
    central = (matern52(jnp.asarray(r2 + step)) - matern52(jnp.asarray(r2 - step))) / (2 * step)
    np.testing.assert_allclose(slope[2], central, rtol=1e-8)


squares = arrays(np.float64, 16, elements=st.floats(0, 1e6))
correlation = jax.jit(matern52)


@settings(max_examples=50)
@given(squared=squares, more=squares)
def test_correlation_falls_from_one_with_distance(squared, more):
    with jax.enable_x64(True):
        near, far = np.asarray(correlation(squared)), np.asarray(correlation(squared + more))
    assert (far >= 0).all()
    assert (far <= near * (1 + 1e-15)).all()
    assert (near <= 1).all()


def test_distances_of_close_points_are_not_negative(rng):
    a = jnp.asarray(np.full((4, 6), 1e3) + 1e-9 * rng.random((4, 6)))
    assert (np.asarray(squared_distance(a, a)) >= 0).all()
