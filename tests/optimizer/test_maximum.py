"""What an observation tells about the maximum: against mpmath, quadrature and Monte Carlo."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from armwright.optimizer.maximum import log_information, log_own_information

pytestmark = pytest.mark.usefixtures("float64")

GAMMAS = [-1e4, -30.0, -6.001, -5.999, -1.0, 0.0, 2.0, 5.999, 6.001, 12.0, 38.0, 1e3]

information, own_information = jax.jit(log_information), jax.jit(log_own_information)


def own(gamma):
    with mpmath.workdps(60):
        g = mpmath.mpf(gamma)
        below = mpmath.erfc(-g / mpmath.sqrt(2)) / 2
        density = mpmath.exp(-g * g / 2) / mpmath.sqrt(2 * mpmath.pi)
        above = mpmath.erfc(g / mpmath.sqrt(2)) / 2  # log1p, for 60 digits are few at 1e3
        log_below = mpmath.log(below) if g < 0 else -above * (1 + above / 2)
        log_below = mpmath.log(1 - above) if 0 <= g < 8 else log_below
        return float(mpmath.log(g * density / (2 * below) - log_below))


def test_the_closed_form_matches_high_precision_over_the_whole_line():
    ours = own_information(jnp.asarray(GAMMAS))
    np.testing.assert_allclose(ours, [own(g) for g in GAMMAS], rtol=1e-8)


def test_its_slope_is_finite_and_never_up():
    slopes = jax.jit(jax.vmap(jax.grad(log_own_information)))(jnp.asarray(GAMMAS))
    assert np.isfinite(slopes).all()
    assert (np.asarray(slopes) < 0).all()


def told(gamma, rho):
    """Entropy of a standard normal minus that of the observation below the maximum."""
    rest = np.sqrt(1 - rho**2)

    def plogp(z):
        log_p = norm.logpdf(z) + norm.logcdf((gamma - rho * z) / rest) - norm.logcdf(gamma)
        return np.exp(log_p) * log_p

    middle = -rho * norm.pdf(gamma) / norm.cdf(gamma)
    found, _ = quad(plogp, middle - 12, middle + 12, limit=400, points=[gamma / rho, middle])
    return found + 0.5 * np.log(2 * np.pi * np.e)


@pytest.mark.parametrize(
    ("rho", "within"), [(0.1, 2e-3), (0.5, 2e-3), (-0.9, 2e-3), (0.99, 2e-3), (0.999, 0.1)]
)
def test_a_correlated_observation_matches_the_entropies_by_quadrature(rho, within):
    gammas = [-3.0, -0.5, 0.0, 1.0, 3.0]
    ours = np.exp(information(jnp.asarray(gammas), jnp.asarray(rho)))
    np.testing.assert_allclose(ours, [told(g, rho) for g in gammas], rtol=within, atol=1e-9)


def test_of_the_function_itself_it_tells_the_closed_form():
    gammas = jnp.asarray(GAMMAS)
    np.testing.assert_allclose(
        information(gammas, jnp.asarray(1.0)), own_information(gammas), rtol=1e-12
    )


@pytest.mark.slow
def test_less_correlation_tells_less_and_slopes_stay_finite():
    rho = jnp.linspace(-0.9999, 0.9999, 41)
    gamma = jnp.full(41, 1.0)
    values = np.asarray(log_information(gamma, rho))
    assert (np.diff(values[:20]) < 1e-3).all()
    assert (np.diff(values[21:]) > -1e-3).all()
    slopes = jax.grad(lambda g, r: jnp.sum(log_information(g, r)), argnums=(0, 1))(gamma, rho)
    assert all(np.isfinite(slope).all() for slope in slopes)
