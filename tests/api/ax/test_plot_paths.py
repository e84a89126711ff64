"""What the old `ax.plot` functions say of one small experiment; figures are to come."""

import numpy as np
import pytest

from armwright import ax
from armwright.ax.modelbridge.cross_validation import cross_validate
from armwright.ax.plot.contour import interact_contour, plot_contour
from armwright.ax.plot.diagnostics import interact_cross_validation, tile_cross_validation
from armwright.ax.plot.feature_importances import (
    plot_feature_importance_by_feature,
    plot_feature_importance_by_metric,
)
from armwright.ax.plot.scatter import interact_fitted, plot_fitted, tile_fitted
from armwright.ax.plot.slice import interact_slice, plot_slice
from armwright.ax.plot.trace import (
    optimization_times,
    optimization_trace_all_methods,
    optimization_trace_single_method,
)

SPACE = ax.SearchSpace(
    [
        ax.RangeParameter("x", ax.ParameterType.FLOAT, -5.0, 10.0),
        ax.RangeParameter("n", ax.ParameterType.INT, 1, 15),
    ]
)


@pytest.fixture(scope="module")
def model():
    made = ax.Experiment(
        name="e",
        search_space=SPACE,
        optimization_config=ax.OptimizationConfig(ax.Objective(ax.Metric("loss"), minimize=True)),
        runner=ax.SyntheticRunner(),
    )
    sobol = ax.Models.SOBOL(search_space=SPACE, seed=5)
    for _ in range(10):
        made.new_trial(sobol.gen(1))
    for trial in made.trials.values():
        trial.run()
        value = (trial.arm.parameters["x"] - 1.0) ** 2
        made.attach_data(
            ax.Data.from_evaluations({trial.arm.name: {"loss": (value, 0.0)}}, trial.index)
        )
        trial.mark_completed()
    return ax.Models.GPEI(experiment=made, data=made.fetch_data(), seed=1)


def test_a_contour_is_a_grid_of_predictions_around_the_best_arm(model):
    plot = plot_contour(model, "x", "n", "loss", density=5)
    assert (plot["param_x"], plot["param_y"], plot["metric"]) == ("x", "n", "loss")
    assert np.array(plot["mean"]).shape == (len(plot["y"]), len(plot["x"]))
    assert list(interact_contour(model, "loss")["plots"]) == ["x, n"]


def test_a_slice_is_a_line_of_predictions_with_the_rest_held(model):
    plot = plot_slice(model, "x", "loss", slice_values={"n": 7})
    assert plot["fixed"] == {"n": 7}
    assert plot["x"][int(np.argmin(plot["mean"]))] == pytest.approx(1.0, abs=1.0)
    assert min(plot["sem"]) >= 0
    assert list(interact_slice(model)["plots"]) == ["x", "n"]
    assert list(interact_slice(model, "n", "loss")["plots"]) == ["n"]


def test_a_slice_of_what_is_no_range_is_refused(model):
    with pytest.raises(ValueError, match=r"needs a range parameter of \['x', 'n'\], got 'z'"):
        plot_slice(model, "z", "loss")


def test_a_metric_that_is_not_predicted_is_refused(model):
    with pytest.raises(ValueError, match=r"the model predicts \['loss'\], got 'cost'"):
        plot_fitted(model, "cost")


def test_a_model_without_an_experiment_cannot_be_plotted():
    with pytest.raises(ValueError, match="Sobol was made without an experiment"):
        plot_fitted(ax.Models.SOBOL(search_space=SPACE, seed=0), "loss")


def test_every_arm_is_fitted(model):
    plot = plot_fitted(model, "loss", rel=False)
    assert plot["arm"] == list(model._experiment.arms_by_name)
    assert interact_fitted(model)["plots"]["loss"] == plot
    assert tile_fitted(model) == interact_fitted(model)


def test_importances_are_those_of_the_model(model):
    plot = plot_feature_importance_by_feature(model)
    assert next(iter(plot["importances"])) == "x"
    assert sum(plot["importances"].values()) == pytest.approx(1.0)
    assert not plot_feature_importance_by_metric(model)["relative"]


def test_cross_validation_tells_of_each_arm_what_was_seen_and_expected(model):
    plot = interact_cross_validation(cross_validate(model))
    columns = plot["metrics"]["loss"]
    assert columns["arm"] == list(model._experiment.arms_by_name)
    assert {len(column) for column in columns.values()} == {10}
    assert np.corrcoef(columns["observed"], columns["predicted"])[0, 1] > 0.9
    assert tile_cross_validation(cross_validate(model)) == plot


def test_a_trace_is_the_mean_over_runs():
    plot = optimization_trace_single_method(
        np.array([[1.0, 2.0], [3.0, 6.0]]), optimum=0.0, model_transitions=[1], ylabel="loss"
    )
    assert (plot["trial"], plot["mean"], plot["sem"]) == ([1, 2], [2.0, 4.0], [1.0, 2.0])
    both = optimization_trace_all_methods({"a": [1.0, 2.0], "b": [[2.0, 3.0]]})
    assert both["methods"]["b"]["mean"] == [2.0, 3.0]


def test_times_are_means_over_runs():
    plot = optimization_times({"a": [1.0, 3.0]}, {"a": [2.0]})
    assert plot["fit"]["a"] == {"mean": 2.0, "sem": 1.0}
    assert plot["gen"]["a"] == {"mean": 2.0, "sem": 0.0}


def test_a_trace_of_nothing_is_refused():
    with pytest.raises(ValueError, match="a row per run and a column per trial"):
        optimization_trace_single_method([])
