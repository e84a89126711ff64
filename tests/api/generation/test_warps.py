"""Warps of outputs and inputs are settings of a model: recorded, kept, and repeatable."""

import pytest

from armwright import ax
from armwright.ax import Models

pytestmark = pytest.mark.slow


def test_warps_are_recorded_and_the_same_settings_make_the_same_arm(measured_square):
    experiment = measured_square(count=24)
    settings = {"seed": 1, "output_warp": "likeliest", "input_warp": True}
    made = Models.GPEI(experiment=experiment, **settings).gen(1)
    assert made._model_kwargs == settings
    fit = made.gen_metadata["hyperparameters"]
    assert [len(pair) for pair in fit["input_warp"]] == [2, 2]
    again = Models.GPEI(experiment=experiment, **settings).gen(1)
    assert again.arms == made.arms
    assert again.gen_metadata["hyperparameters"] == fit
    assert again.model_predictions == made.model_predictions


def test_predictions_come_back_through_the_warps(measured_square):
    experiment = measured_square(count=24)
    settings = {"seed": 1, "output_warp": "likeliest", "input_warp": True}
    bridge = Models.GPEI(experiment=experiment, **settings)
    bridge.gen(1)
    means, _ = bridge.predict([ax.ObservationFeatures({"x": 0.3, "y": 0.7})])
    assert means["m"][0] == pytest.approx(0.0, abs=0.05)


def test_without_being_asked_for_there_is_no_input_warp(measured_square):
    made = Models.GPEI(experiment=measured_square(count=24), seed=1).gen(1)
    assert "input_warp" not in made.gen_metadata["hyperparameters"]
