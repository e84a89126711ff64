"""Suggestions end to end: always an arm inside the space, new, reproducible, compiled once."""

import math

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armwright.optimizer import (
    Column,
    Hyperparameters,
    Observations,
    Problem,
    compile_count,
    feasible,
    predict,
    sobol,
    suggest,
    to_model,
    to_values,
)
from armwright.optimizer.padding import bucket

SQUARE = Problem(columns=(Column(), Column()))
GRID = Problem(columns=(Column(lower=0, upper=4, step=1.0), Column(lower=1, upper=5, step=1.0)))
MIXED = Problem(
    columns=(
        Column(lower=1e-5, upper=1.0, log=True),
        Column(lower=1, upper=32, step=1.0, log=True),
        Column(kind="choice", levels=3),
    )
)


def observed(problem, values, function):
    values = np.asarray(values, np.float64)
    return Observations(
        x=to_model(problem, values), y=np.array([float(function(row)) for row in values])
    )


def bowl(row):
    return -((row[0] - 0.3) ** 2) - (row[1] - 0.6) ** 2


def test_with_no_point_wanted_the_outcomes_are_fitted_as_for_one():
    seen = observed(SQUARE, start(SQUARE, 8), bowl)
    fitted = suggest(SQUARE, seen, seed=3, count=0)
    assert fitted.fits == suggest(SQUARE, seen, seed=3).fits
    assert fitted.values.shape == fitted.x.shape == (0, 2)
    assert len(fitted.mean) == len(fitted.log_acquisition) == 0
    assert not fitted.exhausted
    with pytest.raises(ValueError, match="count >= 1, got 3 and -1"):
        suggest(SQUARE, seen, seed=3, count=-1)


def start(problem, count, seed=0):
    return sobol(problem, seed=seed, start=0, count=count).values


def assert_inside(problem, proposal, count=1):
    values = proposal.values
    assert values.shape == (count, len(problem.columns))
    assert np.isfinite(values).all()
    assert feasible(problem, values).all()
    for j, column in enumerate(problem.columns):
        if column.kind == "choice":
            assert np.isin(values[:, j], np.arange(column.levels)).all()
        else:
            assert (values[:, j] >= column.lower).all()
            assert (values[:, j] <= column.upper).all()
            if column.step:
                np.testing.assert_array_equal(values[:, j], np.round(values[:, j] / column.step))


def test_finds_the_top_of_a_bowl():
    values = start(SQUARE, 5)
    warm = None
    for trial in range(8):
        proposal = suggest(SQUARE, observed(SQUARE, values, bowl), warm=warm, seed=trial)
        warm = proposal.hyperparameters
        values = np.concatenate([values, proposal.values])
    assert max(map(bowl, values)) > -1e-4


def test_a_branin_loop_compiles_each_program_once_per_bucket():
    def branin(row):
        first, second = 15 * row[0] - 5, 15 * row[1]
        inner = second - 5.1 / (4 * math.pi**2) * first**2 + 5 / math.pi * first - 6
        return -(inner**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(first) + 10)

    values, warm, buckets = start(SQUARE, 5), None, set()
    before = {kind: compile_count(kind) for kind in ("learn", "search")}
    for trial in range(60 - len(values)):
        proposal = suggest(SQUARE, observed(SQUARE, values, branin), warm=warm, seed=trial)
        assert proposal.notes == ()
        warm = proposal.hyperparameters
        buckets.add(proposal.bucket)
        values = np.concatenate([values, proposal.values])
    assert buckets == {bucket(n) for n in range(5, 60)} == {16, 32, 48, 64}
    for kind, count in before.items():  # some may have been made by an earlier test
        assert compile_count(kind) - count <= len(buckets)
    assert max(map(branin, values)) > -0.39788735773 - 0.02


def test_equal_arguments_give_equal_bits():
    data = observed(SQUARE, start(SQUARE, 6), bowl)
    pending = np.array([[0.5, 0.5]])
    first, second = (suggest(SQUARE, data, pending=pending, seed=3, count=2) for _ in range(2))
    np.testing.assert_array_equal(first.values, second.values)
    np.testing.assert_array_equal(first.log_acquisition, second.log_acquisition)
    assert first.hyperparameters == second.hyperparameters


def test_without_observations_the_points_fill_the_space_and_say_so():
    empty = Observations(x=np.empty((0, 2)), y=np.empty(0))
    proposal = suggest(SQUARE, empty, seed=4, count=3)
    assert_inside(SQUARE, proposal, 3)
    assert proposal.hyperparameters is None
    assert proposal.notes == ("no observations: the points fill the space",)


@pytest.mark.parametrize(
    "y",
    [
        [1.0],
        [2.0, 2.0, 2.0],
        [1e300, -1e300, 3e299],
        [1e-300, 2e-300, 0.0],
        [5e-324, 0.0, 0.0],
        [1.7e308, -1.7e308, 0.0],
        [1.0, 1.0 + 1e-15, 1.0],
        [1e300, 1.0, 2.0],
    ],
    ids=str,
)
def test_any_finite_values_give_an_arm_and_finite_predictions(y):
    x = np.array([[0.2, 0.3], [0.9, 0.1], [0.4, 0.8]])[: len(y)]
    proposal = suggest(SQUARE, Observations(x=x, y=np.array(y)), seed=1)
    assert_inside(SQUARE, proposal)
    for array in (proposal.mean, proposal.sd, proposal.log_acquisition):
        assert np.isfinite(array).all()
    assert proposal.notes == ()


numbers = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=40)
@given(
    rows=st.lists(
        st.tuples(st.floats(0, 1), st.floats(0, 1), numbers, st.floats(0, allow_infinity=False)),
        min_size=1,
        max_size=12,
    ),
    count=st.integers(1, 3),
)
def test_whatever_was_observed_the_arms_are_inside_and_the_numbers_finite(rows, count):
    table = np.array(rows)
    noise = np.where(table[:, 3] > 1, np.nan, table[:, 3])
    proposal = suggest(
        SQUARE, Observations(x=table[:, :2], y=table[:, 2], noise=noise), seed=0, count=count
    )
    assert_inside(SQUARE, proposal, count)
    assert len(np.unique(proposal.values, axis=0)) == count
    for array in (proposal.mean, proposal.sd, proposal.log_acquisition):
        assert np.isfinite(array).all()


@pytest.mark.parametrize("noise", [None, 0.0, 1e-9, 0.5])
def test_repeated_and_nearly_repeated_points_are_no_trouble(noise):
    x = np.array([[0.2, 0.3]] * 5 + [[0.2, 0.3 + 1e-12]] * 4 + [[0.7, 0.7]])
    y = np.array([1.0, -1.0, 0.5, 2.0, 0.0, 1.0, 1.0, 0.3, 0.1, 0.2])
    data = Observations(x=x, y=y, noise=None if noise is None else np.full(10, noise))
    proposal = suggest(SQUARE, data, seed=1, count=2)
    assert_inside(SQUARE, proposal, 2)
    assert np.isfinite(proposal.log_acquisition).all()


def test_known_noise_is_believed():
    x = np.linspace(0, 1, 9)[:, None].repeat(2, axis=1)
    y = np.sin(9 * x[:, 0])
    asked = x[:4]
    means = {}
    for noise in (1e-8, 100.0):
        data = Observations(x=x, y=y, noise=np.full(9, noise))
        fitted = suggest(SQUARE, data, seed=0).hyperparameters
        means[noise] = predict(SQUARE, data, fitted, asked)[0]
    np.testing.assert_allclose(means[1e-8], y[:4], atol=1e-2)
    assert np.abs(means[100.0] - y.mean()).max() < 0.1


def test_pending_points_are_kept_away_from():
    data = observed(SQUARE, start(SQUARE, 6), bowl)
    alone = suggest(SQUARE, data, seed=3)
    beside = suggest(SQUARE, data, pending=alone.x, seed=3)
    assert np.linalg.norm(beside.x - alone.x) > 0.02


def test_a_batch_is_of_different_points_from_one_program():
    data = observed(SQUARE, start(SQUARE, 6), bowl)
    suggest(SQUARE, data, seed=3)
    before = compile_count("learn"), compile_count("search")
    proposal = suggest(SQUARE, data, seed=3, count=5)
    assert_inside(SQUARE, proposal, 5)
    gaps = np.linalg.norm(proposal.x[:, None] - proposal.x[None], axis=2) + np.eye(5)
    assert gaps.min() > 0.01
    assert (compile_count("learn"), compile_count("search")) == before


def test_a_countable_space_is_used_up_without_repeats_and_then_exhausted():
    values, function = start(GRID, 5), lambda row: -((row[0] - 3) ** 2) - (row[1] - 2) ** 2
    best = []
    while len(values) < 25:
        count = min(4, 25 - len(values))
        proposal = suggest(GRID, observed(GRID, values, function), seed=len(values), count=count)
        assert_inside(GRID, proposal, count)
        values = np.concatenate([values, proposal.values])
        best.append(max(map(function, values)))
    assert len(np.unique(values, axis=0)) == 25
    assert best[1] == 0.0  # the top is found long before the end
    end = suggest(GRID, observed(GRID, values, function), seed=0, count=2)
    assert end.exhausted
    assert end.values.shape == (0, 2)
    assert end.notes == ("every point of the space has been tried or is pending",)


def test_the_last_points_are_fewer_than_asked_for():
    values = start(GRID, 22)
    pending = to_model(GRID, start(GRID, 25)[22:23])
    proposal = suggest(GRID, observed(GRID, values, sum), pending=pending, seed=0, count=5)
    assert proposal.exhausted
    assert len(proposal.values) == 2
    together = np.concatenate([values, to_values(GRID, pending), proposal.values])
    assert len(np.unique(together, axis=0)) == 25


def test_a_mixed_space_is_rounded_and_searched():
    def function(row):
        return -((np.log10(row[0]) + 3) ** 2) - (np.log2(row[1]) - 3) ** 2 - (row[2] != 1)

    values, warm = start(MIXED, 6), None
    for trial in range(10):
        data = observed(MIXED, values, function)
        proposal = suggest(MIXED, data, warm=warm, seed=trial)
        assert_inside(MIXED, proposal)
        np.testing.assert_allclose(to_values(MIXED, proposal.x), proposal.values, rtol=1e-12)
        warm = proposal.hyperparameters
        values = np.concatenate([values, proposal.values])
    best = values[np.argmax([function(row) for row in values])]
    assert function(best) > -0.1
    assert best[1:].tolist() == [8.0, 1.0]


def below(bound, weights, columns):
    return Problem(
        columns=columns,
        constraint_weights=np.array([weights]),
        constraint_bounds=np.array([bound]),
    )


@pytest.mark.parametrize(
    ("columns", "weights", "bound"),
    [
        ((Column(), Column()), [1.0, 1.0], 0.3),
        (
            (Column(lower=0, upper=9, step=1.0), Column(lower=0, upper=9, step=1.0)),
            [3.0, 7.0],
            31.0,
        ),
        ((Column(lower=0, upper=9, step=1.0), Column()), [0.1, 1.0], 0.3),
        ((Column(lower=0.01, upper=10.0, log=True), Column(upper=3.0)), [1.0, 1.0], 0.7),
    ],
    ids=["plane", "whole numbers", "mixed", "log"],
)
def test_constraints_hold_exactly_and_their_edge_is_reached(columns, weights, bound):
    problem = below(bound, weights, columns)
    values, warm = start(problem, 5), None
    for trial in range(6):  # the objective pushes against the constraint
        data = observed(problem, values, lambda row: float(np.dot(weights, row)) + 0.1 * row[1])
        proposal = suggest(problem, data, warm=warm, seed=trial, count=1)
        warm = proposal.hyperparameters
        assert_inside(problem, proposal)
        assert (np.dot(proposal.values, weights) <= bound).all()
        values = np.concatenate([values, proposal.values])
    assert (values @ weights).max() >= bound - 0.02 * abs(bound)


def test_a_tiny_feasible_region_is_searched():
    problem = below(0.004, [1.0, 1.0], (Column(), Column()))
    data = observed(problem, start(problem, 4), sum)
    assert_inside(problem, suggest(problem, data, seed=0, count=2), 2)


def test_a_covariance_that_will_not_factor_gets_jitter_and_says_so(monkeypatch):
    # noise below the floor is what rounding cannot bear; the floor is taken away to see the ladder
    monkeypatch.setattr("armwright.optimizer.observations._SMALLEST_NOISE", 0.0)
    x = np.full((12, 2), 0.5)
    data = Observations(x=x, y=np.zeros(12), noise=np.zeros(12))
    proposal = suggest(SQUARE, data, seed=0)
    assert_inside(SQUARE, proposal)
    assert len(proposal.notes) == 1
    assert "would not factor" in proposal.notes[0]


def test_a_model_that_fails_altogether_gives_a_space_filling_arm_and_says_so(monkeypatch):
    monkeypatch.setattr("armwright.optimizer.observations._SMALLEST_NOISE", 0.0)
    monkeypatch.setattr("armwright.optimizer.model._JITTERS", (0.0,))
    data = Observations(x=np.full((12, 2), 0.5), y=np.zeros(12), noise=np.zeros(12))
    proposal = suggest(SQUARE, data, seed=0)
    assert_inside(SQUARE, proposal)
    assert "the search found no new point: the rest fill the space" in proposal.notes


def test_predictions_interpolate_and_widen_away_from_the_data():
    data = observed(SQUARE, start(SQUARE, 12), bowl)
    fitted = suggest(SQUARE, data, seed=0).hyperparameters
    mean, sd = predict(SQUARE, data, fitted, data.x)
    np.testing.assert_allclose(mean, data.y, atol=0.01)
    far = predict(SQUARE, data, fitted, np.array([[0.0, 0.0], [1.0, 1.0]]))[1]
    assert far.min() > sd.max()


def test_a_warm_start_of_other_columns_is_not_used():
    warm = Hyperparameters(lengthscales=(1.0,), outputscale=1.0, noise=1e-4)
    data = observed(SQUARE, start(SQUARE, 5), bowl)
    cold, other = (suggest(SQUARE, data, warm=w, seed=0) for w in (None, warm))
    np.testing.assert_array_equal(cold.values, other.values)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"x": np.zeros((3, 3))}, "x: expected 2 columns"),
        ({"x": np.full((3, 2), 1.5)}, "x: column 0 is in model units"),
        ({"pending": np.zeros((1, 3))}, "pending: expected 2 columns"),
        ({"pending": np.full((1, 2), np.nan)}, "pending must be finite"),
        ({"seed": -1}, "seed >= 0"),
        ({"count": -1}, "count >= 1"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(changes, match):
    data = Observations(x=changes.pop("x", np.zeros((3, 2))), y=np.arange(3.0))
    with pytest.raises(ValueError, match=match):
        suggest(SQUARE, data, **({"seed": 0} | changes))


def test_nothing_of_jax_comes_out_and_the_users_precision_stays():
    data = observed(SQUARE, start(SQUARE, 5), bowl)
    proposal = suggest(SQUARE, data, seed=0)
    for array in (proposal.values, proposal.x, proposal.mean, proposal.sd):
        assert type(array) is np.ndarray
        assert array.dtype == np.float64
    assert not jax.config.jax_enable_x64
