"""What `AxClient` says once a model has learned; one run shared by all tests."""

import pytest

from armwright.ax.ax_client import AxClient

XY = [
    {"name": "x", "type": "range", "bounds": [-5.0, 10.0]},
    {"name": "n", "type": "range", "bounds": [1, 15]},
]


def bowl(p):
    return (p["x"] - 1.0) ** 2 + 0.01 * (p["n"] - 3) ** 2


@pytest.fixture(scope="module")
def client():
    made = AxClient(random_seed=3)
    made.create_experiment(XY, objective_name="loss", minimize=True)
    for _ in range(9):
        parameters, index = made.get_next_trial()
        made.complete_trial(index, bowl(parameters))
    return made


def test_after_the_sobol_trials_a_model_makes_them(client):
    keys = [trial.generator_run._model_key for trial in client.experiment.trials.values()]
    assert keys == ["Sobol"] * 5 + ["GPEI"] * 4


def test_the_best_parameters_come_with_what_the_model_expects_there(client):
    parameters, (means, covariances) = client.get_best_parameters()
    assert means["loss"] == pytest.approx(bowl(parameters), abs=1.0)
    assert covariances["loss"]["loss"] >= 0.0


def test_predictions_are_told_by_trial_and_metric(client):
    predicted = client.get_model_predictions()
    assert list(predicted) == list(range(9))
    for index, by_metric in predicted.items():
        mean, sem = by_metric["loss"]
        assert mean == pytest.approx(bowl(client.get_trial_parameters(index)), abs=2.0)
        assert sem >= 0.0


def test_predictions_may_be_of_chosen_metrics(client):
    assert list(client.get_model_predictions(["loss"])[0]) == ["loss"]
    with pytest.raises(ValueError, match=r"the model predicts \['loss'\], got 'cost'"):
        client.get_model_predictions(["cost"])


def test_a_contour_is_a_grid_of_predictions(client):
    plot = client.get_contour_plot()
    assert (plot["param_x"], plot["param_y"], plot["metric"]) == ("x", "n", "loss")
    assert plot["y"] == list(range(1, 16))
    assert (len(plot["mean"]), len(plot["mean"][0])) == (len(plot["y"]), len(plot["x"]))
    assert (plot["x"][0], plot["x"][-1]) == (-5.0, 10.0)
    assert all(sem >= 0.0 for row in plot["sem"] for sem in row)


def test_the_axes_of_a_contour_can_be_chosen(client):
    plot = client.get_contour_plot(param_x="n", param_y="x", metric_name="loss")
    assert (plot["param_x"], plot["param_y"]) == ("n", "x")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"param_x": "x"}, "name both param_x and param_y"),
        ({"param_x": "x", "param_y": "z"}, "needs two range parameters"),
        ({"metric_name": "cost"}, r"the model predicts \['loss'\], got 'cost'"),
    ],
)
def test_a_contour_that_cannot_be_is_refused(client, arguments, message):
    with pytest.raises(ValueError, match=message):
        client.get_contour_plot(**arguments)


def test_the_parameter_that_matters_is_the_most_important(client):
    importances = client.get_feature_importances()["importances"]
    assert next(iter(importances)) == "x"
    assert sum(importances.values()) == pytest.approx(1.0)


def test_importances_may_be_absolute(client):
    importances = client.get_feature_importances(relative=False)["importances"]
    assert set(importances) == {"x", "n"}
    # The variance of (x - 1)^2 over [-5, 10] against that of 0.01 (n - 3)^2 over 1 to 15
    assert importances["x"] > 0.9
    assert importances["n"] < 0.1


def test_importances_come_with_intervals_and_with_what_each_makes_alone(client):
    found = client.get_feature_importances(relative=False)
    for name, value in found["importances"].items():
        low, high = found["intervals"][name]
        assert low <= value <= high
    assert found["first_order"]["x"] == pytest.approx(1.0, abs=0.05)


def test_the_trace_says_where_the_model_took_over(client):
    trace = client.get_optimization_trace()
    assert trace["model_transitions"] == [5]
    assert trace["best"] == sorted(trace["best"], reverse=True)


def test_a_restored_client_goes_on_as_the_first_would_have(client):
    restored = AxClient.from_json_snapshot(client.to_json_snapshot())
    assert restored.get_model_predictions() == client.get_model_predictions()
    other = AxClient.from_json_snapshot(client.to_json_snapshot())
    assert restored.get_next_trial() == other.get_next_trial()
