"""`ax.modelbridge.cross_validation` and `ax.service.utils.report_utils` on one small experiment."""

import math

import numpy as np
import pytest
from scipy import stats

from armwright import ax
from armwright.ax.modelbridge.cross_validation import (
    CVResult,
    assess_model_fit,
    compute_diagnostics,
    cross_validate,
    cross_validate_by_trial,
)
from armwright.ax.service.utils.report_utils import exp_to_df, get_best_trial, get_shortest_trial
from armwright.generation.agreement import agreement

SPACE = ax.SearchSpace(
    [
        ax.RangeParameter("x", ax.ParameterType.FLOAT, -5.0, 10.0),
        ax.RangeParameter("n", ax.ParameterType.INT, 1, 15),
    ]
)


def bowl(parameters):
    return 50.0 + (parameters["x"] - 1.0) ** 2 + 0.1 * parameters["n"]


@pytest.fixture(scope="module")
def experiment():
    made = ax.Experiment(
        name="e",
        search_space=SPACE,
        optimization_config=ax.OptimizationConfig(ax.Objective(ax.Metric("loss"), minimize=True)),
        runner=ax.SyntheticRunner(),
    )
    sobol = ax.Models.SOBOL(search_space=SPACE, seed=4)
    for _ in range(12):
        trial = made.new_trial(sobol.gen(1)).run()
        made.attach_data(
            ax.Data.from_evaluations(
                {trial.arm.name: {"loss": (bowl(trial.arm.parameters), 0.0)}}, trial.index
            )
        )
        trial.mark_completed()
    return made


@pytest.fixture(scope="module")
def model(experiment):
    return ax.Models.GPEI(experiment=experiment, data=experiment.fetch_data(), seed=1)


@pytest.fixture(scope="module")
def results(model):
    return cross_validate(model)


def test_every_observation_is_predicted_without_its_own_arm(results, experiment):
    assert len(results) == 12
    for at, result in enumerate(results):
        assert isinstance(result, CVResult)
        assert result.observed.features.trial_index == at
        assert result.observed.arm_name == experiment.trials[at].arm.name
        assert result.observed.data.means_dict == {
            "loss": bowl(experiment.trials[at].arm.parameters)
        }
        assert result.predicted.metric_names == ["loss"]
        assert result.predicted.covariance[0, 0] > 0


def test_predictions_are_in_the_metrics_own_direction_and_near(results):
    observed = np.array([item.observed.data.means[0] for item in results])
    predicted = np.array([item.predicted.means[0] for item in results])
    assert stats.pearsonr(observed, predicted).statistic > 0.9


def test_an_arm_far_from_the_others_is_predicted_with_less_certainty_in_fewer_folds(model, results):
    few = cross_validate(model, folds=2)
    variance = [np.mean([item.predicted.covariance[0, 0] for item in r]) for r in (results, few)]
    assert variance[1] > variance[0]


def test_a_selector_says_what_is_predicted(model, results):
    found = cross_validate(model, test_selector=lambda item: item.features.trial_index == 3)
    assert [item.predicted.means[0] for item in found] == [results[3].predicted.means[0]]


@pytest.mark.parametrize("folds", [0, 1, 13, -2])
def test_a_number_of_folds_that_cannot_be_is_refused(folds, model):
    with pytest.raises(
        ValueError, match=f"folds should be -1, or from 2 to the 12 arms, got {folds}"
    ):
        cross_validate(model, folds=folds)


def test_a_trial_is_predicted_from_the_ones_before_it(model, results):
    (last,) = cross_validate_by_trial(model)
    assert last.observed.features.trial_index == 11
    assert last.predicted.means[0] == pytest.approx(results[11].predicted.means[0])
    (middle,) = cross_validate_by_trial(model, trial=4)
    assert middle.predicted.covariance[0, 0] > results[4].predicted.covariance[0, 0]


@pytest.mark.parametrize("trial", [0, 12])
def test_a_trial_with_none_before_it_is_refused(trial, model):
    with pytest.raises(ValueError, match="with such trials before it"):
        cross_validate_by_trial(model, trial=trial)


def test_a_model_that_predicts_nothing_cannot_be_validated():
    with pytest.raises(NotImplementedError, match="Sobol does not predict"):
        cross_validate(ax.Models.SOBOL(search_space=SPACE, seed=0))


def test_diagnostics_tell_of_each_metric(results):
    found = compute_diagnostics(results)
    assert set(found) == {
        "Mean prediction CI",
        "MAPE",
        "Total raw effect",
        "Log likelihood",
        "Correlation coefficient",
        "Rank correlation",
        "Fisher exact test p",
    }
    assert found["Correlation coefficient"]["loss"] > 0.9
    fit = assess_model_fit(found)
    assert list(fit.good_fit_metrics_to_fisher_score) == ["loss"]
    assert fit.bad_fit_metrics_to_fisher_score == {}


def test_numbers_of_agreement_are_their_definitions():
    draw = np.random.default_rng(2)
    y = draw.uniform(1, 3, size=9)
    p, sd = y + draw.normal(0, 0.4, size=9), draw.uniform(0.1, 0.6, size=9)
    found = agreement(y, p, sd)
    assert found["MAPE"] == pytest.approx(np.mean(abs(p - y) / y))
    assert found["Mean prediction CI"] == pytest.approx(np.mean(3.92 * sd / y))
    assert found["Total raw effect"] == pytest.approx((y.max() - y.min()) / y.min())
    assert found["Log likelihood"] == pytest.approx(stats.norm.logpdf(y, p, sd).sum())
    assert found["Correlation coefficient"] == pytest.approx(stats.pearsonr(y, p).statistic)
    assert found["Rank correlation"] == pytest.approx(stats.spearmanr(y, p).statistic)
    both = ((y > np.median(y)) & (p > np.median(p))).sum()
    # The hypergeometric tail: as many or more of the 4 high ones predicted high, of 9.
    assert found["Fisher exact test p"] == pytest.approx(stats.hypergeom.sf(both - 1, 9, 4, 4))


def test_numbers_that_are_not_defined_are_nan():
    found = agreement(np.zeros(3), np.zeros(3), np.zeros(3))
    assert math.isnan(found["MAPE"])
    assert math.isnan(found["Correlation coefficient"])


def test_an_experiment_is_a_table_with_a_row_for_each_arm(experiment):
    frame = exp_to_df(experiment)
    names = ["trial_index", "arm_name", "trial_status", "generator_model", "loss", "x", "n"]
    assert list(frame.columns) == names
    assert len(frame) == 12
    assert set(frame["trial_status"]) == {"COMPLETED"}
    assert set(frame["generator_model"]) == {"Sobol"}
    assert frame["loss"][2] == bowl(experiment.trials[2].arm.parameters)


def test_parts_of_the_table_can_be_chosen(experiment):
    frame = exp_to_df(
        experiment, metrics=[], key_components=["arm_name"], run_metadata_fields=["name"]
    )
    assert "trial_index" not in frame
    assert "loss" not in frame
    assert frame["name"][0] == "e_0"


def test_the_best_and_the_shortest_trial_are_rows_of_it(experiment):
    best = get_best_trial(experiment)
    assert best["loss"].item() == min(bowl(t.arm.parameters) for t in experiment.trials.values())
    assert get_shortest_trial(experiment)["runtime_seconds"].item() >= 0


def test_an_experiment_without_trials_has_neither():
    empty = ax.Experiment(name="empty", search_space=SPACE)
    assert get_best_trial(empty) is None
    assert get_shortest_trial(empty) is None
