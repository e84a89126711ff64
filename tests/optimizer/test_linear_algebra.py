"""The Gaussian energy against SciPy, and its written-out gradient against autodiff's."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import multivariate_normal

from armwright.optimizer.linear_algebra import gaussian_energy, inverse_factor

pytestmark = pytest.mark.usefixtures("float64")


def covariance(rng, n):
    root = rng.standard_normal((n, n))
    return root @ root.T + 0.1 * np.eye(n)


@pytest.mark.parametrize("n", [1, 2, 20])
def test_matches_scipys_density(rng, n):
    matrix, y = covariance(rng, n), rng.standard_normal(n)
    expected = -multivariate_normal(np.zeros(n), matrix).logpdf(y) - 0.5 * n * np.log(2 * np.pi)
    np.testing.assert_allclose(gaussian_energy(jnp.asarray(matrix), jnp.asarray(y)), expected)


def test_the_gradient_is_autodiffs(rng):
    def plain(matrix, y):
        return 0.5 * y @ jnp.linalg.inv(matrix) @ y + 0.5 * jnp.linalg.slogdet(matrix)[1]

    matrix, y = jnp.asarray(covariance(rng, 8)), jnp.asarray(rng.standard_normal(8))
    ours, theirs = (jax.grad(f, argnums=(0, 1))(matrix, y) for f in (gaussian_energy, plain))
    np.testing.assert_allclose(ours[0], theirs[0], rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-9)


def test_a_matrix_that_is_not_positive_definite_gives_nan_and_no_error():
    inverse, half = inverse_factor(jnp.asarray([[1.0, 2.0], [2.0, 1.0]]))
    assert np.isnan(half)
    assert np.isnan(inverse).any()


def test_the_inverse_factor_inverts(rng):
    matrix = covariance(rng, 6)
    inverse, half = inverse_factor(jnp.asarray(matrix))
    np.testing.assert_allclose(inverse.T @ inverse @ matrix, np.eye(6), atol=1e-10)
    np.testing.assert_allclose(2 * half, np.linalg.slogdet(matrix)[1])
