"""XGBoost with a run around it, on real boosters."""

import platform

import numpy as np
import pytest
import xgboost

import armwright.sigopt.xgboost as wrapped
from armwright import sigopt
from armwright.sigopt.xgboost.compute_metrics import compute_classification_report
from armwright.sigopt.xgboost.experiment import XGBExperiment

PARAMS = {"objective": "binary:logistic", "eval_metric": ["logloss", "error"], "max_depth": 2}


def data(target):
    x = np.random.default_rng(0).normal(size=(80, 3))
    y = x[:, 0] + 0.5 * x[:, 1]
    return xgboost.DMatrix(x, label=target(y))


@pytest.fixture(scope="module")
def classes():
    return data(lambda y: y > 0)


@pytest.fixture(scope="module")
def numbers():
    return data(lambda y: y)


@pytest.fixture
def trained(classes):
    return wrapped.run(PARAMS, classes, 7, evals=[(classes, "train"), (classes, "test")])


def now(found):
    return sigopt.get_run(found.run.id)


def test_a_run_has_the_booster_and_stays_open(trained):
    assert isinstance(trained.model, xgboost.Booster)
    assert trained.model.num_boosted_rounds() == 7
    assert now(trained).state == "active"


def test_parameters_are_kept_with_where_they_are_from(trained):
    found = now(trained)
    assert found.assignments["max_depth"] == 2
    assert found.assignments["num_boost_round"] == 7
    assert found.assignments["gamma"] == 0  # XGBoost's own
    meta = found.to_json()["parameters_meta"]
    assert meta["max_depth"] == {"source": "User Specified"}
    assert meta["gamma"] == {"source": "XGBoost Defaults"}


def test_metrics_are_those_of_xgboost_and_of_the_task(trained):
    values = now(trained).values
    for data_name in ("train", "test"):
        for metric in ("logloss", "error", "accuracy", "F1", "precision", "recall"):
            assert 0 <= values[f"{data_name}-{metric}"].value <= 1
    assert values["test-accuracy"].value == pytest.approx(1 - values["test-error"].value)
    assert values["Training time"].value > 0


def test_a_regression_is_measured_by_its_errors(numbers):
    found = now(wrapped.run({"objective": "reg:squarederror"}, numbers, evals=numbers))
    rmse = found.values["TestSet-rmse"].value
    assert found.values["TestSet-mean squared error"].value == pytest.approx(rmse**2, rel=1e-4)
    assert found.values["TestSet-mean absolute error"].value <= rmse
    assert found.datasets == ["TestSet"]


@pytest.mark.slow
def test_several_classes_are_measured(numbers):
    y = np.digitize(numbers.get_label(), [-0.5, 0.5])
    numbers = data(lambda _: y)
    params = {"objective": "multi:softprob", "num_class": 3}
    found = now(wrapped.run(params, numbers, 20, evals=[(numbers, "d")]))
    assert found.values["d-accuracy"].value > 0.9


def test_metadata_says_what_was_trained_on(trained):
    found = now(trained)
    assert found.metadata["Dataset rows"] == 80
    assert found.metadata["Dataset columns"] == 3
    assert found.metadata["Number of Test Sets"] == 2
    assert found.metadata["eval_metric"] == "['logloss', 'error']"
    assert found.metadata["Python Version"] == platform.python_version()
    assert found.metadata["XGBoost Version"] == xgboost.__version__
    assert found.model.type == "XGBoost"
    assert found.dev_metadata["_IS_XGB_RUN"] == 1


def test_importances_are_kept(trained):
    kept = now(trained).sys_metadata["feature_importances"]
    assert kept["type"] == "weight"
    assert kept["scores"] == trained.model.get_score(importance_type="weight")


@pytest.mark.parametrize(("verbose", "count"), [(True, 7), (3, 3), (False, 3)])
def test_checkpoints_come_as_often_as_asked(classes, verbose, count):
    evals = [(classes, "d")]
    trained = wrapped.run(PARAMS, classes, 7, evals=evals, verbose_eval=verbose)
    assert now(trained).checkpoint_count == count


def test_what_is_printed_is_kept(trained):
    assert "train-logloss" in now(trained).logs["stdout"]


def test_nothing_more_is_logged_than_is_wanted(classes):
    switches = ("checkpoints", "feature_importances", "metrics", "stdout", "stderr")
    off = dict.fromkeys((f"autolog_{s}" for s in (*switches, "xgboost_defaults")), False)
    found = now(wrapped.run(PARAMS, classes, 2, evals=[(classes, "d")], run_options=off))
    assert found.checkpoint_count == 0
    assert set(found.values) == {"d-logloss", "d-error"}
    assert found.assignments == {"max_depth": 2, "num_boost_round": 2}
    assert (found.logs, found.sys_metadata) == ({}, {})


def test_early_stopping_is_told(classes):
    trained = wrapped.run(PARAMS, classes, 5, evals=[(classes, "d")], early_stopping_rounds=3)
    assert now(trained).values["num_boost_round_before_stopping"].value == 5
    assert now(trained).assignments["early_stopping_rounds"] == 3


def test_a_training_that_fails_fails_the_run_it_began(classes):
    with pytest.raises(xgboost.core.XGBoostError, match="no:such"):
        wrapped.run({"objective": "no:such"}, classes, run_options={"name": "bad"})
    (found,) = opened_runs()
    assert (found["name"], found["state"]) == ("bad", "failed")


def opened_runs():
    from armwright.sigopt.folders import project_runs

    return project_runs("tests").runs()


def test_a_run_of_ones_own_is_used_and_its_parameters_come_first(classes):
    with sigopt.create_run() as run:
        run.params.max_depth = 4
        found = wrapped.run({**PARAMS}, classes, 2, run_options={"run": run})
    assert found.run is run
    assert now(found).assignments["max_depth"] == 4


def test_an_argument_that_xgboost_does_not_know_is_warned_about(classes):
    with pytest.warns(RuntimeWarning, match="'spam'"):
        wrapped.run(PARAMS, classes, 1, spam=True)


WRONG = {
    "options that are no dict": ({"run_options": [1]}, TypeError, "dict"),
    "an unknown option": ({"run_options": {"autolog": True}}, ValueError, "autolog"),
    "a switch that is none": ({"run_options": {"autolog_stdout": 1}}, TypeError, "autolog_stdout"),
    "a run that is none": ({"run_options": {"run": 3}}, TypeError, "run in progress"),
    "evals that are no data": ({"evals": np.zeros((2, 2))}, TypeError, "evals"),
}


@pytest.mark.parametrize(("given", "kind", "said"), WRONG.values(), ids=WRONG)
def test_wrong_arguments_are_refused_before_there_is_a_run(classes, given, kind, said):
    with pytest.raises(kind, match=said):
        wrapped.run(PARAMS, classes, **given)
    assert opened_runs() == []


def test_a_report_averages_over_how_often_classes_occur():
    report = compute_classification_report(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]))
    assert report["0"]["recall"] == pytest.approx(2 / 3)
    assert report["1"]["precision"] == pytest.approx(1 / 2)
    assert report["weighted avg"]["precision"] == pytest.approx(0.75 * 1 + 0.25 * 0.5)


# experiment ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_experiment_tunes_and_measures_on_the_first_data(classes):
    experiment = wrapped.experiment(
        {"name": "rings", "type": "random", "budget": 2, "parameters": [{"name": "eta"}]},
        classes,
        [(classes, "valid")],
        PARAMS,
        num_boost_round=3,
    )
    (best,) = experiment.get_best_runs()
    assert experiment.progress.finished_run_count == 2
    assert experiment.metrics[0].name == "valid-accuracy"
    assert experiment.metadata["_IS_XGB_EXPERIMENT"] == "True"
    assert best.values["valid-accuracy"].value > 0.5
    assert best.assignments["num_boost_round"] == 3
    assert best.assignments["early_stopping_rounds"] == 10
    meta = best.to_json()["parameters_meta"]
    assert meta["early_stopping_rounds"] == {"source": "SigOpt Defaults"}


def filled(config, *, evals=None, rounds=None, **params):
    tuned = XGBExperiment(config, None, evals, params, rounds, None, None)
    tuned.parse_and_create_metrics()
    tuned.parse_and_create_parameters()
    return tuned.experiment_config_parsed


def test_the_space_is_the_usual_one_where_nothing_is_said():
    names = [item["name"] for item in filled({})["parameters"]]
    assert names == ["eta", "gamma", "max_depth", "min_child_weight", "num_boost_round"]


def test_the_rounds_are_not_tuned_where_they_are_given():
    names = [item["name"] for item in filled({}, rounds=5)["parameters"]]
    assert "num_boost_round" not in names


def test_a_parameter_needs_its_name_alone():
    (eta,) = filled({"parameters": [{"name": "eta"}]})["parameters"]
    assert (eta["type"], eta["transformation"]) == ("double", "log")
    assert eta["bounds"] == {"min": 0.001, "max": 1}


@pytest.mark.parametrize(
    ("objective", "metric", "goal"),
    [
        ("binary:logistic", "accuracy", "maximize"),
        ("multi:softmax", "accuracy", "maximize"),
        ("reg:squarederror", "mean squared error", "minimize"),
        ("rank:ndcg", "mean squared error", "minimize"),
    ],
)
def test_the_metric_follows_from_the_task(objective, metric, goal):
    (found,) = filled({}, objective=objective)["metrics"]
    assert (found["name"], found["objective"]) == (f"TestSet-{metric}", goal)


def test_a_metric_may_be_given_by_its_name():
    (found,) = filled({"metrics": "F1"})["metrics"]
    assert (found["name"], found["objective"]) == ("TestSet-F1", "maximize")


BAD = {
    "a metric that is not measured": ({"metrics": "auc"}, {}, "'auc'"),
    "a wrong type": ({"parameters": [{"name": "eta", "type": "int"}]}, {}, "type double"),
    "no bounds to assume": ({"parameters": [{"name": "max_leaves"}]}, {}, "needs bounds"),
    "no categories": ({"parameters": [{"name": "tree_method"}]}, {}, "categorical_values"),
    "an unknown category": (
        {"parameters": [{"name": "tree_method", "categorical_values": ["hist", "fast"]}]},
        {},
        "'fast'",
    ),
    "tuned and given": ({"parameters": [{"name": "eta"}]}, {"eta": 0.1}, "as well"),
    "rounds tuned and given": ({"parameters": [{"name": "num_boost_round"}]}, {"rounds": 3}, "3"),
}


@pytest.mark.parametrize(("config", "given", "said"), BAD.values(), ids=BAD)
def test_what_cannot_be_tuned_is_refused(config, given, said):
    with pytest.raises(ValueError, match=said):
        filled(config, **given)


@pytest.mark.filterwarnings("ignore:.*WARNING.*auc:UserWarning")  # XGBoost's own
def test_a_metric_that_is_not_finite_is_left_out_and_does_not_end_the_training(classes):
    params = {"objective": "binary:logistic", "eval_metric": ["auc", "logloss"]}
    one_class = data(lambda y: 0 * y)  # of which there is no area under a curve
    with pytest.warns(RuntimeWarning, match="not finite: test-auc"):
        found = wrapped.run(params, classes, 3, evals=[(one_class, "test")])
    run = now(found)
    assert found.model.num_boosted_rounds() == 3
    assert "test-auc" not in run.values
    assert run.values["test-logloss"].value > 0
    assert run.checkpoint_count == 3
