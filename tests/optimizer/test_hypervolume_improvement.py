"""Expected hypervolume improvement against Monte Carlo over the exact hypervolume."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from armwright.optimizer.hypervolume_improvement import log_hypervolume_improvement, strips
from armwright.optimizer.pareto import hypervolume

pytestmark = pytest.mark.usefixtures("float64")

FRONT = np.array([[0.1, 0.9], [0.5, 0.6], [0.9, 0.2], [0.4, 0.3], [-1.0, 2.0]])
REFERENCE = np.zeros(2)


def gain(mean, sd, points=FRONT):
    padded = np.zeros((8, 2))
    padded[: len(points)] = points
    counted = np.arange(8) < len(points)
    below = strips(
        jnp.asarray(padded.T[:, :, None]), jnp.asarray(counted[:, None]), jnp.asarray(REFERENCE)
    )
    return log_hypervolume_improvement(
        jnp.asarray(mean)[:, None, None], jnp.asarray(sd)[:, None], below
    )[0, 0]


@pytest.mark.slow
@pytest.mark.parametrize("mean", [(0.6, 0.7), (0.3, 0.3), (1.2, -0.2), (0.0, 1.5), (-1.0, -1.0)])
@pytest.mark.parametrize("points", [FRONT, FRONT[:1], FRONT[:0]], ids=["five", "one", "none"])
def test_matches_monte_carlo(mean, points):
    sd = np.array([0.3, 0.2])
    draws = np.random.default_rng(0).standard_normal((20_000, 2)) * sd + mean
    before = hypervolume(points, REFERENCE)
    gains = [hypervolume(np.vstack([points, row]), REFERENCE) - before for row in draws]
    expected, error = np.mean(gains), np.std(gains) / np.sqrt(len(gains))
    assert abs(float(jnp.exp(gain(mean, sd, points))) - expected) < 4 * error + 1e-9


def test_without_doubt_it_is_the_gain_itself():
    mean = np.array([0.7, 0.7])
    expected = hypervolume(np.vstack([FRONT, mean]), REFERENCE) - hypervolume(FRONT, REFERENCE)
    np.testing.assert_allclose(gain(mean, np.full(2, 1e-7)), np.log(expected), rtol=1e-5)


@pytest.mark.parametrize("mean", [(-50.0, -50.0), (-1e5, 0.5), (0.5, -1e5), (1e3, 1e3)])
def test_far_away_the_value_is_finite_and_the_gradient_points_back(mean):
    slope = jax.grad(lambda at: gain(at, np.full(2, 0.1)))(jnp.asarray(mean, jnp.float64))
    assert np.isfinite(gain(mean, np.full(2, 0.1)))
    assert np.isfinite(slope).all()
    assert (np.asarray(slope) >= 0).all()
    assert (np.asarray(slope) > 0).any()


def test_the_gradient_matches_differences():
    at, sd, step = jnp.array([0.45, 0.55]), np.array([0.3, 0.2]), 1e-6
    slope = jax.grad(lambda mean: gain(mean, sd))(at)
    for i in range(2):
        moved = [gain(at.at[i].add(sign * step), sd) for sign in (1, -1)]
        np.testing.assert_allclose(slope[i], (moved[0] - moved[1]) / (2 * step), rtol=1e-6)
