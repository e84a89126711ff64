"""The rows of the semantics on `AxClient`: what its trials measured."""

import math

import numpy as np
import pytest

from armwright import ax
from armwright.ax.ax_client import AxClient


def rows(client, index=0):
    return client.experiment.lookup_data_for_trial(index)[0].df.to_dict("records")


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
