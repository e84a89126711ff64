"""The augmented Chebyshev scalar and its expected gain, against brute force."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from armwright.optimizer.scalarization import log_scalar_improvement, scalar

pytestmark = pytest.mark.usefixtures("float64")

PREFERENCE, IDEAL = np.array([0.2, 0.5, 0.3]), np.array([1.0, 2.0, 0.5])
MEAN, SD = np.array([0.6, 1.5, 0.4]), np.array([0.3, 0.4, 0.2])


def gain(mean, best=-0.1, shocks=64):
    return log_scalar_improvement(
        jnp.asarray(mean)[:, None, None],
        jnp.asarray(SD)[:, None],
        jnp.array([best]),
        preference=jnp.asarray(PREFERENCE),
        ideal=jnp.asarray(IDEAL),
        shocks=jnp.asarray(np.random.default_rng(0).standard_normal((3, shocks))),
    )[0, 0]


def test_the_scalar_is_the_worst_weighted_distance_to_the_ideal_point_and_some_of_the_rest():
    below = PREFERENCE * (MEAN - IDEAL)
    expected = below.min() + 0.05 * below.sum()
    found = scalar(jnp.asarray(MEAN), jnp.asarray(PREFERENCE), jnp.asarray(IDEAL))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_dominated_point_has_the_smaller_scalar():
    better = scalar(
        jnp.asarray(MEAN + np.array([0.0, 0.0, 0.1])), jnp.asarray(PREFERENCE), jnp.asarray(IDEAL)
    )
    assert better > scalar(jnp.asarray(MEAN), jnp.asarray(PREFERENCE), jnp.asarray(IDEAL))


def test_the_expected_gain_matches_monte_carlo():
    drawn = MEAN[:, None] + SD[:, None] * np.random.default_rng(1).standard_normal((3, 400_000))
    below = PREFERENCE[:, None] * (drawn - IDEAL[:, None])
    gains = np.maximum(below.min(axis=0) + 0.05 * below.sum(axis=0) + 0.1, 0.0)
    found = np.exp(gain(MEAN, shocks=400_000))
    assert found == pytest.approx(gains.mean(), abs=0.01 * np.log(2.0))  # the rounding at 0


@pytest.mark.parametrize("shift", [-1e4, -5.0, 5.0])
def test_the_gradient_points_up_however_far_out(shift):
    slope = jax.grad(gain)(jnp.asarray(MEAN + shift))
    assert np.isfinite(slope).all()
    assert (np.asarray(slope) >= 0).all()
    assert (np.asarray(slope) > 0).any()
