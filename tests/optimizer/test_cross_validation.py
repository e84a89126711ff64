"""Leave-one-out predictions against posteriors computed without the points, in plain NumPy."""

import numpy as np
import pytest

from armwright.optimizer.columns import Column, Problem
from armwright.optimizer.cross_validation import cross_validate
from armwright.optimizer.goal import Goal
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.leaving_out import without_groups
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.observations import Observations
from armwright.optimizer.tail import Tail

PROBLEM = Problem(columns=(Column(), Column(kind="choice", levels=3)))
FIT = Hyperparameters(lengthscales=(0.4, 0.9), outputscale=2.5, noise=0.02)
X = np.column_stack(
    [np.random.default_rng(3).random(15), np.random.default_rng(4).integers(3, size=15)]
).astype(float)
Y = np.sin(6 * X[:, 0]) + X[:, 1] + 40.0 + 0.1 * np.random.default_rng(5).standard_normal(15)


def prior(a, b, fit=FIT):
    """Covariance of noise-free values; see `kernel`."""
    lengths = np.array(fit.lengthscales)
    steps = np.stack([a[:, None, 0] - b[None, :, 0], a[:, None, 1] != b[None, :, 1]], axis=2)
    r = np.sqrt(5 * ((steps / lengths) ** 2).sum(axis=2))
    return 4.0 + fit.outputscale * (1 + r + r**2 / 3) * np.exp(-r)


def conditioned(y, noise, left_out, at):
    """Mean and variance of the noise-free function at rows, given all rows but those left out."""
    kept = np.setdiff1d(np.arange(len(y)), left_out)
    matrix = prior(X[kept], X[kept]) + np.diag(noise[kept])
    cross = prior(X[at], X[kept])
    solved = np.linalg.solve(matrix, cross.T)
    return solved.T @ y[kept], np.diagonal(prior(X[at], X[at]) - cross @ solved)


def brute(y, noise, groups):
    mean, variance = np.empty(len(y)), np.empty(len(y))
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        mean[rows], variance[rows] = conditioned(y, noise, rows, rows)
    return mean, variance


def test_each_point_is_predicted_as_by_a_posterior_that_never_saw_it():
    found = cross_validate(PROBLEM, Observations(x=X, y=Y), FIT)
    scale = Y.std()
    noise = np.full(15, FIT.noise)
    mean, variance = brute((Y - Y.mean()) / scale, noise, np.arange(15))
    np.testing.assert_allclose(found.mean, Y.mean() + scale * mean, rtol=1e-9)
    np.testing.assert_allclose(found.sd, scale * np.sqrt(variance), rtol=1e-7)
    np.testing.assert_allclose(found.observed_sd, scale * np.sqrt(variance + noise), rtol=1e-8)


def test_known_noise_counts_for_each_observation_alone():
    known = np.where(np.arange(15) % 2, 0.3, np.nan)
    found = cross_validate(PROBLEM, Observations(x=X, y=Y, noise=known), FIT)
    scale = Y.std()
    noise = np.where(np.isnan(known), FIT.noise, known / scale**2)
    mean, variance = brute((Y - Y.mean()) / scale, noise, np.arange(15))
    np.testing.assert_allclose(found.mean, Y.mean() + scale * mean, rtol=1e-9)
    np.testing.assert_allclose(found.observed_sd, scale * np.sqrt(variance + noise), rtol=1e-8)


def test_groups_are_left_out_together():
    groups = np.arange(15) // 4
    found = cross_validate(PROBLEM, Observations(x=X, y=Y), FIT, groups=groups)
    scale = Y.std()
    mean, variance = brute((Y - Y.mean()) / scale, np.full(15, FIT.noise), groups)
    np.testing.assert_allclose(found.mean, Y.mean() + scale * mean, rtol=1e-9)
    np.testing.assert_allclose(found.sd, scale * np.sqrt(variance), rtol=1e-7)


def test_a_tail_that_is_drawn_in_is_let_out_again():
    y = -np.exp(np.linspace(0, 25, 15))
    fit = Hyperparameters(lengthscales=(0.4, 0.9), outputscale=2.5, noise=0.02, drawn_in=True)
    seen = Observations(x=X, y=y)
    found = cross_validate(PROBLEM, seen, fit)
    tail = Tail.of(seen)
    inside = tail.draw_in(seen).y
    scale, noise = inside.std(), np.full(15, FIT.noise)
    mean, variance = brute((inside - inside.mean()) / scale, noise, np.arange(15))
    expected = tail.let_out(inside.mean() + scale * mean, scale * np.sqrt(variance))
    np.testing.assert_allclose(found.mean, expected[0], rtol=1e-7)
    np.testing.assert_allclose(found.sd, expected[1], rtol=1e-6)


def test_repetitions_that_will_not_factor_get_a_little_more_noise():
    x, y = np.repeat(X[:4], 4, axis=0), np.repeat(Y[:4], 4)
    fit = Hyperparameters(lengthscales=(0.4, 0.9), outputscale=2.5, noise=1e-17)
    found = cross_validate(PROBLEM, Observations(x=x, y=y), fit)
    np.testing.assert_allclose(found.mean, y, rtol=1e-2)
    assert (found.observed_sd > 0).all()


@pytest.mark.slow
def test_outcomes_with_gaps_have_gaps():
    y = np.column_stack([Y, -3.0 * Y])
    y[4, 1] = np.nan
    goal = Goal(weights=np.ones((1, 1)), lower=np.array([-np.inf]), upper=np.array([0.0]))
    found = cross_validate(PROBLEM, Measurements(x=X, y=y), [FIT, FIT], goal=goal)
    alone = cross_validate(PROBLEM, Observations(x=X, y=Y), FIT)
    rest = np.arange(15) != 4
    second = cross_validate(PROBLEM, Observations(x=X[rest], y=-3.0 * Y[rest]), FIT)
    np.testing.assert_allclose(found.mean[:, 0], alone.mean, rtol=1e-9)
    np.testing.assert_allclose(found.mean[rest, 1], second.mean, rtol=1e-9)
    np.testing.assert_allclose(found.sd[rest, 1], second.sd, rtol=1e-7)
    assert np.isnan([found.mean[4, 1], found.sd[4, 1], found.observed_sd[4, 1]]).all()


def test_the_closed_form_needs_no_particular_order_of_groups(rng):
    root = rng.standard_normal((6, 6))
    covariance = root @ root.T + 0.1 * np.eye(6)
    y, groups = rng.standard_normal(6), np.array([7, 1, 7, 0, 1, 7])
    inverse = np.linalg.inv(covariance)
    mean, variance = without_groups(inverse, inverse @ y, y, groups)
    for i in range(6):
        kept = np.flatnonzero(groups != groups[i])
        solved = np.linalg.solve(covariance[np.ix_(kept, kept)], covariance[kept, i])
        assert mean[i] == pytest.approx(solved @ y[kept])
        assert variance[i] == pytest.approx(covariance[i, i] - solved @ covariance[kept, i])


def test_one_observation_is_too_few():
    with pytest.raises(ValueError, match="expected at least 2, got 1"):
        cross_validate(PROBLEM, Observations(x=X[:1], y=Y[:1]), FIT)


def test_groups_of_another_number_are_refused():
    with pytest.raises(ValueError, match="groups: expected 15 numbers, got shape"):
        cross_validate(PROBLEM, Observations(x=X, y=Y), FIT, groups=np.arange(3))
