"""Many observations: which of them a model keeps, and what that costs in exactness."""

import json
import subprocess
import sys

import numpy as np
import pytest

from armwright.optimizer import (
    Column,
    Goal,
    Hyperparameters,
    Measurements,
    Observations,
    Problem,
    Settings,
    cross_validate,
    predict,
    sobol,
    suggest,
)
from armwright.optimizer.features import Features
from armwright.optimizer.incumbents import ranked
from armwright.optimizer.subset import most_exact, rows_near, rows_to_fit

SQUARE = Problem(columns=(Column(), Column()))
FEATURES = Features.of(SQUARE)
SMALL = Settings(fit_rows=20, exact_rows=30, local_rows=26)  # all within 32 padded rows
FIT = Hyperparameters(lengthscales=(0.3, 0.3), outputscale=1.0, noise=1e-4)


def bowl(x):
    return np.sin(5 * x[:, 0]) - (x[:, 1] - 0.6) ** 2


def data(count):
    x = sobol(SQUARE, seed=3, start=0, count=count).values
    return Observations(x=x, y=bowl(x))


def measured(count):
    return Measurements.of(data(count))


def test_few_observations_are_all_fitted_and_all_kept():
    assert rows_to_fit(measured(25), Goal.single(), FEATURES, SMALL) is None
    center = np.array([[0.5, 0.5]])
    assert rows_near(center, measured(30), Goal.single(), FEATURES, (FIT,), SMALL) is None


def test_a_fit_sees_the_best_rows_and_covers_the_space_better_than_chance():
    known = measured(400)
    rows = rows_to_fit(known, Goal.single(), FEATURES, SMALL)
    assert len(rows) == len(np.unique(rows)) == 20
    assert set(np.argsort(-known.y[:, 0])[:5]) <= set(rows)

    def hole(chosen):
        gaps = known.x[:, None, :] - known.x[chosen][None, :, :]
        return np.sqrt((gaps**2).sum(axis=2)).min(axis=1).max()

    rng = np.random.default_rng(0)
    by_chance = [hole(rng.choice(400, 20, replace=False)) for _ in range(20)]
    assert hole(rows) < min(by_chance)


def test_rows_with_every_outcome_are_preferred():
    known = measured(200)
    second = np.where(np.arange(200) % 2 == 0, known.y[:, 0], np.nan)
    both = Measurements(x=known.x, y=np.column_stack([known.y[:, 0], second]))
    goal = Goal(weights=np.ones((1, 1)), lower=np.array([-9.0]), upper=np.array([9.0]))
    rows = rows_to_fit(both, goal, FEATURES, SMALL)
    assert (rows % 2 == 0).all()


def test_a_local_model_keeps_the_best_and_the_nearest():
    known, center = measured(500), np.array([[0.9, 0.1]])
    rows = rows_near(
        center, known, Goal.single(), FEATURES, (FIT,), Settings(exact_rows=300, local_rows=200)
    )
    assert len(rows) == len(np.unique(rows)) == 200
    assert set(np.argsort(-known.y[:, 0])[:50]) <= set(rows)
    nearest = np.argsort(((known.x - center) ** 2).sum(axis=1))[:20]
    assert set(nearest) <= set(rows)


def test_many_outcomes_share_the_memory_of_one():
    assert most_exact(1, Settings()) == 4000
    assert most_exact(4, Settings()) == 2000


def test_a_local_model_predicts_near_its_points_as_the_whole_one_does():
    known = data(30)
    asked = np.array([[0.31, 0.62], [0.7, 0.2]])
    whole = predict(SQUARE, known, FIT, asked, settings=Settings())
    local = predict(SQUARE, known, FIT, asked, settings=Settings(exact_rows=29, local_rows=27))
    np.testing.assert_allclose(local[0], whole[0], atol=0.02)
    np.testing.assert_allclose(local[1], whole[1], atol=0.02)


@pytest.mark.parametrize(
    ("count", "notes"),
    [
        (28, ["hyperparameters were fitted to 20 of 28 observations"]),
        (
            80,
            [
                "hyperparameters were fitted to 20 of 80 observations",
                "the model keeps 26 of 80 observations: the best, those nearest to them and some "
                "from everywhere",
            ],
        ),
    ],
)
def test_the_notes_say_what_was_left_out(count, notes):
    proposal = suggest(SQUARE, data(count), seed=0, count=2, settings=SMALL)
    assert list(proposal.notes) == notes
    assert proposal.values.shape == (2, 2)
    assert len(np.unique(proposal.values, axis=0)) == 2


def test_a_part_is_enough_to_climb_the_peak():
    proposal = suggest(SQUARE, data(200), seed=0, settings=SMALL)
    top = np.array([np.pi / 10, 0.6])
    assert np.abs(proposal.values[0] - top).max() < 0.05


def test_the_best_come_first_then_those_that_miss_the_bounds_by_less():
    y = np.array([[1.0, 0.0], [5.0, 3.0], [2.0, 0.5], [9.0, 1.5]])
    known = Measurements(x=np.zeros((4, 1)), y=y)
    goal = Goal(weights=np.ones((1, 1)), lower=np.array([-np.inf]), upper=np.array([1.0]))
    assert ranked(known, goal).tolist() == [2, 0, 3, 1]


@pytest.mark.slow
def test_twenty_thousand_observations_need_less_than_two_gigabytes():
    code = """
import json, pathlib
import numpy as np
from armwright.optimizer import Column, Observations, Problem, sobol, suggest
problem = Problem(columns=(Column(),) * 6)
x = sobol(problem, seed=0, start=0, count=20_000).values
def loss(points):
    return ((points - 0.3) ** 2).sum(axis=1)
proposal = suggest(problem, Observations(x=x, y=-loss(x)), seed=0)
status = pathlib.Path("/proc/self/status").read_text()  # getrusage counts what the parent used too
peak = int(status.split("VmHWM:")[1].split()[0]) / 1e6
print(json.dumps([peak, loss(proposal.values)[0], loss(x).min()]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    gigabytes, proposed, best = json.loads(done.stdout)
    assert gigabytes < 2
    assert proposed < 0.8 * best


def test_left_out_predictions_are_of_the_rows_the_model_keeps():
    known = data(30)
    whole = cross_validate(SQUARE, known, FIT)
    part = cross_validate(SQUARE, known, FIT, settings=Settings(exact_rows=29, local_rows=27))
    there = np.isfinite(part.mean)
    assert there.sum() == 27
    np.testing.assert_allclose(part.mean[there], whole.mean[there], atol=0.5)
