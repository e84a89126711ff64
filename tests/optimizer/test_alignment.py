"""Tasks on scales of their own, brought to the target's and back."""

import numpy as np
import pytest

from armwright.optimizer import Column, Measurements, Problem
from armwright.optimizer.alignment import Alignment

TASK = {"kind": "choice", "levels": 3, "role": "task"}
PROBLEM = Problem(columns=(Column(), Column(**TASK, target=1.0)))
X = np.column_stack([np.random.default_rng(2).random(60), np.repeat([0.0, 1.0, 2.0], 20)])
SHAPE = np.random.default_rng(3).standard_normal(20)
Y = np.concatenate([SHAPE, 1000.0 * SHAPE + 7.0, -3.0 + SHAPE])[:, None]


def measured(rows=slice(None), noise=None):
    return Measurements(x=X[rows], y=Y[rows], noise=noise)


def test_shapes_that_are_alike_come_to_lie_upon_each_other():
    data = measured()
    brought = Alignment.of(PROBLEM, data).brought(data)
    np.testing.assert_array_equal(brought.y[20:40], Y[20:40])
    np.testing.assert_allclose(brought.y[:20], Y[20:40], rtol=0.5, atol=300.0)
    assert np.corrcoef(brought.y[:20, 0], Y[20:40, 0])[0, 1] == pytest.approx(1.0)
    np.testing.assert_allclose(brought.y[:20], brought.y[40:], rtol=1e-9)


def test_the_way_back_is_exact():
    data = measured(noise=np.full((60, 1), 0.25))
    alignment = Alignment.of(PROBLEM, data)
    brought = alignment.brought(data)
    means, sds = alignment.returned(X, brought.y, np.sqrt(brought.noise))
    np.testing.assert_allclose(means, Y, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(sds, 0.5, rtol=1e-12)


@pytest.mark.parametrize("rows", [slice(0, 20), slice(0, 21), slice(39, 60)])
def test_few_or_no_observations_of_the_target_will_do(rows):
    data = measured(rows)
    alignment = Alignment.of(PROBLEM, data)
    assert np.isfinite(alignment.brought(data).y).all()
    ones, _ = alignment.returned(X, np.zeros((60, 1)), np.ones((60, 1)))
    assert np.isfinite(ones).all()


def test_constant_and_extreme_tasks_stay_finite():
    y = np.concatenate([np.full(20, 3.0), np.linspace(-1e300, 1e300, 20), np.full(20, 1e-300)])
    data = Measurements(x=X, y=y[:, None])
    brought = Alignment.of(PROBLEM, data).brought(data)
    assert np.isfinite(brought.y).all()
    np.testing.assert_array_equal(brought.y[20:40, 0], y[20:40])


def test_without_a_target_task_nothing_is_changed():
    assert Alignment.of(Problem(columns=(Column(), Column(**TASK))), measured()) is None
