"""Standardising: exact where it can be, finite at any scale."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armwright.optimizer import Observations
from armwright.optimizer.observations import standardise


def observed(y, noise=None):
    y = np.array(y, np.float64)
    return Observations(
        x=np.zeros((len(y), 1)), y=y, noise=None if noise is None else np.array(noise, np.float64)
    )


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=9))
def test_any_finite_values_become_finite_and_of_moderate_size(y):
    known = standardise(observed(y))
    assert np.isfinite(known.y).all()
    assert np.abs(known.y).max() <= np.sqrt(len(y)) + 1e-6
    assert np.isfinite(known.mean_in_units(known.y)).all()
    assert np.isfinite(known.sd_in_units(np.full(3, 1e3))).all()


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1.0, 1e300])
def test_the_way_back_returns_the_values(scale):
    y = scale * np.array([1.0, 2.0, 4.0, -3.0])
    known = standardise(observed(y))
    np.testing.assert_allclose(known.y.mean(), 0.0, atol=1e-15)
    np.testing.assert_allclose(known.y.std(), 1.0)
    np.testing.assert_allclose(known.mean_in_units(known.y), y, rtol=1e-12)


def test_noise_is_a_variance_in_the_same_units_and_nan_stays_unknown():
    known = standardise(observed([0.0, 2e150, 4e150], [4e296, np.nan, 0.0]))
    variance = np.var([0.0, 2.0, 4.0])  # in units of 1e300
    np.testing.assert_allclose(known.noise[0], 4e-4 / variance, rtol=1e-9)
    assert np.isnan(known.noise[1])
    assert known.noise[2] == 1e-6


def test_equal_values_become_zero():
    known = standardise(observed([0.1 + 0.2, 0.3, 0.3]))
    np.testing.assert_array_equal(known.y, 0.0)
    np.testing.assert_allclose(known.mean_in_units(np.zeros(1)), 0.3)


@pytest.mark.parametrize(
    ("y", "noise", "match"),
    [
        ([1.0, np.nan], None, "x and y must be finite"),
        ([1.0, np.inf], None, "x and y must be finite"),
        ([1.0, 2.0], [-1.0, 0.0], "a variance cannot be negative"),
    ],
)
def test_what_is_no_observation_is_refused(y, noise, match):
    with pytest.raises(ValueError, match=match):
        observed(y, noise)
