"""The rows of the semantics on `AxClient`: making one, its experiment, and its trials."""

import logging

import numpy as np
import pytest

from armwright import ax
from armwright.ax.ax_client import AxClient
from armwright.generation import DataRequiredError, MaxParallelismReachedException

# The constructor ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "use",
    [
        lambda c: c.experiment,
        lambda c: c.generation_strategy,
        lambda c: c.objective_name,
        lambda c: c.get_next_trial(),
        lambda c: c.attach_trial({}),
        lambda c: c.complete_trial(0, 1.0),
        lambda c: c.update_trial_data(0, 1.0),
        lambda c: c.log_trial_failure(0),
        lambda c: c.get_best_parameters(),
        lambda c: c.get_trial_parameters(0),
        lambda c: c.verify_trial_parameterization(0, {}),
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


def test_a_strategy_of_one_s_own_is_used(parameters):
    strategy = ax.GenerationStrategy([ax.GenerationStep(ax.Models.SOBOL, 1)])
    client = AxClient(strategy)
    client.create_experiment(parameters)
    client.get_next_trial()
    with pytest.raises(ValueError, match="used up"):
        client.get_next_trial()


def test_trials_are_logged_unless_that_is_not_wanted(caplog, parameters, made):
    caplog.set_level(logging.INFO)
    made().get_next_trial()
    assert "trial 0" in caplog.text
    caplog.clear()
    quiet = AxClient(verbose_logging=False)
    quiet.create_experiment(parameters)
    quiet.get_next_trial()
    assert caplog.text == ""


def test_the_same_seed_gives_the_same_arms(made):
    assert made().get_next_trial() == made().get_next_trial()


# create_experiment ----------------------------------------------------------------------------


def test_the_experiment_is_a_plain_one_with_what_was_asked_for(made):
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


def test_the_objective_is_called_objective_and_larger_is_better_unless_said_otherwise(made):
    objective = made().experiment.optimization_config.objective
    assert (objective.metric.name, objective.minimize) == ("objective", False)
    assert objective.metric.lower_is_better is False


def test_a_second_experiment_is_refused(client, parameters):
    with pytest.raises(ValueError, match="has an experiment already"):
        client.create_experiment(parameters)


def test_overwriting_starts_anew_and_the_strategy_with_it(client, parameters):
    first = client.get_next_trial()
    client.create_experiment(parameters, overwrite_existing_experiment=True)
    assert client.experiment.trials == {}
    assert client.get_next_trial() == first


def test_overwriting_restarts_a_strategy_of_one_s_own(parameters):
    client = AxClient(ax.GenerationStrategy([ax.GenerationStep(ax.Models.SOBOL, 1)]))
    client.create_experiment(parameters)
    client.get_next_trial()
    client.create_experiment(parameters, overwrite_existing_experiment=True)
    assert client.get_next_trial()[1] == 0


def test_the_status_quo_is_an_arm_of_the_experiment(arm, made):
    client = made(status_quo=arm, outcome_constraints=["cost <= 3%"])
    assert client.experiment.status_quo.parameters == arm
    assert client.experiment.status_quo.name == "status_quo"


def test_a_relative_constraint_without_status_quo_is_refused_at_once(made):
    with pytest.raises(ValueError, match="relative to the status quo"):
        made(outcome_constraints=["cost <= 3%"])


def test_the_choice_of_the_strategy_takes_options(made):
    client = made(
        choose_generation_strategy_kwargs={
            "num_initialization_trials": 2,
            "max_parallelism_override": 7,
        }
    )
    assert client.get_max_parallelism() == [(2, 2), (-1, 7)]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ([{"name": "x", "type": "range", "bounds": [0, 1.0]}], AssertionError),
        ([{"name": "x", "type": "range"}], KeyError),
        ([{"name": "x", "type": "range", "bounds": [1.0, 0.0]}], ValueError),
    ],
)
def test_a_parameter_that_cannot_be_leaves_the_client_without_an_experiment(
    wrong, error, parameters
):
    client = AxClient()
    with pytest.raises(error, match="x"):
        client.create_experiment(wrong)
    client.create_experiment(parameters)


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


def test_where_it_is_not_enforced_there_are_further_sobol_trials(parameters):
    client = AxClient(enforce_sequential_optimization=False, random_seed=1)
    client.create_experiment(parameters)
    assert [client.get_next_trial()[1] for _ in range(8)] == list(range(8))


def test_as_many_trials_run_at_once_as_a_step_allows(parameters):
    strategy = ax.GenerationStrategy([ax.GenerationStep(ax.Models.SOBOL, -1, max_parallelism=2)])
    client = AxClient(strategy)
    client.create_experiment(parameters)
    client.get_next_trial()
    client.get_next_trial()
    with pytest.raises(MaxParallelismReachedException, match="2 trials of step 0"):
        client.get_next_trial()
    client.log_trial_failure(0)
    assert client.get_next_trial()[1] == 2


def test_an_attached_trial_runs(client, arm):
    assert client.attach_trial(arm) == (arm, 0)
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
def test_attached_parameters_must_be_in_the_space_and_of_its_types(client, change, message, arm):
    with pytest.raises(ValueError, match=message):
        client.attach_trial({**arm, **change})
    assert client.experiment.trials == {}


def test_attached_numpy_scalars_are_plain_numbers(client, arm):
    parameters, _ = client.attach_trial({**arm, "x": np.float64(1.5), "n": np.int64(2)})
    assert [type(value) for value in parameters.values()] == [float, int, str]
