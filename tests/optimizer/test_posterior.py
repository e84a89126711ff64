"""The posterior against scikit-learn, and pending draws against conditioning on them."""

import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern

from armwright.optimizer.kernel import LEVEL_VARIANCE
from armwright.optimizer.likelihood import Rows
from armwright.optimizer.posterior import condition, marginals

pytestmark = pytest.mark.usefixtures("float64")

X, ASKED = np.random.default_rng(3).random((8, 2)), np.random.default_rng(4).random((20, 2))
Y = np.random.default_rng(5).standard_normal(8)
LOGARITHMS = np.log([0.3, 0.8, 2.5, 0.01])
NOISE = 0.01


def rows(x, y, *, pending=0, size=16):
    count = len(x)
    features, targets = np.zeros((size, 2)), np.zeros(size)
    features[:count], targets[: count - pending] = x, y
    index = np.arange(size)
    return Rows(
        features=jnp.asarray(features),
        y=jnp.asarray(targets),
        noise=jnp.full(size, jnp.nan),
        observed=jnp.asarray(index < count - pending),
        pending=jnp.asarray((index >= count - pending) & (index < count)),
        membership=jnp.eye(2),
        jitter=jnp.zeros(()),
    )


def reference(x, y, noise=NOISE):
    kernel = ConstantKernel(2.5) * Matern([0.3, 0.8], nu=2.5) + ConstantKernel(LEVEL_VARIANCE)
    return GaussianProcessRegressor(kernel, alpha=noise, optimizer=None).fit(x, y)


def test_matches_scikit_learn():
    posterior = condition(jnp.asarray(LOGARITHMS), rows(X, Y), jnp.zeros((16, 1)))
    mean, sd = marginals(posterior, jnp.asarray(ASKED))
    expected_mean, expected_sd = reference(X, Y).predict(ASKED, return_std=True)
    np.testing.assert_allclose(mean[:, 0], expected_mean, rtol=1e-9)
    np.testing.assert_allclose(sd, expected_sd, rtol=1e-9)
    np.testing.assert_allclose(
        posterior.means[:8, 0].max(), reference(X, Y).predict(X).max(), rtol=1e-9
    )


def test_a_draw_of_the_pending_points_is_the_same_as_having_observed_it(rng):
    draws = jnp.asarray(rng.standard_normal((16, 3)))
    posterior = condition(jnp.asarray(LOGARITHMS), rows(X, Y[:5], pending=3), draws)
    means, sd = marginals(posterior, jnp.asarray(ASKED))
    for s in range(3):
        # the draw itself: the pending points' joint distribution, noise included, from scratch
        mean, spread = reference(X[:5], Y[:5]).predict(X[5:], return_cov=True)
        root = np.linalg.cholesky(spread + NOISE * np.eye(3))
        drawn = mean + root @ np.asarray(draws)[5:8, s]
        observed = reference(X, np.concatenate([Y[:5], drawn]))
        expected_mean, expected_sd = observed.predict(ASKED, return_std=True)
        np.testing.assert_allclose(means[:, s], expected_mean, rtol=1e-8)
        np.testing.assert_allclose(sd, expected_sd, rtol=1e-8)
        np.testing.assert_allclose(
            posterior.means[:8, s].max(), observed.predict(X).max(), rtol=1e-8
        )


def test_at_an_observed_point_the_deviation_is_small_but_not_zero():
    quiet = jnp.asarray(LOGARITHMS).at[3].set(np.log(1e-6))
    posterior = condition(quiet, rows(X, Y), jnp.zeros((16, 1)))
    mean, sd = marginals(posterior, jnp.asarray(X))
    np.testing.assert_allclose(mean[:, 0], Y, atol=1e-3)
    assert ((sd > 0) & (sd < 1e-2)).all()
