"""Priors against SciPy's densities, up to their constants."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from armwright.optimizer.priors import lengthscale_weights, log_gamma, log_lognormal, log_prior

pytestmark = pytest.mark.usefixtures("float64")

VALUES = np.array([1e-6, 1e-3, 0.2, 1.0, 30.0])


def up_to_a_constant(ours, theirs):
    np.testing.assert_allclose(ours - ours[0], theirs - theirs[0], rtol=1e-10)


def test_gamma_matches_scipy():
    up_to_a_constant(
        np.asarray(log_gamma(jnp.log(VALUES), 3.0, 6.0)), stats.gamma(3, scale=1 / 6).logpdf(VALUES)
    )


def test_lognormal_matches_scipy():
    up_to_a_constant(
        np.asarray(log_lognormal(jnp.log(VALUES), -8.0, 2.0)),
        stats.lognorm(2.0, scale=np.exp(-8)).logpdf(VALUES),
    )


@pytest.mark.parametrize(
    ("width", "expected"), [(1, 1.0), (10, 1.0), (12, 0.6), (15, 0.0), (90, 0.0)]
)
def test_the_lengthscale_prior_crosses_over_between_ten_and_fifteen_columns(width, expected):
    near, far = lengthscale_weights(width)
    assert near == pytest.approx(expected)
    assert near + far == pytest.approx(1.0)


@pytest.mark.parametrize("width", [1, 6, 12, 60])
def test_the_density_is_finite_over_the_bounds_of_the_fit(width):
    from armwright.optimizer.learning import hyperparameter_bounds

    for corner in hyperparameter_bounds(width):
        assert np.isfinite(log_prior(corner))
