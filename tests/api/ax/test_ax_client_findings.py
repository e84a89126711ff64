"""The rows of the semantics on `AxClient`: what it has found, without a fit."""

import math

import pytest


def test_the_best_parameters_are_those_of_the_best_result(client):
    assert client.get_best_parameters() is None
    for value in (3.0, 1.0, 2.0):
        client.complete_trial(client.get_next_trial()[1], (value, 0.5))
    best = client.get_best_parameters()
    assert best == (
        client.get_trial_parameters(1),
        ({"loss": 1.0}, {"loss": {"loss": 0.25}}),
    )


def test_the_parameters_of_a_trial_can_be_read_and_verified(client):
    parameters, index = client.get_next_trial()
    assert client.get_trial_parameters(index) == parameters
    assert client.verify_trial_parameterization(index, parameters)
    assert not client.verify_trial_parameterization(index, {**parameters, "n": 9})
    with pytest.raises(ValueError, match="no trial 5"):
        client.get_trial_parameters(5)


def test_the_table_has_a_row_for_each_trial(client, arm):
    for value in (3.0, 1.0):
        client.complete_trial(client.get_next_trial()[1], {"loss": (value, 0.0), "cost": (1, 0.0)})
    client.attach_trial(arm)
    frame = client.get_trials_data_frame()
    assert list(frame.columns) == ["trial_index", "arm_name", "loss", "cost", "x", "n", "k"]
    assert list(frame["trial_index"]) == [0, 1, 2]
    assert list(frame["loss"][:2]) == [3.0, 1.0]
    assert math.isnan(frame["loss"][2])
    assert frame.loc[2, ["x", "n", "k"]].to_dict() == arm


def test_the_table_of_no_trials_is_empty(client):
    assert client.get_trials_data_frame().empty


def test_the_parallelism_is_told_by_step(client):
    assert client.get_max_parallelism() == [(5, 5), (-1, 3)]


@pytest.mark.parametrize(
    "plot", ["get_optimization_trace", "get_contour_plot", "get_feature_importances"]
)
def test_nothing_is_plotted_without_trials(client, plot):
    with pytest.raises(ValueError, match="there are no trials"):
        getattr(client, plot)()


@pytest.mark.parametrize(
    "show", ["get_contour_plot", "get_feature_importances", "get_model_predictions"]
)
def test_nothing_is_predicted_by_a_model_that_does_not_predict(client, show):
    client.complete_trial(client.get_next_trial()[1], 1.0)
    with pytest.raises(ValueError, match="made yet by a model that predicts, only by Sobol"):
        getattr(client, show)()


def test_the_trace_is_the_objective_and_the_best_so_far(client):
    for value in (3.0, 1.0, math.nan, 2.0):
        client.complete_trial(client.get_next_trial()[1], value)
    trace = client.get_optimization_trace(objective_optimum=0.5)
    assert trace["trial_index"] == [0, 1, 3]
    assert trace["mean"] == [3.0, 1.0, 2.0]
    assert trace["best"] == [3.0, 1.0, 1.0]
    assert (trace["metric"], trace["optimum"]) == ("loss", 0.5)
