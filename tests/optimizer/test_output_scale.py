"""The likeliest scale of an objective: densities that can be compared, and what is chosen."""

import numpy as np
import pytest

from armwright.optimizer import (
    Column,
    Hyperparameters,
    Measurements,
    Observations,
    Problem,
    Settings,
    predict,
    suggest,
)
from armwright.optimizer.output_scale import WantedScale, penalty
from armwright.optimizer.units import Units

SQUARE = Problem(columns=(Column(), Column()))
X = np.random.default_rng(3).random((30, 2))
SMOOTH = np.sin(3.0 * X[:, 0]) - (X[:, 1] - 0.4) ** 2
LIKELIEST = Settings(output_warp="likeliest")


@pytest.mark.parametrize("name", ["own", "power", "log"])
def test_densities_on_different_scales_are_compared_by_slopes(name):
    """Against differences, by y over its magnitude, of what the model sees."""
    y = -np.exp(2.0 * SMOOTH)
    units = Units.of(
        SQUARE, Measurements(x=X, y=y[:, None]), scale=WantedScale(name=name, power=1.5)
    )
    magnitude, standard = np.abs(y).max(), units.standards[0]

    def seen(values):
        if units.scale is not None:
            values = units.scale.draw_in(Observations(x=X, y=values)).y
        return (values - standard.center) / standard.scale

    np.testing.assert_allclose(seen(y), standard.y, rtol=1e-12)
    step = 1e-6 * magnitude
    slopes = (seen(y + step) - seen(y - step)) / (2 * step / magnitude)
    assert units.log_slope == pytest.approx(np.log(slopes).sum(), rel=1e-6)


def test_a_scale_with_a_parameter_more_pays_for_it():
    known = Observations(x=X, y=-np.exp(2.0 * SMOOTH))
    assert penalty(WantedScale().of(known), 30) == 0.0
    log, bent = (
        WantedScale(name="log").of(known),
        WantedScale(name="power", power=2.0).of(known),
    )
    assert penalty(log, 30) == pytest.approx(0.5 * np.log(30))
    assert penalty(bent, 30) == pytest.approx(0.5 * np.log(30) + 2.0)


@pytest.mark.slow
def test_a_smooth_function_keeps_its_scale_and_its_exponential_does_not():
    chosen = {}
    for name, y in (("smooth", SMOOTH), ("exponential", -np.exp(-4.0 * SMOOTH))):
        known = Observations(x=X, y=y)
        fit = suggest(SQUARE, known, seed=0, settings=LIKELIEST).fits[0]
        assert Hyperparameters.from_dict(fit.to_dict()) == fit
        chosen[name] = fit.scale
        mean, sd = predict(SQUARE, known, fit, X)
        np.testing.assert_allclose(mean, y, rtol=0.05, atol=0.05 * y.std())
        assert (sd > 0).all()
    assert chosen["smooth"] == "own"
    assert chosen["exponential"] in ("power", "log")


@pytest.mark.slow
def test_a_power_is_recorded_and_predictions_use_it_whatever_is_likeliest_now():
    y = -np.exp(-4.0 * SMOOTH)
    fit = Hyperparameters(lengthscales=(0.5, 0.5), outputscale=2.0, noise=1e-4, power=1.6)
    again = Hyperparameters.from_dict(fit.to_dict())
    assert (again, again.scale) == (fit, "power")
    mean, _ = predict(SQUARE, Observations(x=X, y=y), again, X)
    np.testing.assert_allclose(mean, y, rtol=0.1, atol=0.1 * y.std())


@pytest.mark.slow
def test_of_few_observations_the_scale_stays():
    known = Observations(x=X[:11], y=-np.exp(-4.0 * SMOOTH[:11]))
    assert suggest(SQUARE, known, seed=0, settings=LIKELIEST).fits[0].scale == "own"


@pytest.mark.slow
def test_no_warp_means_none_however_skewed():
    known = Observations(x=X, y=-np.exp(-9.0 * SMOOTH))
    assert suggest(SQUARE, known, seed=0).fits[0].scale == "log"
    none = Settings(output_warp="none")
    assert suggest(SQUARE, known, seed=0, settings=none).fits[0].scale == "own"
