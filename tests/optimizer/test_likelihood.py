"""The posterior density of hyperparameters against scikit-learn; padding and pending rows."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

from armwright.optimizer.kernel import LEVEL_VARIANCE
from armwright.optimizer.likelihood import Rows, negative_log_posterior
from armwright.optimizer.priors import log_prior

pytestmark = pytest.mark.usefixtures("float64")

X = np.random.default_rng(2).random((9, 3))
Y = np.random.default_rng(3).standard_normal(9)
LOGARITHMS = np.log([0.3, 0.8, 1.7, 2.5, 0.01])


def rows(size, *, noise=None, pending=0, jitter=0.0, x=X, y=Y):
    """Padded rows; whatever stands in padding and pending rows must not matter."""
    count = len(y)
    features = np.random.default_rng(size).random((size, x.shape[1]))
    targets = np.zeros(size)
    features[:count], targets[:count] = x, y
    given = np.full(size, np.nan)
    if noise is not None:
        given[:count] = noise
    index = np.arange(size)
    return Rows(
        features=jnp.asarray(features),
        y=jnp.asarray(targets),
        noise=jnp.asarray(given),
        observed=jnp.asarray(index < count),
        pending=jnp.asarray((index >= count) & (index < count + pending)),
        membership=jnp.eye(x.shape[1]),
        jitter=jnp.asarray(jitter),
    )


density = jax.jit(jax.value_and_grad(negative_log_posterior))


def test_matches_scikit_learns_marginal_likelihood():
    kernel = ConstantKernel(2.5) * Matern([0.3, 0.8, 1.7], nu=2.5)
    kernel += ConstantKernel(LEVEL_VARIANCE) + WhiteKernel(0.01)
    model = GaussianProcessRegressor(kernel, alpha=0.0, optimizer=None).fit(X, Y)
    likelihood = model.log_marginal_likelihood_value_ + 0.5 * len(Y) * np.log(2 * np.pi)
    ours = density(jnp.asarray(LOGARITHMS), rows(9))[0] + log_prior(jnp.asarray(LOGARITHMS))
    np.testing.assert_allclose(ours, -likelihood, rtol=1e-10)


def test_padding_and_pending_rows_change_nothing():
    plain = density(jnp.asarray(LOGARITHMS), rows(9))
    padded = density(jnp.asarray(LOGARITHMS), rows(16, pending=3))
    np.testing.assert_allclose(padded[0], plain[0], rtol=1e-12)
    np.testing.assert_allclose(padded[1], plain[1], rtol=1e-9, atol=1e-10)


def test_the_gradient_is_that_of_central_differences():
    value = density(jnp.asarray(LOGARITHMS), rows(9))[1]
    for i, step in enumerate(1e-6 * np.eye(5)):
        high, low = (density(jnp.asarray(LOGARITHMS + s), rows(9))[0] for s in (step, -step))
        np.testing.assert_allclose(value[i], (high - low) / 2e-6, rtol=1e-5, atol=1e-6)


def test_known_noise_takes_the_place_of_inferred_noise():
    known = np.where(np.arange(9) < 4, 0.2, np.nan)
    other = LOGARITHMS + np.array([0, 0, 0, 0, 1.0])
    all_known = [density(jnp.asarray(t), rows(9, noise=0.2))[0] for t in (LOGARITHMS, other)]
    some_known = [density(jnp.asarray(t), rows(9, noise=known))[0] for t in (LOGARITHMS, other)]
    prior = [log_prior(jnp.asarray(t)) for t in (LOGARITHMS, other)]
    np.testing.assert_allclose(all_known[0] + prior[0], all_known[1] + prior[1], rtol=1e-12)
    assert abs((some_known[0] + prior[0]) - (some_known[1] + prior[1])) > 1e-3


def test_the_gradient_is_finite_for_repeated_points_at_the_noise_floor():
    x, y = np.repeat(X[:3], 3, axis=0), np.repeat(Y[:3], 3)
    logarithms = np.log([0.3, 0.8, 1.7, 2.5, 1e-6])
    value, slope = density(jnp.asarray(logarithms), rows(16, x=x, y=y))
    assert np.isfinite(value)
    assert np.isfinite(slope).all()
