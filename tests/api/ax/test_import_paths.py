"""Old code runs after one edit: the root of its imports. Sections 1 and 14 of the semantics."""

import importlib
import subprocess
import sys
from datetime import datetime, timedelta

import numpy as np
import pytest

from armwright import ax
from armwright.errors import ArmwrightError, UsageError
from armwright.experiment import outcome_constraint
from armwright.experiment.comparable import Comparable

PATHS = {
    "core": "Arm BaseTrial BatchTrial ChoiceParameter Data Experiment FixedParameter GeneratorRun "
    "Metric Objective OptimizationConfig OrderConstraint OutcomeConstraint Parameter "
    "ParameterConstraint ParameterType RangeParameter Runner SearchSpace SimpleExperiment "
    "SumConstraint Trial",
    "core.arm": "Arm",
    "core.base_trial": "BaseTrial TrialStatus",
    "core.batch_trial": "AbandonedArm BatchTrial GeneratorRunStruct",
    "core.data": "Data REQUIRED_COLUMNS custom_data_class set_single_trial",
    "core.experiment": "Experiment",
    "core.generator_run": "GeneratorRun GeneratorRunType",
    "core.metric": "Metric",
    "core.objective": "MultiObjective Objective ScalarizedObjective",
    "core.observation": "ObservationFeatures",
    "core.optimization_config": "OptimizationConfig",
    "core.outcome_constraint": "CONSTRAINT_WARNING_MESSAGE LOWER_BOUND_MISMATCH OutcomeConstraint "
    "UPPER_BOUND_MISMATCH",
    "core.parameter": "ChoiceParameter FixedParameter Parameter ParameterType RangeParameter",
    "core.parameter_constraint": "ComparisonOp OrderConstraint ParameterConstraint SumConstraint",
    "core.runner": "Runner",
    "core.search_space": "SearchSpace",
    "core.simple_experiment": "DEFAULT_OBJECTIVE_NAME SimpleExperiment TEvaluationFunction "
    "TEvaluationOutcome",
    "core.trial": "Trial",
    "core.types": "ComparisonOp TEvaluationFunction TEvaluationOutcome TModelPredict "
    "TModelPredictArm TParamValue TParameterization TTrialEvaluation merge_model_predict",
    "exceptions.core": "DataRequiredError",
    "exceptions.generation_strategy": "MaxParallelismReachedException",
    "exceptions.storage": "JSONDecodeError JSONEncodeError",
    "metrics.branin": "BraninMetric",
    "metrics.hartmann6": "Hartmann6Metric",
    "metrics.l2norm": "",
    "metrics.noisy_function": "NoisyFunctionMetric",
    "modelbridge": "Models",
    "modelbridge.dispatch_utils": "choose_generation_strategy",
    "modelbridge.generation_strategy": "GenerationStep GenerationStrategy "
    "MaxParallelismReachedException",
    "modelbridge.registry": "Models",
    "modelbridge.cross_validation": "",
    "plot.contour": "",
    "plot.diagnostics": "",
    "plot.feature_importances": "",
    "plot.scatter": "",
    "plot.slice": "",
    "plot.trace": "",
    "service.utils.report_utils": "",
    "runners.synthetic": "SyntheticRunner",
    "models.random.sobol": "",
    "models.random.uniform": "",
    "models.discrete.eb_thompson": "",
    "models.discrete.full_factorial": "",
    "models.discrete.thompson": "",
    "modelbridge.random": "",
    "utils.common.logger": "",
    "utils.common.timeutils": "",
    "utils.common.typeutils": "",
    "service.ax_client": "AxClient",
    "service.managed_loop": "OptimizationLoop optimize",
    "storage.json_store.decoder": "JSONDecodeError object_from_json",
    "storage.json_store.encoder": "JSONEncodeError object_to_json",
    "storage.json_store.load": "load_experiment",
    "storage.json_store.save": "save_experiment",
    "storage.metric_registry": "register_metric",
    "storage.runner_registry": "register_runner",
}

FLAT_OF_SECTION_1 = (
    "TrialStatus BaseTrial GeneratorRunType GeneratorRunStruct AbandonedArm MultiObjective "
    "ScalarizedObjective REQUIRED_COLUMNS DEFAULT_OBJECTIVE_NAME CONSTRAINT_WARNING_MESSAGE "
    "LOWER_BOUND_MISMATCH UPPER_BOUND_MISMATCH GenerationStrategy GenerationStep "
    "choose_generation_strategy MaxParallelismReachedException DataRequiredError SyntheticRunner "
    "BraninMetric Hartmann6Metric NoisyFunctionMetric object_to_json object_from_json "
    "save_experiment load_experiment register_metric register_runner JSONEncodeError "
    "JSONDecodeError AxClient ObservationFeatures"
)

FLAT_OF_SECTION_14 = (
    "TParameterization TParamValue TEvaluationOutcome TTrialEvaluation TModelPredict "
    "TModelPredictArm TEvaluationFunction merge_model_predict"
)


@pytest.mark.parametrize("name", [*FLAT_OF_SECTION_1.split(), *FLAT_OF_SECTION_14.split()])
def test_names_that_users_imported_by_deep_path_are_flat_names_too(name):
    assert hasattr(ax, name)
    assert name in ax.__all__


@pytest.mark.parametrize(("path", "names"), PATHS.items())
def test_an_old_path_has_the_same_objects(path, names):
    module = importlib.import_module(f"armwright.ax.{path}")
    for name in names.split():
        assert getattr(module, name) is getattr(ax, name)
        assert name in module.__all__


@pytest.mark.parametrize(
    ("path", "name", "target"),
    [
        ("exceptions.core", "AxError", ArmwrightError),
        ("exceptions.core", "UserInputError", UsageError),
        ("exceptions.core", "UnsupportedError", NotImplementedError),
        ("core.base", "Base", Comparable),
        ("utils.common.equality", "Base", Comparable),
        ("core.outcome_constraint", "ComparisonOp", ax.ComparisonOp),
        ("core.outcome_constraint", "logger", outcome_constraint.logger),
        ("storage.json_store.save", "save_experiment", ax.save),
        ("storage.json_store.load", "load_experiment", ax.load),
    ],
)
def test_an_old_name_stands_for_ours(path, name, target):
    assert getattr(importlib.import_module(f"armwright.ax.{path}"), name) is target


def test_every_folder_of_old_paths_is_an_attribute_as_it_was_then():
    code = "from armwright import ax; ax.core.arm.Arm, ax.service.utils.best_point, ax.AxClient"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_no_old_path_loads_the_numerical_stack():
    lines = [f"import armwright.ax.{path}" for path in PATHS]
    code = "\n".join(
        [
            "import sys",
            *lines,
            "sys.exit(bool({'jax', 'scipy', 'pandas', 'pyarrow'} & {*sys.modules}))",
        ]
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_name_that_never_was_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"module 'armwright.ax' has no attribute 'Armm'"):
        ax.Armm  # noqa: B018 - reading it is the test


# What the names of section 1 are -----------------------------------------------------------------


def test_trial_status_has_the_values_of_the_release():
    values = {status.name: status.value for status in ax.TrialStatus}
    expected = {
        "CANDIDATE": 0,
        "STAGED": 1,
        "FAILED": 2,
        "COMPLETED": 3,
        "RUNNING": 4,
        "ABANDONED": 5,
        "DISPATCHED": 6,
    }
    assert expected.items() <= values.items()


def test_generator_run_type_has_the_values_of_the_release():
    assert {kind.name: kind.value for kind in ax.GeneratorRunType} == {
        "STATUS_QUO": 0,
        "MANUAL": 1,
    }


def test_a_generator_run_struct_is_a_pair():
    run = ax.GeneratorRun([ax.Arm({"x": 1})])
    assert ax.GeneratorRunStruct(run, 2.0) == (run, 2.0)


def test_abandoned_arms_are_equal_whatever_their_microseconds():
    time = datetime(2020, 4, 17, 12, 0, 0)
    same, later = time + timedelta(microseconds=5), time + timedelta(seconds=1)
    assert ax.AbandonedArm("0_0", time) == ax.AbandonedArm("0_0", same, None)
    assert ax.AbandonedArm("0_0", time) != ax.AbandonedArm("0_0", later)


def test_constants_have_the_values_of_the_release():
    assert set(ax.REQUIRED_COLUMNS) == {"arm_name", "metric_name", "mean"}
    assert ax.DEFAULT_OBJECTIVE_NAME == "objective"
    for mismatch in (ax.LOWER_BOUND_MISMATCH, ax.UPPER_BOUND_MISMATCH):
        assert ax.CONSTRAINT_WARNING_MESSAGE.format(**mismatch)


def test_observation_features_are_a_plain_holder():
    features = ax.ObservationFeatures({"x": 1.0}, 3, None, None, 2)
    assert vars(features) == {
        "parameters": {"x": 1.0},
        "trial_index": 3,
        "start_time": None,
        "end_time": None,
        "random_split": 2,
    }


# Section 14 --------------------------------------------------------------------------------------


def test_there_is_no_keys_enumeration():
    assert not hasattr(ax, "Keys")


def test_predictions_are_merged_metric_by_metric():
    one = ({"a": [1.0], "b": [2.0]}, {"a": {"a": [0.1]}, "b": {"b": [0.2]}})
    other = ({"a": [3.0], "b": [4.0]}, {"a": {"a": [0.3]}, "b": {"b": [0.4]}})
    assert ax.merge_model_predict(one, other) == (
        {"a": [1.0, 3.0], "b": [2.0, 4.0]},
        {"a": {"a": [0.1, 0.3]}, "b": {"b": [0.2, 0.4]}},
    )


def test_predictions_of_other_metrics_are_not_merged():
    with pytest.raises(ValueError, match="must have the same metrics"):
        ax.merge_model_predict(({"a": [1.0]}, {"a": {"a": [0.0]}}), ({}, {}))


# What old paths hold beyond flat names -----------------------------------------------------------


@pytest.fixture
def space():
    return ax.SearchSpace([ax.ChoiceParameter("c", ax.ParameterType.INT, [1, 2]), _fixed("f", 3)])


def _fixed(name, value):
    return ax.FixedParameter(name, ax.ParameterType.INT, value)


@pytest.mark.parametrize(
    ("name", "kwargs", "key"),
    [
        ("get_sobol", {"seed": 1, "scramble": False}, "Sobol"),
        ("get_uniform", {"seed": 1}, "Uniform"),
        ("get_factorial", {}, "Factorial"),
    ],
)
def test_a_function_makes_each_design(name, kwargs, key, space):
    from armwright.ax.modelbridge import factory

    assert getattr(factory, name)(search_space=space, **kwargs).gen(1)._model_key == key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("get_GPEI", "GPEI"),
        ("get_botorch", "BO"),
        ("get_thompson", "Thompson"),
        ("get_empirical_bayes_thompson", "EB"),
    ],
)
def test_a_function_makes_each_model_of_data(name, key, space):
    from armwright.ax.modelbridge import factory

    config = ax.OptimizationConfig(ax.Objective(ax.Metric("m")))
    experiment = ax.Experiment(space, "e", config)
    trial = experiment.new_trial().add_arm(ax.Arm({"c": 1, "f": 3}))
    trial.mark_running(no_runner_required=True)
    experiment.attach_data(ax.Data.from_evaluations({"0_0": {"m": (1.0, 0.1)}}, 0))
    bridge = getattr(factory, name)(experiment, experiment.fetch_data())
    assert bridge.gen(1)._model_key == key


@pytest.mark.parametrize(
    ("name", "key"), [("get_GPKG", "GPKG"), ("get_GPMES", "GPMES"), ("get_MTGP", "ST_MTGP")]
)
def test_a_function_makes_each_model_that_searches_otherwise(name, key, space):
    from armwright.ax.modelbridge import factory

    config = ax.OptimizationConfig(ax.Objective(ax.Metric("m")))
    bridge = getattr(factory, name)(ax.Experiment(space, "e", config), ax.Data())
    assert bridge.gen(1)._model_key == key


def test_pending_features_are_given_for_each_metric_or_not_at_all(space):
    from armwright.ax.modelbridge.modelbridge_utils import get_pending_observation_features

    config = ax.OptimizationConfig(ax.Objective(ax.Metric("m")))
    experiment = ax.Experiment(space, "e", config, tracking_metrics=[ax.Metric("t")])
    assert get_pending_observation_features(experiment) is None
    for c in (1, 2):
        trial = experiment.new_trial().add_arm(ax.Arm({"c": c, "f": 3}))
        trial.mark_running(no_runner_required=True)
    trial.mark_failed()
    first, second = (ax.ObservationFeatures({"c": c, "f": 3}) for c in (1, 2))
    assert get_pending_observation_features(experiment) == {"m": [first], "t": [first]}
    both = get_pending_observation_features(experiment, include_failed_as_pending=True)
    assert both["m"] == [first, second]


def test_an_experiment_is_made_from_dicts_and_texts():
    from armwright.ax.service.utils.instantiation import make_experiment

    experiment = make_experiment(
        parameters=[
            {"name": "x", "type": "range", "bounds": [0.0, 1.0]},
            {"name": "y", "type": "range", "bounds": [0.0, 1.0]},
        ],
        name="made",
        objective_name="loss",
        minimize=True,
        parameter_constraints=["x <= y"],
        outcome_constraints=["cost <= 10%"],
        status_quo={"x": 0.1, "y": 0.2},
        experiment_type="test",
    )
    assert experiment.name == "made"
    assert experiment.experiment_type == "test"
    config = experiment.optimization_config
    assert repr(config.objective) == 'Objective(metric_name="loss", minimize=True)'
    assert config.objective.metric.lower_is_better is True
    assert repr(config.outcome_constraints) == "[OutcomeConstraint(cost <= 10.0%)]"
    assert repr(experiment.search_space.parameter_constraints) == "[OrderConstraint(x <= y)]"
    assert experiment.status_quo.parameters == {"x": 0.1, "y": 0.2}


def test_constraints_and_parameters_are_read_under_their_old_names():
    from armwright.ax.service.utils import instantiation

    x = instantiation.parameter_from_json({"name": "x", "type": "range", "bounds": [0, 1]})
    y = instantiation.parameter_from_json({"name": "y", "type": "range", "bounds": [0, 1]})
    assert x.parameter_type is ax.ParameterType.INT
    constraint = instantiation.constraint_from_str("x + y <= 1", {"x": x, "y": y})
    assert constraint.bound == 1.0
    assert instantiation.outcome_constraint_from_str("m >= 2").bound == 2.0


def test_the_best_parameters_are_found_under_their_old_names():
    from armwright.ax.service.utils import best_point

    experiment = ax.SimpleExperiment(
        ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)]),
        evaluation_function=lambda p: p["x"],
        minimize=True,
    )
    for x in (0.5, 0.25):
        experiment.eval_trial(experiment.new_trial().add_arm(ax.Arm({"x": x})))
    for name in ("get_best_parameters", "get_best_raw_objective_point"):
        parameters, (means, _) = getattr(best_point, name)(experiment)
        assert parameters == {"x": 0.25}
        assert means == {"objective": 0.25}
    assert best_point.get_best_from_model_predictions(experiment) is None


def test_what_the_model_said_of_the_best_arm_is_found_under_its_old_name():
    from armwright.ax.service.utils.best_point import get_best_from_model_predictions

    experiment = ax.Experiment(
        ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)])
    )
    best = (ax.Arm({"x": 0.5}), ({"m": 1.0}, {"m": {"m": 0.1}}))
    experiment.new_trial(ax.GeneratorRun([ax.Arm({"x": 0.7})], best_arm_predictions=best))
    assert get_best_from_model_predictions(experiment) == ({"x": 0.5}, best[1])


@pytest.mark.parametrize("name", ["branin", "hartmann6"])
def test_a_synthetic_function_takes_its_smallest_value_where_it_says(name):
    from armwright.ax.utils.measurement import synthetic_functions

    function = getattr(synthetic_functions, name)
    assert function.required_dimensionality == len(function.domain)
    np.testing.assert_allclose(function(np.array(function.minimums)), function.fmin, atol=1e-4)
    point = function.minimums[0]
    assert function(*point) == function(np.array(point)) == function(list(point))


def test_a_synthetic_function_refuses_points_of_another_width():
    from armwright.ax.utils.measurement.synthetic_functions import branin

    with pytest.raises(ValueError, match=r"branin: expected 2 numbers, got shape \(3,\)"):
        branin(1.0, 2.0, 3.0)


def test_notebooks_may_call_what_they_called(caplog):
    from armwright.ax.utils.notebook.plotting import init_notebook_plotting, render

    caplog.set_level("INFO")
    init_notebook_plotting()
    render(object())
    assert "object is not drawn" in caplog.text

    class Figure:
        shown = 0

        def show(self):
            self.shown += 1

    figure = Figure()
    render(figure)
    assert figure.shown == 1


def test_errors_of_data_providers_say_what_they_know():
    from armwright.ax.exceptions.data_provider import DataProviderError, MissingDataError

    assert str(MissingDataError([3, 1])) == "there are no data of trials 1, 3"
    error = DataProviderError("no rows", "warehouse", KeyError("x"))
    assert str(error) == "no rows: warehouse said KeyError('x')"
    assert isinstance(error, ArmwrightError)


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("SOBOL", "models.random.sobol.SobolGenerator"),
        ("UNIFORM", "models.random.uniform.UniformGenerator"),
        ("FACTORIAL", "models.discrete.full_factorial.FullFactorialGenerator"),
    ],
)
def test_the_model_of_a_bridge_is_found_under_its_old_path(model, path, space):
    module, _, name = path.rpartition(".")
    kind = getattr(importlib.import_module(f"armwright.ax.{module}"), name)
    assert isinstance(ax.Models[model](search_space=space).model, kind)


def test_bridges_are_found_under_their_old_names(space):
    from armwright.ax import modelbridge

    assert isinstance(ax.Models.SOBOL(search_space=space), modelbridge.RandomModelBridge)
    config = ax.OptimizationConfig(ax.Objective(ax.Metric("m")))
    experiment = ax.Experiment(space, optimization_config=config)
    bridge = ax.Models.GPEI(experiment=experiment, data=ax.Data())
    assert isinstance(bridge, modelbridge.TorchModelBridge)
    assert not isinstance(bridge, modelbridge.RandomModelBridge)


def test_the_python_type_of_each_parameter_type_is_a_table():
    from armwright.ax.core.parameter import PARAMETER_PYTHON_TYPE_MAP

    assert PARAMETER_PYTHON_TYPE_MAP[ax.ParameterType.STRING] is str


def test_casts_for_type_checkers_are_checked():
    from armwright.ax.utils.common import typeutils

    assert typeutils.not_none(0) == 0
    assert typeutils.checked_cast(int, 3) == 3
    assert typeutils.checked_cast_optional(int, None) is None
    assert typeutils.checked_cast_list(str, ["a"]) == ["a"]
    assert type(typeutils.numpy_type_to_python_type(np.int64(3))) is int
    with pytest.raises(ValueError, match="got None"):
        typeutils.not_none(None)
    with pytest.raises(ValueError, match="expected a str, got 3"):
        typeutils.checked_cast(str, 3)
    with pytest.raises(KeyError, match="x"):
        typeutils.checked_cast(str, 3, exception=KeyError("x"))


def test_the_time_and_loggers_are_found_under_their_old_names():
    from armwright.ax.utils.common.logger import get_logger
    from armwright.ax.utils.common.timeutils import current_timestamp_in_millis

    assert get_logger("mine").name == "mine"
    assert current_timestamp_in_millis() > 1_500_000_000_000


def test_who_replaces_the_logger_of_outcome_constraints_hears_their_warnings(monkeypatch):
    heard = []

    class Recorder:
        def warning(self, text):
            heard.append(text)

    monkeypatch.setattr("armwright.ax.core.outcome_constraint.logger", Recorder())
    ax.OutcomeConstraint(ax.Metric("m", lower_is_better=True), ax.ComparisonOp.GEQ, bound=0)
    assert heard == [ax.CONSTRAINT_WARNING_MESSAGE.format(**ax.LOWER_BOUND_MISMATCH)]
