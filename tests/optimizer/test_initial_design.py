"""How many points come before there is a model."""

import pytest

from armwright.optimizer import initial_points


@pytest.mark.parametrize(("columns", "points"), [(1, 5), (5, 5), (9, 9), (16, 16), (100, 16)])
def test_there_is_a_point_for_each_column_within_limits(columns, points):
    assert initial_points(columns) == points
