"""A long tail of bad values is drawn in; a short one is left alone."""

import numpy as np
import pytest
from scipy import stats

from armwright.optimizer import (
    Column,
    Goal,
    Hyperparameters,
    Measurements,
    Observations,
    Problem,
    predict,
    suggest,
)
from armwright.optimizer.tail import Tail


def observed(y, noise=None):
    y = np.asarray(y, np.float64)
    return Observations(x=np.linspace(0.0, 1.0, len(y))[:, None], y=y, noise=noise)


LONG = -np.array([*np.linspace(1.0, 12.0, 19), 5000.0])


@pytest.mark.parametrize(
    "y",
    [
        np.linspace(0.0, 1.0, 30),
        np.zeros(12),
        LONG[9:],  # too few to say
        -LONG,  # long, but of good values
        np.append(np.zeros(19), -1e6),  # a quarter of them are the best
    ],
)
def test_no_long_tail_of_bad_values_is_left_alone(y):
    assert Tail.of(observed(y)) is None


@pytest.mark.parametrize("scale", [1e-300, 1e-5, 1.0, 1e7, 1e297])
def test_a_long_tail_keeps_its_order_and_loses_its_skewness_at_any_scale(scale):
    known = observed(LONG * scale)
    tail = Tail.of(known)
    assert tail is not None
    drawn = tail.draw_in(known)
    assert (np.argsort(drawn.y) == np.argsort(known.y)).all()
    assert abs(stats.skew(drawn.y)) < abs(stats.skew(LONG))


def test_what_is_drawn_in_without_doubt_comes_out_as_it_was():
    known = observed(LONG)
    tail = Tail.of(known)
    assert tail is not None
    mean, sd = tail.let_out(tail.draw_in(known).y, np.zeros(len(LONG)))
    np.testing.assert_allclose(mean, LONG, rtol=1e-12)
    np.testing.assert_array_equal(sd, 0.0)


def test_moments_are_those_of_draws():
    tail = Tail.of(observed(LONG))
    assert tail is not None
    mean, sd = tail.let_out(np.array([2.0]), np.array([0.7]))
    draws = 2.0 + 0.7 * np.random.default_rng(0).standard_normal(2_000_000)
    loss = np.exp(-draws) - tail.quartile
    y = (tail.best - loss) * tail.magnitude
    np.testing.assert_allclose(mean[0], y.mean(), rtol=1e-3)
    np.testing.assert_allclose(sd[0], y.std(), rtol=1e-2)


def test_noise_is_scaled_by_the_slope():
    known = observed(LONG, noise=np.full(len(LONG), 0.04))
    tail = Tail.of(known)
    assert tail is not None
    step = 1e-6
    there = tail.draw_in(observed(LONG + step)).y
    back = tail.draw_in(observed(LONG - step)).y
    slope = (there - back) / (2 * step)
    np.testing.assert_allclose(tail.draw_in(known).noise, 0.04 * slope**2, rtol=1e-4)


def test_far_from_all_observations_what_comes_out_is_finite():
    tail = Tail.of(observed(LONG * 1e297))
    assert tail is not None
    mean, sd = tail.let_out(np.array([-1e6, 0.0, 1e6]), np.array([0.0, 1e4, 1.0]))
    assert np.isfinite(mean).all()
    assert np.isfinite(sd).all()


def steep(row):
    return -np.exp(30.0 * row[0] ** 3) - 10.0 * row[1]


def test_predictions_of_a_long_tailed_objective_are_in_its_own_units():
    problem = Problem(columns=(Column(), Column()))
    x = np.random.default_rng(3).random((25, 2))
    y = np.array([steep(row) for row in x])
    known = Observations(x=x, y=y)
    assert Tail.of(known) is not None
    proposal = suggest(problem, known, seed=0)
    assert proposal.fits[0].drawn_in
    mean, sd = predict(problem, known, proposal.fits, x)
    np.testing.assert_allclose(mean, y, rtol=0.05, atol=1.0)
    assert (sd > 0).all()


def test_a_bounded_outcome_keeps_its_scale():
    problem = Problem(columns=(Column(), Column()))
    x = np.random.default_rng(3).random((25, 2))
    y = np.array([[steep(row), steep(row[::-1])] for row in x])
    goal = Goal(weights=np.ones((1, 1)), lower=np.array([-1e10]), upper=np.array([np.inf]))
    proposal = suggest(problem, Measurements(x=x, y=y), goal=goal, seed=0)
    mean, _ = predict(problem, Measurements(x=x, y=y), proposal.fits, x, goal=goal)
    assert goal.eligible(Measurements(x=x, y=mean)).tolist() == (y[:, 1] >= -1e10).tolist()


def test_a_tail_is_drawn_in_near_the_incumbent_and_elsewhere_only_a_very_long_one():
    problem = Problem(columns=(Column(), Column()))
    x = np.random.default_rng(3).random((25, 2))
    y = np.array([steep(row) for row in x])
    fair = -((-y) ** 0.3)  # skewed by more than 1 and less than 3
    assert Tail.of(Observations(x=x, y=fair)) is None
    assert Tail.of(Observations(x=x, y=fair), skewness=1.0) is not None
    warm = None
    for count, values, is_drawn_in in ((24, fair, True), (25, fair, False), (25, y, True)):
        known = Observations(x=x[:count], y=values[:count])
        warm = suggest(problem, known, warm=warm, seed=count).fits
        assert warm[0].drawn_in == is_drawn_in
        assert Hyperparameters.from_dict(warm[0].to_dict()) == warm[0]


def test_a_fit_starts_from_the_last_one_on_its_own_scale():
    problem = Problem(columns=(Column(), Column()))
    x = np.random.default_rng(3).random((27, 2))
    y = -((-np.array([steep(row) for row in x])) ** 0.3)  # drawn in near the incumbent only
    warm, searched = None, []
    for count in (24, 25, 26, 27):
        warm = suggest(problem, Observations(x=x[:count], y=y[:count]), warm=warm, seed=1).fits
        searched.append(warm[0].searched)
    assert searched == [24, 25, 24, 25]
    assert warm[0].other is not None
    assert (warm[0].drawn_in, warm[0].other.drawn_in) == (False, True)
    assert warm[0].other.other is None
