"""Probabilities of being the best, and shrunk means, against closed forms."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from armwright.generation.thompson_sampling import Bound, combined, probability_best, shrunk


def probability(means, sds, bounds=(), weights=None, num_samples=40_000):
    means, sds = np.array(means, float), np.array(sds, float)
    if means.ndim == 1:
        means, sds = means[:, None], sds[:, None]
    weights = np.array([1.0] + [0.0] * (means.shape[1] - 1) if weights is None else weights)
    return probability_best(
        means, sds, weights, bounds, rng=np.random.default_rng(1), num_samples=num_samples
    )


def test_of_two_arms_it_is_the_normal_distribution_of_the_difference():
    expected = norm.cdf((1.0 - 0.4) / math.hypot(0.5, 1.2))
    found = probability([1.0, 0.4], [0.5, 1.2])
    np.testing.assert_allclose(found, [expected, 1 - expected], atol=5 * 0.5 / math.sqrt(40_000))


def test_equal_arms_are_equally_probable():
    np.testing.assert_allclose(probability([3.0] * 5, [2.0] * 5), 0.2, atol=0.01)


def test_without_errors_the_best_arm_is_certain():
    np.testing.assert_array_equal(probability([1.0, 3.0, 2.0], [0.0] * 3), [0.0, 1.0, 0.0])


def test_an_arm_that_breaks_a_bound_does_not_win():
    bounds = [Bound(column=1, sign=1.0, bound=5.0)]
    found = probability([[3.0, 9.0], [2.0, 4.0], [1.0, 4.0]], np.zeros((3, 2)), bounds)
    np.testing.assert_array_equal(found, [0.0, 1.0, 0.0])


def test_a_lower_bound_is_one_too():
    bounds = [Bound(column=1, sign=-1.0, bound=5.0)]
    found = probability([[3.0, 4.0], [2.0, 5.0]], np.zeros((2, 2)), bounds)
    np.testing.assert_array_equal(found, [0.0, 1.0])


def test_a_bounded_metric_counts_with_its_probability():
    bounds = [Bound(column=1, sign=1.0, bound=0.0)]
    found = probability([[1.0, 0.5], [0.0, -9.0]], [[0.0, 1.0], [0.0, 0.0]], bounds)
    np.testing.assert_allclose(found[0], norm.cdf(-0.5), atol=0.0125)


def test_where_no_arm_keeps_the_bounds_the_one_nearest_to_them_wins():
    bounds = [Bound(column=1, sign=1.0, bound=0.0)]
    found = probability([[3.0, 9.0], [1.0, 4.0]], np.zeros((2, 2)), bounds)
    np.testing.assert_array_equal(found, [0.0, 1.0])


def test_weights_add_metrics_up():
    found = probability([[1.0, 1.0], [0.0, 3.0]], np.zeros((2, 2)), weights=[1.0, 1.0])
    np.testing.assert_array_equal(found, [0.0, 1.0])


def test_many_samples_of_many_arms_are_drawn_in_pieces():
    found = probability(np.zeros(5000), np.ones(5000), num_samples=2000)
    assert found.sum() == pytest.approx(1.0)


def test_repeated_estimates_are_combined_by_inverse_variance():
    mean, sd = combined(np.array([1.0, 4.0]), np.array([1.0, 2.0]))
    assert mean == pytest.approx((1.0 * 1.0 + 4.0 * 0.25) / 1.25)
    assert sd == pytest.approx(1.25**-0.5)


def test_estimates_without_error_leave_the_others_no_say():
    assert combined(np.array([1.0, 4.0, 2.0]), np.array([0.0, 2.0, 0.0])) == (1.5, 0.0)


def test_equal_errors_give_the_james_stein_rule():
    means = np.array([4.0, -1.0, 7.0, 2.0, 0.0, 12.0])
    variance, k = 0.25, len(means)
    middle = means.mean()
    factor = 1 - (k - 3) * variance / ((means - middle) ** 2).sum()
    found, _ = shrunk(means, np.full(k, 0.5))
    np.testing.assert_allclose(found, middle + factor * (means - middle), rtol=1e-12)


def test_means_that_spread_no_more_than_their_errors_move_most_of_the_way():
    means = np.array([0.1, -0.1, 0.05, 0.0, -0.05, 0.02])
    found, _ = shrunk(means, np.ones(6))
    np.testing.assert_allclose(found - means.mean(), (means - means.mean()) * 2 / 5, atol=1e-12)


def test_the_more_uncertain_mean_moves_more():
    means, sds = np.array([0.0, 0.0, 10.0, 10.0]), np.array([1.0, 3.0, 1.0, 3.0])
    found, _ = shrunk(means, sds)
    assert found[1] > found[0] > 0.0
    assert found[3] < found[2] < 10.0


def test_shrinking_makes_the_total_error_smaller():
    """Stein (1956): for 3 means and more, whatever they are; here over 300 draws of 10."""
    rng = np.random.default_rng(0)
    true = rng.normal(0.0, 1.0, 10)
    raw = moved = 0.0
    for _ in range(300):
        means = true + rng.normal(0.0, 1.0, 10)
        raw += ((means - true) ** 2).sum()
        moved += ((shrunk(means, np.ones(10))[0] - true) ** 2).sum()
    assert moved < 0.8 * raw


def test_the_shrunk_errors_cover_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(0)
    inside = []
    for _ in range(500):
        true = rng.normal(0.0, 1.0, 12)
        found, sds = shrunk(true + rng.normal(0.0, 1.0, 12), np.ones(12))
        inside.append(np.abs(found - true) < 1.96 * sds)
    assert 0.93 < np.mean(inside) < 0.97


@pytest.mark.parametrize(
    ("means", "sds"), [([1.0, 2.0, 3.0], [1.0] * 3), ([1.0, 2.0, 3.0, 9.0], [1.0, 0.0, 1.0, 1.0])]
)
def test_few_arms_and_exact_ones_are_left_as_they_are(means, sds):
    found, errors = shrunk(np.array(means), np.array(sds))
    np.testing.assert_array_equal(found, means)
    np.testing.assert_array_equal(errors, sds)


@given(
    pairs=st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(1e-3, 1e3)), min_size=4, max_size=20)
)
def test_a_shrunk_mean_lies_between_its_own_and_the_middle(pairs):
    means, sds = (np.array(column) for column in zip(*pairs, strict=True))
    middle = (means / sds**2).sum() / (sds**-2.0).sum()
    found, errors = shrunk(means, sds)
    slack = 1e-9 * (1.0 + np.abs(means).max())
    assert (found >= np.minimum(means, middle) - slack).all()
    assert (found <= np.maximum(means, middle) + slack).all()
    assert np.isfinite(errors).all()
    assert (errors > 0).all()
