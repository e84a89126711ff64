"""The box around the incumbent: where it is, how large, and whose turn it is."""

import numpy as np
import pytest

from armwright.optimizer import (
    Column,
    Goal,
    Hyperparameters,
    Measurements,
    Observations,
    Problem,
    suggest,
    to_model,
)
from armwright.optimizer.trust_region import is_local, trust_region

SQUARE = Problem(columns=(Column(), Column()))
FIT = Hyperparameters(lengthscales=(1.0, 1.0), outputscale=1.0, noise=1e-6)


def region(y, *, fit=FIT, x=None):
    x = np.full((len(y), 2), 0.5) if x is None else x
    return trust_region(SQUARE, Measurements(x=x, y=np.array(y)[:, None]), Goal.single(), fit)


def side(y):
    found = region(y)
    return found.upper[0] - found.lower[0]


START = [0.0, 1.0, 2.0, 3.0, 4.0]


def test_it_begins_at_four_tenths_of_the_space_around_the_best():
    x = np.array([[0.1, 0.1], [0.2, 0.1], [0.3, 0.1], [0.4, 0.1], [0.6, 0.3]])
    found = region(START, x=x)
    assert found.lower == pytest.approx([0.4, 0.1])
    assert found.upper == pytest.approx([0.8, 0.5])


def test_two_improvements_in_a_row_double_it():
    assert side([*START, 5.0]) == pytest.approx(0.4)
    assert side([*START, 5.0, 6.0]) == pytest.approx(0.8)


def test_six_arms_without_an_improvement_halve_it():
    assert side([*START, *[0.0] * 5]) == pytest.approx(0.4)
    assert side([*START, *[0.0] * 6]) == pytest.approx(0.2)


def test_a_hair_is_no_improvement():
    assert side([*START, *[4.0 + 1e-6 * i for i in range(6)]]) == pytest.approx(0.2)


def test_before_it_vanishes_it_begins_again():
    assert side([*START, *[0.0] * 24]) == pytest.approx(0.025)
    assert side([*START, *[0.0] * 30]) == pytest.approx(0.4)


def test_its_sides_are_in_proportion_to_the_lengthscales_and_stay_in_the_space():
    fit = Hyperparameters(lengthscales=(0.5, 2.0), outputscale=1.0, noise=1e-6)
    found = region(START, fit=fit)
    assert found.upper - found.lower == pytest.approx([0.2, 0.8])
    fit = Hyperparameters(lengthscales=(1e-3, 1e2), outputscale=1.0, noise=1e-6)
    found = region(START, fit=fit)
    assert found.upper - found.lower == pytest.approx([0.4 / 5, 1.0])


def test_results_outside_their_bounds_are_no_improvement_and_never_its_center():
    goal = Goal(weights=np.ones((1, 1)), lower=np.array([-np.inf]), upper=np.array([0.0]))
    x = np.array([[0.1, 0.1], [0.2, 0.1], [0.3, 0.1], [0.4, 0.1], [0.6, 0.3], [0.9, 0.9]])
    y = np.array([[0, -1], [1, -1], [2, -1], [3, -1], [4, -1], [9, 1]], float)
    found = trust_region(SQUARE, Measurements(x=x, y=y), goal, FIT)
    assert (found.lower + found.upper) / 2 == pytest.approx([0.6, 0.3])


def test_levels_of_a_choice_are_not_confined():
    problem = Problem(columns=(Column(), Column(kind="choice", levels=4)))
    known = Measurements(x=np.array([[0.5, 2.0]] * 5), y=np.arange(5.0)[:, None])
    found = trust_region(problem, known, Goal.single(), FIT)
    values = np.array([[0.0, 0.0], [1.0, 3.0]])
    assert found.squeezed(problem, values).tolist() == pytest.approx(
        np.array([[0.3, 0.0], [0.7, 3.0]])
    )
    assert found.clipped(problem, values).tolist() == pytest.approx(
        np.array([[0.3, 0.0], [0.7, 3.0]])
    )


def test_points_squeezed_out_of_a_constraint_are_left_out():
    problem = Problem(
        columns=SQUARE.columns,
        constraint_weights=np.array([[1.0, 1.0]]),
        constraint_bounds=np.array([1.0]),
    )
    known = Measurements(x=np.array([[0.5, 0.5]] * 5), y=np.arange(5.0)[:, None])
    found = trust_region(problem, known, Goal.single(), FIT)
    values = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    assert len(found.squeezed(problem, values)) == 2


def test_every_other_arm_is_local_and_so_are_the_last_of_a_budget():
    turns = [is_local(tried, remaining=30 - tried) for tried in range(30)]
    assert turns == [tried % 2 == 0 or tried >= 24 for tried in range(30)]
    assert [is_local(tried, remaining=None) for tried in (7, 8)] == [False, True]
    assert [is_local(5, remaining=left) for left in (4, 3)] == [False, True]


def test_a_local_arm_lies_in_the_box():
    rng = np.random.default_rng(0)
    x = rng.random((12, 2))
    x[0] = 0.05, 0.95
    y = -((x - (0.05, 0.95)) ** 2).sum(axis=1)
    proposal = suggest(SQUARE, Observations(x=x, y=y), seed=3)
    found = trust_region(SQUARE, Measurements(x=x, y=y[:, None]), Goal.single(), proposal.fits[0])
    inside = to_model(SQUARE, proposal.values)[0]
    assert (inside >= found.lower).all()
    assert (inside <= found.upper).all()
