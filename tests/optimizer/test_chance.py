"""The chance of success: against its formula, and where it sends arms."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from armwright.optimizer import Column, Problem
from armwright.optimizer.chance import chance_of, log_chance
from armwright.optimizer.features import Features

pytestmark = pytest.mark.usefixtures("float64")

RNG = np.random.default_rng(6)
PROBLEM = Problem(columns=(Column(), Column(), Column(kind="choice", levels=2)))
FEATURES = Features.of(PROBLEM)


def points(count):
    return np.column_stack([RNG.random((count, 2)), RNG.integers(2, size=count)]).astype(float)


def of(good, bad):
    return jax.tree.map(jnp.asarray, chance_of(FEATURES, good, bad))


def chances(chance, x):
    return np.exp(np.asarray(log_chance(jnp.asarray(FEATURES.encode(x)), chance)))


def test_is_the_share_of_successes_around_a_point():
    good, bad, asked = points(7), points(4), points(5)
    chance = of(good, bad)
    x = np.concatenate([good, bad])
    rates = np.asarray(chance.rates)
    for point, ours in zip(asked, chances(chance, asked), strict=True):
        gap = (FEATURES.encode(x) - FEATURES.encode(point[None, :])) * rates
        r = np.sqrt(5 * (gap**2).sum(axis=1))
        near = (1 + r + r**2 / 3) * np.exp(-r)
        share = 8 / 13
        assert ours == pytest.approx((0.2 * share + near[:7].sum()) / (0.2 + near.sum()), rel=1e-9)


def test_tells_the_half_where_trials_fail_and_the_column_that_decides():
    x = points(60)
    chance = of(x[x[:, 0] < 0.5], x[x[:, 0] >= 0.5])
    grid = points(200)
    told = chances(chance, grid)
    clear = np.abs(grid[:, 0] - 0.5) > 0.15
    assert ((told > 0.5) == (grid[:, 0] < 0.5))[clear].all()
    assert told[grid[:, 0] > 0.8].max() < 0.1
    assert told[grid[:, 0] < 0.2].min() > 0.9
    rates = np.asarray(chance.rates)
    assert rates[0] > max(rates[1:])


def test_failures_without_any_pattern_leave_the_chance_about_even():
    x = points(80)
    chance = of(x[:40], x[40:])
    told = chances(chance, points(200))
    assert np.quantile(told, 0.1) > 0.1
    assert np.quantile(told, 0.9) < 0.9


def test_is_finite_with_slopes_where_all_have_failed():
    chance = of(points(0), points(30))
    features = jnp.asarray(FEATURES.encode(points(5)))
    both = jax.jit(jax.value_and_grad(lambda f: jnp.sum(log_chance(f, chance))))
    value, slope = both(features)
    assert np.isfinite(value)
    assert np.isfinite(slope).all()


def test_where_nothing_failed_there_is_nothing_to_weigh():
    assert chance_of(FEATURES, points(3), points(0)) is None
