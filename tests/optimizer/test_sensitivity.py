"""Sobol indices against closed forms, and against conditional variances by brute force."""

import numpy as np
import pytest

from armwright.optimizer.columns import Column, Problem, feasible, lattice
from armwright.optimizer.sensitivity import sobol_indices

PI = np.pi


def box(width, lower=0.0, upper=1.0):
    return Problem(columns=(Column(lower=lower, upper=upper),) * width)


def ishigami(values, a=7.0, b=0.1):
    x, y, z = values.T
    return (np.sin(x) + a * np.sin(y) ** 2 + b * z**4 * np.sin(x))[:, None]


def ishigami_indices(a=7.0, b=0.1):
    """Ishigami and Homma (1990)."""
    one = 0.5 * (1 + b * PI**4 / 5) ** 2
    two = a**2 / 8
    both = b**2 * PI**8 * (1 / 18 - 1 / 50)
    whole = one + two + both
    return (
        np.array([one, two, 0.0]) / whole,
        np.array([one + both, two, both]) / whole,
        whole,
    )


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_indices_of_ishigamis_function_are_its_closed_form(seed):
    first, total, variance = ishigami_indices()
    found = sobol_indices(ishigami, box(3, -PI, PI), seed=seed, points=4096)
    np.testing.assert_allclose(found.first[0], first, atol=0.03)
    np.testing.assert_allclose(found.total[0], total, atol=0.01)
    np.testing.assert_allclose(found.variance[0], variance, rtol=0.01)


def test_intervals_hold_the_closed_form_nearly_always_and_shrink_with_more_points():
    first, total, _ = ishigami_indices()
    inside, widths = [], []
    for seed in range(12):
        found = sobol_indices(ishigami, box(3, -PI, PI), seed=seed, points=256)
        for exact, interval in ((first, found.first_interval), (total, found.total_interval)):
            inside.append((exact >= interval[0, :, 0]) & (exact <= interval[0, :, 1]))
            widths.append(np.ptp(interval[0], axis=1).max())
    assert np.mean(inside) >= 0.9
    many = sobol_indices(ishigami, box(3, -PI, PI), seed=0, points=4096)
    assert np.ptp(many.first_interval[0], axis=1).max() < 0.5 * np.mean(widths)


@pytest.mark.parametrize("seed", range(8))
def test_of_a_column_that_does_it_all_the_interval_ends_at_the_whole(seed):
    found = sobol_indices(lambda v: np.exp(6.0 * v[:, :1]), box(2), seed=seed, points=128)
    for index, interval in (
        (found.first, found.first_interval),
        (found.total, found.total_interval),
    ):
        assert (interval >= 0).all()
        assert (interval <= 1).all()
        assert interval[0, 0, 0] <= index[0, 0] <= interval[0, 0, 1] == 1.0
        assert interval[0, 0, 0] > 0.5


def test_a_total_index_is_measured_against_the_variance_of_the_same_pairs():
    """Against all points' variance alone the estimate is off by half as much again."""
    errors = [
        sobol_indices(
            lambda v: np.prod(np.abs(4.0 * v - 2.0), axis=1)[:, None],  # Sobol's g, a = 0
            box(3),
            seed=seed,
            points=128,
        ).total[0]
        - (1 / 3) * (4 / 3) ** 2 / ((4 / 3) ** 3 - 1)
        for seed in range(20)
    ]
    assert np.abs(errors).mean() < 0.07


def test_indices_of_an_additive_function_are_shares_of_its_variance():
    found = sobol_indices(lambda v: (v @ [1.0, 2.0, 0.0])[:, None], box(3), seed=0)
    np.testing.assert_allclose(found.first[0], [0.2, 0.8, 0.0], atol=2e-3)
    np.testing.assert_allclose(found.total[0], [0.2, 0.8, 0.0], atol=2e-3)


def test_indices_know_no_unit():
    found = sobol_indices(
        lambda v: np.stack([v @ [1.0, 2.0], 1e9 + 1e5 * (v @ [1.0, 2.0])], axis=1), box(2), seed=0
    )
    np.testing.assert_allclose(found.first[1], found.first[0], rtol=1e-6)
    np.testing.assert_allclose(found.total[1], found.total[0], rtol=1e-6)


def test_a_constant_function_has_no_indices():
    found = sobol_indices(lambda v: np.full((len(v), 1), 3.0), box(2), seed=0)
    assert not found.first.any()
    assert not found.total.any()
    assert found.variance[0] == 0


def test_a_held_column_has_none_either():
    found = sobol_indices(lambda v: v.sum(axis=1)[:, None], box(2), seed=0, held={1: 0.25})
    np.testing.assert_allclose(found.first[0], [1.0, 0.0], atol=5e-3)
    assert found.total[0, 1] == 0


def test_the_logarithm_of_a_log_column_counts():
    problem = Problem(columns=(Column(lower=1e-4, upper=1.0, log=True), Column()))
    span = np.log(1e4)
    found = sobol_indices(lambda v: (np.log(v[:, 0]) / span + v[:, 1])[:, None], problem, seed=0)
    np.testing.assert_allclose(found.first[0], [0.5, 0.5], atol=5e-3)


def brute(function, points):
    """Indices over equally likely points by their definition."""
    value = function(points)[:, 0]
    whole = value.var()
    first, total = [], []
    for j in range(points.shape[1]):
        rest = np.delete(points, j, axis=1)
        means, inner = np.empty(len(points)), np.empty(len(points))
        for i in range(len(points)):
            means[i] = value[points[:, j] == points[i, j]].mean()
            inner[i] = value[(rest == rest[i]).all(axis=1)].var()
        first.append(means.var() / whole)
        total.append(inner.mean() / whole)
    return np.array(first), np.array(total)


def mixed(values):
    return ((values[:, 0] == 1) * (1 + values[:, 1]) + 0.2 * values[:, 1] * values[:, 2])[:, None]


COLUMNS = (
    Column(kind="choice", levels=3),
    Column(lower=0, upper=5, step=1.0),
    Column(lower=-1, upper=2, step=1.0),
)


def test_choices_and_integers_match_brute_force():
    problem = Problem(columns=COLUMNS)
    first, total = brute(mixed, lattice(problem, limit=1000))
    found = sobol_indices(mixed, problem, seed=0, points=8192)
    np.testing.assert_allclose(found.first[0], first, atol=0.02)
    np.testing.assert_allclose(found.total[0], total, atol=0.02)


def test_constrained_integers_match_brute_force_with_conditional_draws():
    problem = Problem(
        columns=COLUMNS,
        constraint_weights=np.array([[0.0, 1.0, 1.0]]),
        constraint_bounds=np.array([4.0]),
    )
    first, total = brute(mixed, lattice(problem, limit=1000))
    found = sobol_indices(mixed, problem, seed=0, points=8192)
    np.testing.assert_allclose(found.first[0], first, atol=0.03)
    np.testing.assert_allclose(found.total[0], total, atol=0.03)


def test_on_a_triangle_a_column_says_something_of_the_other_one():
    """Uniform on x + y <= 1: E[y | x] = (1 - x) / 2, so y alone explains a quarter of x... of f."""
    problem = Problem(
        columns=(Column(), Column()),
        constraint_weights=np.array([[1.0, 1.0]]),
        constraint_bounds=np.array([1.0]),
    )
    seen = []

    def function(values):
        seen.append(values)
        return values[:, :1]

    found = sobol_indices(function, problem, seed=0, points=8192)
    assert all(feasible(problem, values).all() for values in seen)
    np.testing.assert_allclose(found.first[0], [1.0, 0.25], atol=0.03)
    # Var(x | y) = (1 - y)^2 / 12 with mean 1/24; Var x = 1/18.
    np.testing.assert_allclose(found.total[0], [0.75, 0.0], atol=0.03)


def test_too_few_points_are_refused():
    with pytest.raises(ValueError, match="at least 8"):
        sobol_indices(ishigami, box(3), seed=0, points=4)


def test_held_values_that_no_point_can_have_are_refused():
    problem = Problem(
        columns=(Column(), Column()),
        constraint_weights=np.array([[1.0, 1.0]]),
        constraint_bounds=np.array([0.5]),
    )
    with pytest.raises(ValueError, match="no point with the values that are held"):
        sobol_indices(ishigami, problem, seed=0, held={0: 0.9})
