"""Draws of hyperparameters: moments of known densities, and quadrature of a model's own."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from armwright.optimizer.likelihood import Rows, negative_log_posterior
from armwright.optimizer.sampling import Drawing, drawing_of, hyperparameter_draws, sample

pytestmark = [pytest.mark.usefixtures("float64"), pytest.mark.slow]

SEED = np.array([0, 7], np.uint32)
COUNT = 1500


def test_a_correlated_normal_has_its_moments():
    covariance = np.array([[4.0, 1.2, 0.0], [1.2, 0.5, 0.03], [0.0, 0.03, 0.02]])
    middle, precision = jnp.asarray([1.0, -2.0, 0.3]), jnp.asarray(np.linalg.inv(covariance))

    def energy(at):
        return 0.5 * (at - middle) @ precision @ (at - middle)

    found = np.asarray(jax.jit(lambda key: sample(energy, middle + 0.1, key, count=COUNT))(SEED))
    scale = np.sqrt(np.diagonal(covariance))
    assert found.shape == (COUNT, 3)
    np.testing.assert_allclose((found.mean(axis=0) - middle) / scale, 0.0, atol=0.12)
    np.testing.assert_allclose(
        np.cov(found.T) / np.outer(scale, scale),
        covariance / np.outer(scale, scale),
        atol=0.15,
    )


def test_a_density_with_an_edge_and_a_long_tail_has_its_quantiles():
    """Exponential: log of a gamma variable would be smoother, this has a wall at 0."""

    def energy(at):
        return jnp.where(at[0] > 0, at[0], jnp.inf)

    found = np.asarray(
        jax.jit(lambda key: sample(energy, jnp.asarray([0.5]), key, count=COUNT))(SEED)
    )
    assert (found > 0).all()
    shares = [0.1, 0.5, 0.9]
    np.testing.assert_allclose(np.quantile(found, shares), -np.log1p(-np.array(shares)), rtol=0.25)


def rows(count=12):
    rng = np.random.default_rng(3)
    x = rng.random((count, 1))
    y = np.sin(5 * x[:, 0])
    return Rows(
        features=jnp.asarray(x),
        y=jnp.asarray((y - y.mean()) / y.std()),
        noise=jnp.full(count, 0.05),  # known, so that only two hyperparameters are left to learn
        observed=jnp.ones(count, bool),
        pending=jnp.zeros(count, bool),
        membership=jnp.eye(1),
        jitter=jnp.zeros(()),
    )


def test_a_models_lengthscale_is_distributed_as_quadrature_says():
    data = rows()
    length, scale = np.linspace(np.log(0.02), np.log(20), 121), np.linspace(-4.5, 6.8, 121)
    grid = np.stack(np.meshgrid(length, scale, indexing="ij"), axis=-1).reshape(-1, 2)
    points = np.column_stack([grid, np.full(len(grid), -8.0)])  # the noise is independent of both
    energies = jax.jit(
        lambda points: jax.lax.map(lambda at: negative_log_posterior(at, data), points)
    )(jnp.asarray(points))
    weights = np.exp(-(np.asarray(energies) - np.min(energies))).reshape(121, 121)
    share = weights.sum(axis=1).cumsum() / weights.sum()
    expected = np.interp([0.1, 0.5, 0.9], share, length)
    start = points[int(np.argmin(energies))]
    drawing = Drawing(data, jnp.asarray(start), SEED)
    found = jax.jit(partial(hyperparameter_draws, count=COUNT))(drawing)
    quantiles = np.quantile(np.asarray(found)[:, 0], [0.1, 0.5, 0.9])
    np.testing.assert_allclose(quantiles, expected, atol=0.1)
    noise = np.asarray(found)[:, 2]
    assert noise.mean() == pytest.approx(-8.0, abs=0.3)
    assert noise.std() == pytest.approx(2.0, rel=0.2)


def test_equal_seeds_give_equal_draws():
    start = jnp.asarray([-1.0, 0.5, -8.0])
    made = jax.jit(partial(hyperparameter_draws, count=4))
    first, again = (made(Drawing(rows(), start, SEED)) for _ in range(2))
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize(("size", "known"), [(16, 9), (320, 9), (320, 290)])
def test_of_many_rows_256_are_drawn_from_the_observed_ones_first(size, known):
    rng = np.random.default_rng(0)
    whole = Rows(
        features=rng.random((size, 2)),
        y=np.arange(float(size))[None, :],
        noise=np.full((1, size), np.nan),
        observed=(np.arange(size) < known)[None, :],
        pending=np.zeros(size, bool),
        membership=np.eye(2),
        jitter=np.float64(0.0),
    )
    rows = drawing_of(whole, 0, np.zeros(4), seed=0).rows
    assert rows.features.shape == (min(size, 256), 2)
    assert rows.observed.sum() == min(known, 256)
    assert rows.y[rows.observed][[0, -1]].tolist() == [0.0, known - 1.0]
