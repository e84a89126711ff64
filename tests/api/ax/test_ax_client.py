"""The rows of the semantics on `AxClient`, in memory and without a fit."""

import logging
import math

import numpy as np
import pytest

from armwright import ax
from armwright.ax.ax_client import AxClient
from armwright.generation import DataRequiredError, MaxParallelismReachedException

PARAMETERS = [
    {"name": "x", "type": "range", "bounds": [0.0, 10.0]},
    {"name": "n", "type": "range", "bounds": [1, 8]},
    {"name": "k", "type": "fixed", "value": "rbf"},
]
ARM = {"x": 1.5, "n": 2, "k": "rbf"}


def made(parameters=PARAMETERS, **more):
    client = AxClient(random_seed=1)
    client.create_experiment(parameters, **more)
    return client


@pytest.fixture
def client():
    return made(objective_name="loss", minimize=True)


def rows(client, index=0):
    return client.experiment.lookup_data_for_trial(index)[0].df.to_dict("records")


# The constructor ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        lambda c: c.experiment,
        lambda c: c.generation_strategy,
        lambda c: c.objective_name,
        lambda c: c.get_next_trial(),
        lambda c: c.attach_trial(ARM),
        lambda c: c.complete_trial(0, 1.0),
        lambda c: c.update_trial_data(0, 1.0),
        lambda c: c.log_trial_failure(0),
        lambda c: c.get_best_parameters(),
        lambda c: c.get_trial_parameters(0),
        lambda c: c.verify_trial_parameterization(0, ARM),
        lambda c: c.get_trials_data_frame(),
        lambda c: c.get_max_parallelism(),
        lambda c: c.get_model_predictions(),
        lambda c: c.get_optimization_trace(),
        lambda c: c.get_contour_plot(),
        lambda c: c.get_feature_importances(),
        lambda c: c.to_json_snapshot(),
        lambda c: c.save_to_json_file(),
    ],
)
def test_any_use_before_there_is_an_experiment_is_a_value_error(use):
    with pytest.raises(ValueError, match="no experiment yet"):
        use(AxClient())


def test_databases_are_refused_with_the_closest_thing_we_have():
    with pytest.raises(NotImplementedError, match=r"AxClient\(store="):
        AxClient(db_settings=object())


def test_a_strategy_of_one_s_own_is_used():
    strategy = ax.GenerationStrategy([ax.GenerationStep(ax.Models.SOBOL, 1)])
    client = AxClient(strategy)
    client.create_experiment(PARAMETERS)
    client.get_next_trial()
    with pytest.raises(ValueError, match="used up"):
        client.get_next_trial()


def test_trials_are_logged_unless_that_is_not_wanted(caplog):
    caplog.set_level(logging.INFO)
    made().get_next_trial()
    assert "trial 0" in caplog.text
    caplog.clear()
    quiet = AxClient(verbose_logging=False)
    quiet.create_experiment(PARAMETERS)
    quiet.get_next_trial()
    assert caplog.text == ""


def test_the_same_seed_gives_the_same_arms():
    assert made().get_next_trial() == made().get_next_trial()


# create_experiment ----------------------------------------------------------------------------


def test_the_experiment_is_a_plain_one_with_what_was_asked_for():
    client = made(
        name="mine",
        objective_name="loss",
        minimize=True,
        parameter_constraints=["x + n <= 9"],
        outcome_constraints=["cost <= 3"],
        experiment_type="tuning",
    )
    experiment = client.experiment
    assert type(experiment) is ax.Experiment
    assert experiment.name == "mine"
    assert experiment.experiment_type == "tuning"
    objective = experiment.optimization_config.objective
    assert objective.minimize
    assert objective.metric == ax.Metric("loss", lower_is_better=True)
    assert client.objective_name == "loss"
    (constraint,) = experiment.optimization_config.outcome_constraints
    assert (constraint.metric.name, constraint.bound, constraint.relative) == ("cost", 3.0, False)
    assert experiment.search_space.parameter_constraints[0].bound == 9.0


def test_the_objective_is_called_objective_and_larger_is_better_unless_said_otherwise():
    objective = made().experiment.optimization_config.objective
    assert (objective.metric.name, objective.minimize) == ("objective", False)
    assert objective.metric.lower_is_better is False


def test_a_second_experiment_is_refused(client):
    with pytest.raises(ValueError, match="has an experiment already"):
        client.create_experiment(PARAMETERS)


def test_overwriting_starts_anew_and_the_strategy_with_it(client):
    first = client.get_next_trial()
    client.create_experiment(PARAMETERS, overwrite_existing_experiment=True)
    assert client.experiment.trials == {}
    assert client.get_next_trial() == first


def test_overwriting_restarts_a_strategy_of_one_s_own():
    client = AxClient(ax.GenerationStrategy([ax.GenerationStep(ax.Models.SOBOL, 1)]))
    client.create_experiment(PARAMETERS)
    client.get_next_trial()
    client.create_experiment(PARAMETERS, overwrite_existing_experiment=True)
    assert client.get_next_trial()[1] == 0


def test_the_status_quo_is_an_arm_of_the_experiment():
    client = made(status_quo=ARM, outcome_constraints=["cost <= 3%"])
    assert client.experiment.status_quo.parameters == ARM
    assert client.experiment.status_quo.name == "status_quo"


def test_a_relative_constraint_without_status_quo_is_refused_at_once():
    with pytest.raises(ValueError, match="relative to the status quo"):
        made(outcome_constraints=["cost <= 3%"])


def test_the_choice_of_the_strategy_takes_options():
    client = made(
        choose_generation_strategy_kwargs={
            "num_initialization_trials": 2,
            "max_parallelism_override": 7,
        }
    )
    assert client.get_max_parallelism() == [(2, 2), (-1, 7)]


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ([{"name": "x", "type": "range", "bounds": [0, 1.0]}], AssertionError),
        ([{"name": "x", "type": "range"}], KeyError),
        ([{"name": "x", "type": "range", "bounds": [1.0, 0.0]}], ValueError),
    ],
)
def test_a_parameter_that_cannot_be_leaves_the_client_without_an_experiment(parameters, error):
    client = AxClient()
    with pytest.raises(error, match="x"):
        client.create_experiment(parameters)
    client.create_experiment(PARAMETERS)


# get_next_trial, attach_trial -----------------------------------------------------------------


def test_the_next_trial_is_running_without_a_runner(client):
    parameters, index = client.get_next_trial()
    trial = client.experiment.trials[index]
    assert index == 0
    assert trial.status is ax.TrialStatus.RUNNING
    assert trial.arm.parameters == parameters
    assert [type(value) for value in parameters.values()] == [float, int, str]


def test_too_few_results_are_an_error_where_order_is_enforced(client):
    for _ in range(5):
        client.get_next_trial()
    with pytest.raises(DataRequiredError, match="5 trials of step 0"):
        client.get_next_trial()


def test_where_it_is_not_enforced_there_are_further_sobol_trials():
    client = AxClient(enforce_sequential_optimization=False, random_seed=1)
    client.create_experiment(PARAMETERS)
    assert [client.get_next_trial()[1] for _ in range(8)] == list(range(8))


def test_as_many_trials_run_at_once_as_a_step_allows():
    strategy = ax.GenerationStrategy([ax.GenerationStep(ax.Models.SOBOL, -1, max_parallelism=2)])
    client = AxClient(strategy)
    client.create_experiment(PARAMETERS)
    client.get_next_trial()
    client.get_next_trial()
    with pytest.raises(MaxParallelismReachedException, match="2 trials of step 0"):
        client.get_next_trial()
    client.log_trial_failure(0)
    assert client.get_next_trial()[1] == 2


def test_an_attached_trial_runs(client):
    assert client.attach_trial(ARM) == (ARM, 0)
    assert client.experiment.trials[0].status is ax.TrialStatus.RUNNING
    assert client.experiment.trials[0].arm.name == "0_0"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": 11.0}, "parameter 'x': must be a value of"),
        ({"x": 1}, "parameter 'x': expected the type float, got 1"),
        ({"n": 2.0}, "parameter 'n': expected the type int, got 2.0"),
        ({"k": "poly"}, "parameter 'k': must be a value of"),
        ({"z": 1}, r"unknown \['z'\]"),
    ],
)
def test_attached_parameters_must_be_in_the_space_and_of_its_types(client, change, message):
    with pytest.raises(ValueError, match=message):
        client.attach_trial({**ARM, **change})
    assert client.experiment.trials == {}


def test_attached_numpy_scalars_are_plain_numbers(client):
    parameters, _ = client.attach_trial({**ARM, "x": np.float64(1.5), "n": np.int64(2)})
    assert [type(value) for value in parameters.values()] == [float, int, str]


# complete_trial -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw_data", "expected"),
    [
        ({"loss": (0.5, 0.1)}, [("loss", 0.5, 0.1)]),
        ({"loss": (0.5, 0.1), "cost": (2, None)}, [("loss", 0.5, 0.1), ("cost", 2.0, None)]),
        ({"loss": 0.5}, [("loss", 0.5, None)]),
        ((0.5, 0.1), [("loss", 0.5, 0.1)]),
        ((0.5, None), [("loss", 0.5, None)]),
        (0.5, [("loss", 0.5, None)]),
        (1, [("loss", 1.0, None)]),
        (np.float32(0.5), [("loss", 0.5, None)]),
        (np.int64(2), [("loss", 2.0, None)]),
        ((np.float64(0.5), np.float64(0.1)), [("loss", 0.5, 0.1)]),
    ],
)
def test_results_come_in_many_forms(client, raw_data, expected):
    _, index = client.get_next_trial()
    client.complete_trial(index, raw_data)
    assert client.experiment.trials[0].status is ax.TrialStatus.COMPLETED
    found = [
        (r["metric_name"], r["mean"], None if math.isnan(r["sem"]) else r["sem"])
        for r in rows(client)
    ]
    assert found == expected


def test_results_at_fidelities_are_kept_with_them(client):
    client.get_next_trial()
    client.complete_trial(0, [({"n": 1}, {"loss": (0.9, 0.1)}), ({"n": 8}, {"loss": (0.5, 0.1)})])
    assert [(r["mean"], r["fidelities"]) for r in rows(client)] == [
        (0.9, '{"n": 1}'),
        (0.5, '{"n": 8}'),
    ]


@pytest.mark.parametrize(
    "raw_data",
    ["0.5", None, (1.0,), (1.0, 2.0, 3.0), {"loss": "low"}, [1.0], [({}, 1.0)], ("a", 1)],
)
def test_other_forms_are_refused_and_the_trial_runs_on(client, raw_data):
    client.get_next_trial()
    with pytest.raises(ValueError, match="raw_data"):
        client.complete_trial(0, raw_data)
    assert client.experiment.trials[0].status is ax.TrialStatus.RUNNING


def test_a_trial_that_is_not_there_is_refused(client):
    with pytest.raises(ValueError, match=r"no trial 3 of one arm; the trials are \[\]"):
        client.complete_trial(3, 0.5)


@pytest.mark.parametrize("end", ["mark_completed", "mark_failed", "mark_abandoned"])
def test_a_trial_that_has_ended_is_refused(client, end):
    client.get_next_trial()
    getattr(client.experiment.trials[0], end)()
    with pytest.raises(ValueError, match="only a running trial can end"):
        client.complete_trial(0, 0.5)


def test_times_in_the_metadata_go_into_the_data_and_the_rest_stays_with_the_trial(client):
    client.get_next_trial()
    client.complete_trial(0, 0.5, metadata={"start_time": 1000, "end_time": 2000, "host": "a"})
    (row,) = rows(client)
    assert (row["start_time"].timestamp(), row["end_time"].timestamp()) == (1.0, 2.0)
    assert client.experiment.trials[0].run_metadata["host"] == "a"


def test_the_sample_size_goes_into_the_data(client):
    client.get_next_trial()
    client.complete_trial(0, 0.5, sample_size=12)
    assert rows(client)[0]["n"] == 12


@pytest.mark.parametrize("value", [math.nan, math.inf, (math.nan, 0.1), {"loss": (-math.inf, 0.1)}])
def test_an_objective_that_is_not_finite_is_a_failed_trial(client, value):
    client.get_next_trial()
    client.complete_trial(0, value)
    trial = client.experiment.trials[0]
    assert trial.status is ax.TrialStatus.FAILED
    assert trial.run_metadata["failure_reason"] == "'loss' is not finite"
    assert client.get_best_parameters() is None


# update_trial_data, log_trial_failure ---------------------------------------------------------


def test_further_metrics_are_combined_with_what_was_there(client):
    client.get_next_trial()
    client.complete_trial(0, 0.5)
    client.update_trial_data(0, {"cost": (3.0, 0.0)}, metadata={"host": "b"}, sample_size=4)
    assert [(r["metric_name"], r["mean"]) for r in rows(client)] == [("loss", 0.5), ("cost", 3.0)]
    assert client.experiment.trials[0].run_metadata["host"] == "b"


def test_only_a_completed_trial_takes_further_data(client):
    client.get_next_trial()
    with pytest.raises(ValueError, match="only completed trials take further data, it is RUNNING"):
        client.update_trial_data(0, {"cost": (3.0, 0.0)})


def test_a_metric_that_is_there_cannot_be_given_again(client):
    client.get_next_trial()
    client.complete_trial(0, 0.5)
    with pytest.raises(ValueError, match="for metric 'loss'"):
        client.update_trial_data(0, 0.6)


def test_a_logged_failure_fails_the_trial(client):
    client.get_next_trial()
    client.log_trial_failure(0, metadata={"why": "disk"})
    trial = client.experiment.trials[0]
    assert trial.status is ax.TrialStatus.FAILED
    assert trial.run_metadata == {"why": "disk"}
    with pytest.raises(ValueError, match="it is FAILED"):
        client.log_trial_failure(0)


def test_failed_trials_do_not_count_among_the_first(client):
    for _ in range(5):
        client.log_trial_failure(client.get_next_trial()[1])
    client.get_next_trial()
    assert client.experiment.trials[5].generator_run._model_key == "Sobol"


# What was found -------------------------------------------------------------------------------


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


def test_the_table_has_a_row_for_each_trial(client):
    for value in (3.0, 1.0):
        client.complete_trial(client.get_next_trial()[1], {"loss": (value, 0.0), "cost": (1, 0.0)})
    client.attach_trial(ARM)
    frame = client.get_trials_data_frame()
    assert list(frame.columns) == ["trial_index", "arm_name", "loss", "cost", "x", "n", "k"]
    assert list(frame["trial_index"]) == [0, 1, 2]
    assert list(frame["loss"][:2]) == [3.0, 1.0]
    assert math.isnan(frame["loss"][2])
    assert frame.loc[2, ["x", "n", "k"]].to_dict() == ARM


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


# Snapshots and old names ----------------------------------------------------------------------


def test_a_snapshot_is_json_with_the_documented_keys(client):
    client.get_next_trial()
    assert set(client.to_json_snapshot()) == {
        "_type",
        "experiment",
        "generation_strategy",
        "_enforce_sequential_optimization",
    }


def test_a_restored_client_goes_on_with_the_same_sobol_arms(client):
    for value in (3.0, 1.0):
        client.complete_trial(client.get_next_trial()[1], value)
    restored = AxClient.from_json_snapshot(client.to_json_snapshot())
    assert restored.experiment == client.experiment
    assert restored.get_max_parallelism() == client.get_max_parallelism()
    assert [restored.get_next_trial() for _ in range(3)] == [
        client.get_next_trial() for _ in range(3)
    ]


def test_a_client_survives_a_file(client, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    client.get_next_trial()
    client.save_to_json_file()
    restored = AxClient.load_from_json_file()
    assert restored.experiment == client.experiment
    restored.complete_trial(0, 1.0)
    assert (tmp_path / "ax_client_snapshot.json").exists()
    client.save_to_json_file(str(tmp_path / "other.json"))
    assert AxClient.load_from_json_file(tmp_path / "other.json").get_next_trial()[1] == 1


def test_a_snapshot_keeps_what_the_client_was_made_with():
    client = AxClient(enforce_sequential_optimization=False)
    client.create_experiment(PARAMETERS)
    snapshot = client.to_json_snapshot()
    assert snapshot["_enforce_sequential_optimization"] is False
    assert AxClient.from_json_snapshot(snapshot).to_json_snapshot() == snapshot


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "expected the snapshot of an AxClient"),
        ([], "expected the snapshot of an AxClient"),
        ({"_type": "AxClient"}, "lacks '_enforce_sequential_optimization'"),
        ({"_type": "AxClient", "_enforce_sequential_optimization": True}, "lacks 'experiment'"),
    ],
)
def test_another_document_is_refused(document, message):
    with pytest.raises(ax.JSONDecodeError, match=message):
        AxClient.from_json_snapshot(document)


def test_a_snapshot_with_a_broken_strategy_is_refused(client):
    snapshot = client.to_json_snapshot()
    snapshot["generation_strategy"] = {"steps": [{"model": {"name": "MAGIC"}}]}
    with pytest.raises(ax.JSONDecodeError, match="no generation strategy can be read"):
        AxClient.from_json_snapshot(snapshot)


def test_a_file_that_is_not_json_is_refused(tmp_path):
    (tmp_path / "x.json").write_text("hello")
    with pytest.raises(ax.JSONDecodeError, match="is not JSON"):
        AxClient.load_from_json_file(tmp_path / "x.json")


def test_a_strategy_with_a_model_of_one_s_own_cannot_be_kept():
    def model(**kwargs):
        raise AssertionError(kwargs)

    client = AxClient(ax.GenerationStrategy([ax.GenerationStep(model, -1)], name="own"))
    client.create_experiment(PARAMETERS)
    with pytest.raises(ax.JSONEncodeError, match="step 0 of 'own' has a model of your own"):
        client.to_json_snapshot()


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("save", "save_to_json_file"),
        ("load", "load_from_json_file"),
        ("load_experiment", "store="),
        ("get_recommended_max_parallelism", "get_max_parallelism"),
    ],
)
def test_retired_names_say_what_has_taken_their_place(name, instead):
    with pytest.raises(NotImplementedError, match=instead):
        getattr(AxClient(), name)()


def test_a_client_s_random_seed_is_a_whole_number_from_zero():
    with pytest.raises(ValueError, match=r"^random_seed should be a whole number, 0 or more"):
        AxClient(random_seed=-1)


# An objective of several metrics ----------------------------------------------------------------


@pytest.fixture
def scalarized():
    client = AxClient(random_seed=1)
    client.create_experiment([{"name": "x", "type": "range", "bounds": [0.0, 1.0]}])
    metrics = [ax.Metric("a"), ax.Metric("b")]
    objective = ax.ScalarizedObjective(metrics, weights=[1.0, -2.0])
    client.experiment.optimization_config = ax.OptimizationConfig(objective)
    client.get_next_trial()
    return client


def test_a_dictionary_completes_a_trial_whose_objective_has_several_metrics(scalarized):
    scalarized.complete_trial(0, {"a": (3.0, 0.0), "b": (1.0, 0.0)})
    _, index = scalarized.get_next_trial()
    scalarized.complete_trial(index, {"a": (2.0, 0.0), "b": (0.0, 0.0)})
    assert scalarized.get_best_parameters()[1][0] == {"a": 2.0, "b": 0.0}


def test_a_number_does_not_say_which_of_several_metrics_it_is(scalarized):
    with pytest.raises(ValueError, match="raw_data: several metrics are optimized"):
        scalarized.complete_trial(0, 1.0)


def test_a_trial_of_which_one_objective_is_not_finite_is_failed(scalarized):
    scalarized.complete_trial(0, {"a": (3.0, 0.0), "b": (math.nan, 0.0)})
    trial = scalarized.experiment.trials[0]
    assert trial.status.is_failed
    assert trial.run_metadata["failure_reason"] == "'b' is not finite"


def test_an_objective_of_several_metrics_has_no_one_name(scalarized):
    with pytest.raises(ValueError, match="no one metric to name"):
        _ = scalarized.objective_name
