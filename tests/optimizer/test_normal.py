"""Log probabilities of normal intervals against mpmath at 60 digits."""

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest

from armwright.optimizer.normal import log_probability_below, log_probability_between

pytestmark = pytest.mark.usefixtures("float64")

POINTS = [*np.linspace(-12.0, 9.0, 85), -6.000001, -37.0, -39.0, -1e3, -1e6, 40.0]
VALUE_AND_SLOPE = jax.jit(jax.vmap(jax.value_and_grad(log_probability_below)))
BETWEEN = jax.jit(jax.vmap(jax.value_and_grad(log_probability_between, argnums=(0, 1))))


def cdf(z):
    return mpmath.erfc(-mpmath.mpf(float(z)) / mpmath.sqrt(2)) / 2


def test_the_probability_below_matches_a_high_precision_reference():
    with mpmath.workdps(60):
        expected = np.array(
            [(float(mpmath.log(cdf(z))), float(mpmath.npdf(z) / cdf(z))) for z in POINTS]
        )
    values, slopes = VALUE_AND_SLOPE(np.array(POINTS))
    np.testing.assert_allclose(values, expected[:, 0], rtol=1e-12)
    np.testing.assert_allclose(slopes, expected[:, 1], rtol=1e-12)


@pytest.mark.parametrize("offset", [-1e6, -40.0, -3.0, -0.5, 0.2, 30.0])
@pytest.mark.parametrize("width", [1e-3, 1.0, 50.0])
def test_the_probability_between_matches_a_high_precision_reference(offset, width):
    low, high = offset, offset + width
    with mpmath.workdps(60):
        flip = low + high > 0  # mpmath too is better in the left tail
        a, b = (-high, -low) if flip else (low, high)
        share = cdf(b) - cdf(a)
        expected = float(mpmath.log(share))
        slopes = [float(-mpmath.npdf(low) / share), float(mpmath.npdf(high) / share)]
    value, (below, above) = BETWEEN(np.array([low]), np.array([high]))
    np.testing.assert_allclose(value[0], expected, rtol=1e-10)
    np.testing.assert_allclose([below[0], above[0]], slopes, rtol=1e-3, atol=1e-15)


@pytest.mark.parametrize("z", [-1e6, -1.0, 0.0, 2.0, 1e6])
def test_without_a_bound_on_one_side_it_is_the_probability_of_the_other(z):
    low, high = np.array([z, -1e100]), np.array([1e100, z])
    values, slopes = BETWEEN(low, high)
    np.testing.assert_array_equal(values, log_probability_below(jnp.array([-z, z])))
    np.testing.assert_array_equal(slopes[0][1:], 0.0)
    np.testing.assert_array_equal(slopes[1][:1], 0.0)
    assert np.isfinite(values).all()


def test_without_any_bound_it_is_certain():
    value, slopes = BETWEEN(np.array([-1e100]), np.array([1e100]))
    assert (value[0], slopes[0][0], slopes[1][0]) == (0.0, 0.0, 0.0)


def test_an_interval_that_rounds_to_nothing_is_finite():
    values, slopes = BETWEEN(np.array([-1e12, 1e12]), np.array([-1e12, 1e12]))
    assert np.isfinite(values).all()
    assert all(np.isfinite(slope).all() for slope in slopes)
