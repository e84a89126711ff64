"""Fronts and dominated volumes against counting."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armwright.optimizer import hypervolume, pareto_front
from armwright.optimizer.pareto import inferred_reference

whole = st.integers(0, 5)


@given(st.lists(st.tuples(whole, whole, whole), min_size=1, max_size=12))
def test_the_front_is_what_nothing_dominates(rows):
    values = np.array(rows, np.float64)
    for value, on_front in zip(values, pareto_front(values), strict=True):
        dominated = any((other >= value).all() and (other > value).any() for other in values)
        assert on_front == (not dominated)


@pytest.mark.parametrize("width", [1, 2, 3])
@given(data=st.data())
def test_the_volume_of_whole_numbers_is_the_count_of_unit_cells(width, data):
    rows = data.draw(st.lists(st.tuples(*[whole] * width), min_size=1, max_size=8))
    values = np.array(rows, np.float64)
    axes = np.meshgrid(*[np.arange(5) + 0.5] * width)
    cells = np.stack([axis.ravel() for axis in axes], axis=1)
    covered = (cells[:, None, :] < values[None]).all(axis=2).any(axis=1).sum()
    assert hypervolume(values, np.zeros(width)) == covered


def test_an_inferred_reference_lies_below_the_front():
    values = np.array([[0.0, 10.0], [2.0, 4.0], [1.0, 1.0]])
    np.testing.assert_allclose(inferred_reference(values), [-0.2, 3.4])
    np.testing.assert_allclose(inferred_reference(values[1:]), [1.9, 3.7])
    assert (inferred_reference(values[:1]) < values[0]).all()
