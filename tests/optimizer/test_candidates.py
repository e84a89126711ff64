"""Candidates: feasible, snapped, in the right neighbourhoods."""

import numpy as np
import pytest

from armwright.optimizer import Column, Problem, feasible, to_model, to_values
from armwright.optimizer.candidates import global_candidates, local_candidates, neighbours

MIXED = (
    Column(lower=1e-3, upper=1.0, log=True),
    Column(lower=0, upper=20, step=1.0),
    Column(kind="choice", levels=3),
)
PROBLEM = Problem(
    columns=MIXED,
    constraint_weights=np.array([[10.0, 1.0, 0.0]]),
    constraint_bounds=np.array([12.0]),
)
NOWHERE = np.empty((0, 3))


def test_global_candidates_are_feasible_values():
    values = global_candidates(PROBLEM, seed=(1, 2), count=512, inside=NOWHERE)
    assert values.shape == (512, 3)
    assert feasible(PROBLEM, values).all()
    # choices and steps are snapped exactly, continuous columns to the last bit or so
    np.testing.assert_allclose(to_values(PROBLEM, to_model(PROBLEM, values)), values, rtol=1e-13)


def test_a_region_rejection_misses_is_walked_through():
    columns = tuple(Column() for _ in range(12))
    problem = Problem(
        columns=columns, constraint_weights=np.ones((1, 12)), constraint_bounds=np.array([0.5])
    )
    values = global_candidates(problem, seed=(0,), count=64, inside=np.empty((0, 12)))
    assert len(values) == 64
    assert feasible(problem, values).all()


def test_local_candidates_are_near_their_center():
    center = np.array([[0.03, 6.0, 1.0]])
    values = local_candidates(PROBLEM, center, rng=np.random.default_rng(0), count=256)
    assert feasible(PROBLEM, values).all()
    distance = np.abs(to_model(PROBLEM, values) - to_model(PROBLEM, center))[:, :2]
    assert np.median(distance) < 0.1
    assert 0.05 < np.mean(values[:, 2] != 1.0) < 0.3


def test_neighbours_are_every_single_step():
    found = neighbours(PROBLEM, np.array([[0.5, 7.0, 1.0], [0.001, 0.0, 2.0]]))
    expected = [
        *([0.5, 6.0, 1.0], [0.001, 1.0, 2.0], [0.5, 7.0, 0.0]),  # 8 layers break the constraint
        *([0.5, 7.0, 2.0], [0.001, 0.0, 0.0], [0.001, 0.0, 1.0]),
    ]
    assert sorted(map(tuple, found)) == sorted(map(tuple, expected))


@pytest.mark.parametrize("width", [1, 40])
def test_local_candidates_move_about_twenty_columns_at_most(width):
    problem = Problem(columns=tuple(Column() for _ in range(width)))
    center = np.full((1, width), 0.5)
    values = local_candidates(problem, center, rng=np.random.default_rng(0), count=128)
    moved = (values != 0.5).sum(axis=1)
    assert (moved >= 1).all()
    assert np.mean(moved) == pytest.approx(min(width, 20), rel=0.15)
