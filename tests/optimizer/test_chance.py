"""The chance of success: against its formula, and where it sends arms."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.stats import norm
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import Matern
from sklearn.linear_model import LogisticRegression

from armwright.optimizer import Column, Problem
from armwright.optimizer.chance import chance_like, chance_of, chance_rows, log_chance
from armwright.optimizer.features import Features

pytestmark = pytest.mark.usefixtures("float64")

PROBLEM = Problem(columns=(Column(), Column(), Column(kind="choice", levels=2)))
FEATURES = Features.of(PROBLEM)


def points(rng, count):
    return np.column_stack([rng.random((count, 2)), rng.integers(2, size=count)]).astype(float)


def of(good, bad):
    return jax.tree.map(jnp.asarray, chance_of(FEATURES, good, bad))


def chances(chance, x):
    return np.exp(np.asarray(jax.jit(log_chance)(jnp.asarray(FEATURES.encode(x)), chance)))


def test_is_what_scikit_learn_says_of_the_labels_made_a_probability(rng):
    good, bad, asked = points(rng, 9), points(rng, 6), points(rng, 5)
    chance = of(good, bad)
    features = FEATURES.encode(np.concatenate([good, bad, asked])) * np.asarray(chance.rates)
    inverse = np.asarray(chance.inverse)[:15, :15]
    noise = np.linalg.inv(inverse.T @ inverse)[0, 0] - 1.0
    labels = np.repeat([1.0, -1.0], [9, 6]) - 3 / 17
    model = GaussianProcessRegressor(Matern(1.0, nu=2.5), alpha=noise, optimizer=None)
    mean, sd = model.fit(features[:15], labels).predict(features[15:], return_std=True)
    factor = float(chance.factor)
    expected = norm.cdf(factor * (mean + 3 / 17) / np.sqrt(1 + (factor * sd) ** 2))
    np.testing.assert_allclose(chances(chance, asked), expected, rtol=1e-7)


def test_far_from_any_trial_the_chance_is_about_the_share_of_successes(rng):
    chance = of(points(rng, 30) * [0.1, 0.1, 0.0], points(rng, 10) * [0.1, 0.1, 0.0])
    told = chances(chance._replace(rates=100.0 * chance.rates), np.array([[1.0, 1.0, 1.0]]))
    assert told[0] == pytest.approx(0.7, abs=0.1)


@pytest.mark.slow
def test_more_trials_than_are_kept_still_tell_the_half(rng):
    x = points(rng, 1500)
    chance = of(x[x[:, 1] < 0.3], x[x[:, 1] >= 0.3])
    assert len(chance.weights) == 512
    told = chances(chance, np.array([[0.5, 0.2, 0.0], [0.5, 0.4, 1.0]]))
    assert told[0] > 0.95
    assert told[1] < 0.05


def rare(count):
    """Trials that fail more often the larger the first column is, a tenth of all."""
    rng = np.random.default_rng(4)
    x = np.column_stack([rng.random((count, 2)), rng.integers(2, size=count)]).astype(float)
    return x, rng.random(count) < 0.2 * x[:, 0]


def test_of_rare_failures_the_chance_is_what_all_trials_say():
    x, failed = rare(3000)
    chance = of(x[~failed], x[failed])
    grid = np.column_stack([np.linspace(0.05, 0.95, 10), np.full(10, 0.5), np.zeros(10)])
    every = LogisticRegression(C=1e3).fit(x, ~failed)
    told = chances(chance, grid)
    np.testing.assert_allclose(told, every.predict_proba(grid)[:, 1], atol=0.1)
    assert chances(chance, x).mean() == pytest.approx(1 - failed.mean(), abs=0.03)
    among_kept = chances(chance._replace(log_odds=jnp.asarray(0.0)), x)
    assert among_kept.mean() < 0.6


def test_what_is_kept_of_each_kind_puts_the_odds_right(rng):
    good, bad = points(rng, 1024), points(rng, 512)
    assert float(of(good, bad).log_odds) == pytest.approx(np.log(1024 / 256) - np.log(512 / 256))
    assert float(of(good[:256], bad[:40]).log_odds) == 0.0


def test_chances_put_right_are_finite_with_slopes_where_they_are_sure(rng):
    chance = of(points(rng, 40), points(rng, 20))._replace(
        log_odds=jnp.asarray(-6.0), factor=jnp.asarray(40.0)
    )
    features = jnp.asarray(FEATURES.encode(points(rng, 50)))
    both = jax.jit(jax.value_and_grad(lambda f: jnp.sum(log_chance(f, chance))))
    value, slope = both(features)
    assert np.isfinite(value)
    assert value < 0
    assert np.isfinite(slope).all()


def test_tells_the_half_where_trials_fail_and_the_column_that_decides(rng):
    x = points(rng, 60)
    chance = of(x[x[:, 0] < 0.5], x[x[:, 0] >= 0.5])
    grid = points(rng, 200)
    told = chances(chance, grid)
    clear = np.abs(grid[:, 0] - 0.5) > 0.15
    assert ((told > 0.5) == (grid[:, 0] < 0.5))[clear].all()
    assert told[grid[:, 0] > 0.8].max() < 0.1
    assert told[grid[:, 0] < 0.2].min() > 0.9
    rates = np.asarray(chance.rates)
    assert rates[0] > max(rates[1:])


def test_failures_without_any_pattern_leave_the_chance_about_even(rng):
    x = points(rng, 80)
    chance = of(x[:40], x[40:])
    told = chances(chance, points(rng, 200))
    assert np.quantile(told, 0.1) > 0.1
    assert np.quantile(told, 0.9) < 0.9


def test_is_finite_with_slopes_where_all_have_failed(rng):
    chance = of(points(rng, 0), points(rng, 30))
    features = jnp.asarray(FEATURES.encode(points(rng, 5)))
    both = jax.jit(jax.value_and_grad(lambda f: jnp.sum(log_chance(f, chance))))
    value, slope = both(features)
    assert np.isfinite(value)
    assert np.isfinite(slope).all()


def test_many_columns_change_at_one_rate(rng):
    problem = Problem(columns=(Column(),) * 40)
    x = rng.random((30, 40))
    chance = chance_of(Features.of(problem), x[:20], x[20:])
    assert len(set(chance.rates)) == 1


def test_where_nothing_failed_there_is_nothing_to_weigh(rng):
    assert chance_of(FEATURES, points(rng, 3), points(rng, 0)) is None


@pytest.mark.parametrize(("succeeded", "failed"), [(3, 2), (20, 13), (270, 4), (300, 280)])
def test_as_many_trials_are_kept_as_is_said_beforehand(succeeded, failed):
    features = Features.of(Problem(columns=(Column(),)))
    points = np.linspace(0.0, 1.0, succeeded + failed)[:, None]
    found = chance_of(features, points[:succeeded], points[succeeded:])
    supposed = chance_like(features, chance_rows(succeeded, failed))
    assert [leaf.shape for leaf in found] == [leaf.shape for leaf in supposed]
