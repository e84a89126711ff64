"""The knowledge gradient against Monte Carlo, quadrature and its limits."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armwright.optimizer.knowledge import log_knowledge_gradient

pytestmark = pytest.mark.usefixtures("float64")

gain = jax.jit(log_knowledge_gradient)
slope = jax.jit(jax.value_and_grad(log_knowledge_gradient, argnums=(0, 1)))


def dense(a, b, points=4_000_001):
    """The expectation by the trapezoidal rule on a fine grid, kinks and all.

    What is summed is the gain over the line that is best now, never negative: a gain that comes
    about once in a trillion draws is as exact as a large one.
    """
    z = np.linspace(-36, 36, points)
    now = np.argmax(a)
    gain = np.zeros(points)
    for level, slope in zip(a - a[now], b - b[now], strict=True):
        np.maximum(gain, level + slope * z, out=gain)
    weights = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    return np.sum(gain * weights) * (z[1] - z[0])


@pytest.mark.parametrize("size", [2, 30])
def test_matches_a_fine_quadrature(rng, size):
    a, b = rng.standard_normal(size), rng.standard_normal(size)
    ours = np.exp(gain(jnp.asarray(a), jnp.asarray(b)))
    np.testing.assert_allclose(ours, dense(a, b), rtol=1e-6)


def test_matches_monte_carlo(rng):
    a, b = rng.standard_normal(30), rng.standard_normal(30)
    draws = rng.standard_normal(400_000)
    best = np.max(a[:, None] + b[:, None] * draws, axis=0) - a.max()
    error = best.std() / np.sqrt(len(draws))
    assert abs(np.exp(gain(jnp.asarray(a), jnp.asarray(b))) - best.mean()) < 4 * error


def test_ties_and_repeated_lines_count_once():
    a, b = jnp.asarray([0.0, 0.0, 1.0, 1.0, 0.5]), jnp.asarray([1.0, 1.0, 0.2, 0.2, 0.2])
    np.testing.assert_allclose(
        np.exp(gain(a, b)), dense(np.array([0.0, 1.0]), np.array([1.0, 0.2])), rtol=1e-6
    )


def test_what_moves_nothing_gains_nothing_and_has_a_slope():
    a, b = jnp.asarray([0.0, 1.0]), jnp.zeros(2)
    value, slopes = slope(a, b)
    assert value < -1e3
    assert all(np.isfinite(slope).all() for slope in slopes)


@given(
    st.lists(st.floats(-50, 50), min_size=2, max_size=2),
    st.lists(st.floats(-3, 3), min_size=2, max_size=2),
)
def test_is_never_nan_and_its_slopes_are_finite(a, b):
    with jax.enable_x64(True):
        value, slopes = slope(jnp.asarray(a, np.float64), jnp.asarray(b, np.float64))
    assert not np.isnan(value)
    assert all(np.isfinite(each).all() for each in slopes)
