"""The transform against SciPy's, its moments against integrals, and how safe its power is."""

import numpy as np
import pytest
from scipy import stats

from armwright.optimizer import Observations
from armwright.optimizer.yeo_johnson import (
    PowerScale,
    likeliest_power,
    log_power_slope,
    power,
    power_inverse,
)

POWERS = [0.0, 0.3, 1.0, 1.7, 2.0]
U = np.linspace(-6.0, 6.0, 49)


def observed(y, noise=None):
    return Observations(x=np.linspace(0.0, 1.0, len(y))[:, None], y=y, noise=noise)


@pytest.mark.parametrize("lam", POWERS)
def test_the_transform_is_scipys(lam):
    np.testing.assert_allclose(power(U, lam), stats.yeojohnson(U, lam), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("lam", POWERS)
def test_every_outcome_comes_back(lam):
    far = np.array([-1e6, *U, 1e6])
    np.testing.assert_allclose(power_inverse(power(far, lam), lam), far, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("lam", POWERS)
def test_the_slope_is_that_of_differences(lam):
    step = 1e-6
    slope = (power(U + step, lam) - power(U - step, lam)) / (2 * step)
    np.testing.assert_allclose(np.exp(log_power_slope(U, lam)), slope, rtol=1e-5)


def test_the_likeliest_power_is_scipys_where_there_is_much_to_see():
    """With 20,000 values the prior weighs next to nothing."""
    y = power_inverse(np.random.default_rng(0).standard_normal(20_000), 1.4)
    expected = stats.yeojohnson_normmax(y)
    assert likeliest_power(y) == pytest.approx(expected, abs=0.01)


def test_a_power_out_of_bounds_is_kept_within():
    y = -np.exp(3.0 * np.random.default_rng(0).standard_normal(500))
    standard = (y - y.mean()) / y.std()
    assert stats.yeojohnson_normmax(standard) > 2.5
    assert likeliest_power(standard) == 2.0


def test_of_few_or_equal_values_nothing_is_learned():
    assert likeliest_power(np.array([0.0, 0.0, -5.0])) == 1.0
    assert PowerScale.of(observed(np.zeros(30))) is None
    assert PowerScale.of(observed(np.linspace(0.0, 1.0, 11))) is None


@pytest.mark.parametrize("lam", POWERS)
def test_moments_on_the_own_scale_are_integrals(lam):
    scale = PowerScale(magnitude=10.0, center=0.2, spread=0.5, power=lam)
    for mean, sd in ((0.7, 0.4), (-1.5, 0.8)):
        w = np.linspace(mean - 12 * sd, mean + 12 * sd, 200_001)
        y, density = 10.0 * (0.2 + 0.5 * power_inverse(w, lam)), stats.norm.pdf(w, mean, sd)
        first = np.trapezoid(y * density, w)
        second = np.trapezoid((y - first) ** 2 * density, w)
        found = scale.let_out(np.array([mean]), np.array([sd]))
        assert found[0][0] == pytest.approx(first, rel=1e-3, abs=1e-2)
        assert found[1][0] == pytest.approx(np.sqrt(second), rel=1e-2)


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e297])
def test_observations_come_back_without_doubt_at_any_scale(scale):
    y = -(np.random.default_rng(1).gamma(1.0, size=40) ** 2) * scale
    known = observed(y)
    found = PowerScale.of(known)
    assert found is not None
    assert found.power > 1.2
    mean, sd = found.let_out(found.draw_in(known).y, np.zeros(40))
    np.testing.assert_allclose(mean, y, rtol=1e-9, atol=1e-12 * scale)
    np.testing.assert_allclose(sd, 0.0, atol=1e-12 * scale)


def test_far_from_all_observations_moments_are_finite():
    y = -(np.random.default_rng(1).gamma(1.0, size=40) ** 2) * 1e297
    found = PowerScale.of(observed(y), power=2.0)
    assert found is not None
    mean, sd = found.let_out(np.array([-1e6, 0.0, 1e6]), np.array([0.0, 1e4, 1.0]))
    assert np.isfinite(mean).all()
    assert np.isfinite(sd).all()


def test_noise_is_scaled_by_the_slope():
    y = -(np.random.default_rng(1).gamma(1.0, size=40) ** 2)
    found = PowerScale.of(observed(y))
    assert found is not None
    step = 1e-6
    slope = (found.draw_in(observed(y + step)).y - found.draw_in(observed(y - step)).y) / (2 * step)
    noise = found.draw_in(observed(y, np.full(40, 0.04))).noise
    np.testing.assert_allclose(noise, 0.04 * slope**2, rtol=1e-4)
    magnitude = np.abs(y).max()
    np.testing.assert_allclose(np.exp(found.log_slopes(y)), slope * magnitude, rtol=1e-4)
