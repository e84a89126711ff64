"""Noisy expected improvement: the function's values at observed points are drawn, too."""

import jax.numpy as jnp
import numpy as np
import pytest

from armwright.optimizer import (
    Column,
    Goal,
    Measurements,
    Observations,
    Policy,
    Problem,
    compile_count,
    suggest,
)
from armwright.optimizer.improvement import log_expected_improvement
from armwright.optimizer.kernel import LEVEL_VARIANCE
from armwright.optimizer.likelihood import Rows
from armwright.optimizer.posterior import condition, marginals
from armwright.optimizer.precision import double_precision

SQUARE = Problem(columns=(Column(), Column()))
NOISY = Policy(draws_known=True)
LENGTHS, SCALE, NOISE = np.array([0.3, 0.5]), 1.4, 0.05
KNOWN, PENDING, PADDED, DRAWS = 7, 2, 12, 40_000


def matern(a, b):
    """Covariance of the noise-free function, written anew."""
    distance = np.sqrt((((a[:, None, :] - b[None, :, :]) / LENGTHS) ** 2).sum(axis=2))
    root = np.sqrt(5.0) * distance
    return LEVEL_VARIANCE + SCALE * (1.0 + root + root**2 / 3.0) * np.exp(-root)


@pytest.fixture(scope="module")
def drawn():
    """Points, observations, and a posterior of many draws."""
    rng = np.random.default_rng(1)
    x, y = np.zeros((PADDED, 2)), np.zeros(PADDED)
    x[: KNOWN + PENDING] = rng.random((KNOWN + PENDING, 2))
    y[:KNOWN] = rng.standard_normal(KNOWN)
    place = np.arange(PADDED)
    with double_precision():
        rows = Rows(
            features=jnp.asarray(x),
            y=jnp.asarray(y),
            noise=jnp.full(PADDED, jnp.nan),
            observed=jnp.asarray(place < KNOWN),
            pending=jnp.asarray((place >= KNOWN) & (place < KNOWN + PENDING)),
            membership=jnp.eye(2),
            jitter=jnp.asarray(0.0),
        )
        numbers = jnp.asarray(rng.standard_normal((2, PADDED, DRAWS)))
        logarithms = jnp.log(jnp.array([*LENGTHS, SCALE, NOISE]))
        posterior = condition(logarithms, rows, numbers[0], numbers[1])
    return x, y, posterior


def exact(x, y, at):
    """Mean and covariance of the function at points, given the noisy observations."""
    seen = x[:KNOWN]
    inverse = np.linalg.inv(matern(seen, seen) + NOISE * np.eye(KNOWN))
    cross = matern(at, seen)
    return cross @ inverse @ y[:KNOWN], matern(at, at) - cross @ inverse @ cross.T


def test_drawn_values_have_the_mean_and_the_covariance_of_the_posterior(drawn):
    x, y, posterior = drawn
    values = np.asarray(posterior.means)[: KNOWN + PENDING]
    mean, covariance = exact(x, y, x[: KNOWN + PENDING])
    np.testing.assert_allclose(values.mean(axis=1), mean, atol=0.02)
    np.testing.assert_allclose(np.cov(values), covariance, atol=0.03)


def test_padding_takes_no_part(drawn):
    _, _, posterior = drawn
    assert not np.asarray(posterior.alpha)[KNOWN + PENDING :].any()
    assert not np.asarray(posterior.means)[KNOWN + PENDING :].any()


def test_away_from_the_points_what_draws_vary_by_and_what_is_left_make_the_whole_variance(drawn):
    x, y, posterior = drawn
    at = np.random.default_rng(2).random((5, 2))
    with double_precision():
        means, left = (np.asarray(one) for one in marginals(posterior, jnp.asarray(at)))
    mean, covariance = exact(x, y, at)
    np.testing.assert_allclose(means.mean(axis=1), mean, atol=0.02)
    np.testing.assert_allclose(means.var(axis=1) + left**2, np.diag(covariance), atol=0.03)


def test_at_a_drawn_point_nothing_is_left_to_improve(drawn):
    x, _, posterior = drawn
    with double_precision():
        means, left = marginals(posterior, jnp.asarray(x[:KNOWN]))
    np.testing.assert_allclose(means, np.asarray(posterior.means)[:KNOWN], atol=1e-4)
    assert np.asarray(left).max() < 2e-3


def test_its_improvement_is_that_of_letham_computed_without_the_program(drawn):
    """Draws of the values by NumPy, each conditioned on as exact, and EI over its largest."""
    x, y, posterior = drawn
    points, at = x[: KNOWN + PENDING], np.array([[0.2, 0.3], [0.8, 0.6]])
    mean, covariance = exact(x, y, points)
    root = np.linalg.cholesky(covariance + 1e-9 * np.eye(len(points)))
    values = mean + np.random.default_rng(3).standard_normal((DRAWS, len(points))) @ root.T
    inverse = np.linalg.inv(matern(points, points) + 1e-6 * SCALE * np.eye(len(points)))
    cross = matern(at, points)
    spread = np.sqrt(np.diag(matern(at, at) - cross @ inverse @ cross.T))
    reference = improvement(values @ inverse @ cross.T, spread, values.max(axis=1)[:, None])
    with double_precision():
        means, left = marginals(posterior, jnp.asarray(at))
    best = np.asarray(posterior.means)[: KNOWN + PENDING].max(axis=0)
    found = improvement(np.asarray(means).T, np.asarray(left), best[:, None])
    np.testing.assert_allclose(found, reference, rtol=0.03)


def improvement(mean, spread, best):
    """Expected improvement at each point, averaged over draws."""
    with double_precision():
        spread, best = (jnp.asarray(np.broadcast_to(one, mean.shape)) for one in (spread, best))
        return np.exp(log_expected_improvement(jnp.asarray(mean), spread, best)).mean(axis=0)


def known(outcomes=1, count=12):
    rng = np.random.default_rng(0)
    x = rng.random((count, 2))
    y = -((x[:, None, :] - np.linspace(0.3, 0.7, outcomes)[None, :, None]) ** 2).sum(axis=2)
    return Measurements(x=x, y=y + 0.1 * rng.standard_normal(y.shape))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("outcomes", "goal"),
    [
        (1, Goal.single()),
        (2, Goal(weights=np.eye(2), lower=np.empty(0), upper=np.empty(0))),
        (2, Goal(weights=np.ones((1, 1)), lower=np.array([-0.2]), upper=np.array([np.inf]))),
    ],
    ids=["one", "two objectives", "a bound"],
)
def test_one_program_serves_arms_of_every_kind_of_goal_again_and_again(outcomes, goal):
    def ask(count, seed):
        return suggest(SQUARE, known(outcomes, count), goal=goal, seed=seed, count=2, policy=NOISY)

    first = ask(11, 1)
    before = [compile_count(kind) for kind in ("learn", "search")]
    second = ask(12, 2)
    assert [compile_count(kind) for kind in ("learn", "search")] == before
    for proposal in (first, second):
        assert len(proposal.values) == 2
        assert np.isfinite(proposal.log_acquisition).all()
    assert ask(12, 2).values.tobytes() == second.values.tobytes()


@pytest.mark.slow
def test_predictions_are_of_what_was_observed_not_of_draws():
    told = Observations(x=known().x, y=known().y[:, 0])
    plain, noisy = (suggest(SQUARE, told, seed=1, policy=one) for one in (Policy(), NOISY))
    at_plain = suggest(SQUARE, told, seed=1, count=0)
    assert at_plain.fits[0].lengthscales == noisy.fits[0].lengthscales == plain.fits[0].lengthscales
    assert 0.0 < noisy.sd[0] < 1.0


def test_only_improvement_is_over_drawn_values():
    with pytest.raises(ValueError, match="draws_known: only with 'improvement', got 'maximum'"):
        Policy(search_for="maximum", draws_known=True)
