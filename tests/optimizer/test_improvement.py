"""Log expected improvement against mpmath at 60 digits."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from armwright.optimizer.improvement import log_expected_improvement, log_h

pytestmark = pytest.mark.usefixtures("float64")

POINTS = [*np.linspace(-12.0, 8.0, 81), -6.000001, -37.0, -39.0, -1e3, -1e6, 40.0, 1e6]

SLOPES = jax.jit(jax.vmap(jax.value_and_grad(log_h)))
IMPROVEMENTS = jax.jit(log_expected_improvement)


def exact(z):
    """The logarithm of h and its derivative, from the definitions."""
    with mpmath.workdps(60):
        z = mpmath.mpf(float(z))
        # mpmath's ncdf loses its relative accuracy in the far tail, its erfc does not
        cdf = mpmath.erfc(-z / mpmath.sqrt(2)) / 2
        h = mpmath.npdf(z) + z * cdf
        return float(mpmath.log(h)), float(cdf / h)


def test_matches_high_precision_reference():
    values, slopes = SLOPES(np.array(POINTS))
    expected, expected_slopes = np.array([exact(z) for z in POINTS]).T
    np.testing.assert_allclose(values, expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(slopes, expected_slopes, rtol=1e-12)


def test_far_below_the_incumbent_the_gradient_still_points_up():
    slope = jax.grad(lambda mean: log_expected_improvement(mean, jnp.ones(()), jnp.zeros(())))(
        jnp.full((), -1e6)
    )
    np.testing.assert_allclose(slope, exact(-1e6)[1], rtol=1e-12)


def columns(low, high):
    return arrays(np.float64, 16, elements=st.floats(low, high))


@settings(max_examples=50)
@given(z=columns(-1e6, 1e6), sd=columns(1e-6, 1e6), step=columns(0, 10))
def test_a_better_mean_never_hurts(z, sd, step):
    with jax.enable_x64(True):
        low, high = (
            np.asarray(IMPROVEMENTS(mean, sd, np.zeros(16))) for mean in (z * sd, (z + step) * sd)
        )
    assert np.isfinite(low).all()
    assert (high >= low - 1e-12 * np.abs(low) - 1e-13).all()


@settings(max_examples=50)
@given(z=columns(-1e6, 1e6))
def test_the_gradient_is_finite_and_not_negative(z):
    with jax.enable_x64(True):
        slopes = np.asarray(SLOPES(z)[1])
    assert np.isfinite(slopes).all()
    assert (slopes >= 0).all()


def test_scales_with_the_objective():
    one, ten = (
        IMPROVEMENTS(k * np.ones(1), k * 2 * np.ones(1), k * 3 * np.ones(1)) for k in (1, 10)
    )
    np.testing.assert_allclose(ten - one, np.log(10.0), rtol=1e-12)


def test_compiles_once_per_shape():
    traces = []

    @jax.jit
    def traced(mean):
        traces.append(mean.shape)
        return log_expected_improvement(mean, jnp.ones_like(mean), jnp.zeros_like(mean))

    for mean in (0.0, 1.0, 2.0):
        traced(np.full(4, mean))
    assert traces == [(4,)]
