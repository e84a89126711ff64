"""`AxClient` live on a store: clients in one process and in several share an experiment."""

import math
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

import armwright
from armwright import ax
from armwright.ax.ax_client import AxClient
from armwright.errors import NothingLeftError, TrialEndedError, UsageError

X = [{"name": "x", "type": "range", "bounds": [0.0, 10.0]}]


@pytest.fixture
def url(tmp_path):
    return str(tmp_path / "shared")


@pytest.fixture
def two(url):
    """Two clients of one store."""
    clients = [AxClient(store=url, random_seed=1) for _ in range(2)]
    for client in clients:
        client.create_experiment(X, name="shared", objective_name="loss", minimize=True)
    return clients


def test_a_second_client_opens_the_equal_experiment(two):
    first, second = two
    assert first.experiment == second.experiment
    assert second.experiment.name == "shared"


def test_a_client_that_creates_nothing_opens_what_is_there(two, url):
    two[0].get_next_trial()
    assert AxClient(store=url).get_next_trial()[1] == 1


def test_without_an_experiment_at_the_url_there_is_none(url):
    with pytest.raises(ValueError, match=r"no experiment yet, and there is none at"):
        AxClient(store=url).get_next_trial()


@pytest.mark.parametrize(
    ("change", "different"),
    [
        ({"minimize": False}, "optimization_config"),
        ({"name": "other"}, "name"),
        ({"status_quo": {"x": 1.0}}, "status_quo"),
        ({"experiment_type": "t"}, "experiment_type"),
        ({"parameters": [{**X[0], "bounds": [0.0, 9.0]}]}, "search_space"),
    ],
)
def test_another_definition_is_refused_and_names_what_differs(two, url, change, different):  # noqa: ARG001
    given = {"parameters": X, "name": "shared", "objective_name": "loss", "minimize": True}
    with pytest.raises(ValueError, match=f"holds another experiment; different are: {different}"):
        AxClient(store=url).create_experiment(**{**given, **change})


def test_nothing_on_a_store_is_overwritten(two, url):
    two[0].get_next_trial()
    with pytest.raises(UsageError, match="nothing on a store is dropped"):
        AxClient(store=url).create_experiment(
            X, objective_name="loss", minimize=True, overwrite_existing_experiment=True
        )
    assert len(two[1].experiment.trials) == 1


def test_each_client_gets_trials_of_its_own_and_sees_those_of_others(two):
    first, second = two
    taken = [client.get_next_trial() for client in (first, second, first)]
    assert [index for _, index in taken] == [0, 1, 2]
    assert len({p["x"] for p, _ in taken}) == 3
    assert {t.status for t in second.experiment.trials.values()} == {ax.TrialStatus.RUNNING}


def test_a_trial_may_be_completed_by_another_client(two):
    first, second = two
    parameters, index = first.get_next_trial()
    second.complete_trial(
        index,
        {"loss": (0.5, 0.1), "cost": (2.0, None)},
        metadata={"start_time": 1000, "host": "b"},
        sample_size=3,
    )
    trial = first.experiment.trials[index]
    assert trial.status is ax.TrialStatus.COMPLETED
    assert trial.run_metadata == {"start_time": 1000, "host": "b"}
    frame = first.experiment.lookup_data_for_trial(index)[0].df
    assert list(frame["mean"]) == [0.5, 2.0]
    assert list(frame["n"]) == [3, 3]
    assert first.get_best_parameters()[0] == parameters


def test_a_trial_ends_once(two):
    first, second = two
    first.get_next_trial()
    first.complete_trial(0, 0.5)
    with pytest.raises(ValueError, match="only a running trial can end, it is COMPLETED"):
        second.complete_trial(0, 0.6)
    with pytest.raises(ValueError, match="only a running trial can end, it is COMPLETED"):
        second.log_trial_failure(0)
    assert second.get_best_parameters()[1][0] == {"loss": 0.5}


def test_of_two_ends_at_the_same_moment_one_counts_and_the_other_is_told(two):
    index = two[0].get_next_trial()[1]

    def complete(client):
        try:
            client.complete_trial(index, 0.5)
        except (ValueError, TrialEndedError):
            return "told"
        return "counts"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(complete, two)) == ["counts", "told"]


def test_nan_is_a_failed_trial_for_everyone(two):
    first, second = two
    first.get_next_trial()
    first.complete_trial(0, math.nan)
    trial = second.experiment.trials[0]
    assert trial.status is ax.TrialStatus.FAILED
    assert trial.run_metadata["failure_reason"] == "'loss' is not finite"
    assert second.get_best_parameters() is None


def test_a_failure_is_seen_by_everyone(two):
    first, second = two
    first.get_next_trial()
    first.log_trial_failure(0, metadata={"why": "disk"})
    assert second.experiment.trials[0].status is ax.TrialStatus.FAILED
    assert second.experiment.trials[0].run_metadata == {"why": "disk"}


def test_further_metrics_are_combined_by_any_client(two):
    first, second = two
    first.get_next_trial()
    first.complete_trial(0, 0.5)
    second.update_trial_data(0, {"cost": (3.0, 0.0)}, metadata={"host": "c"})
    frame = first.experiment.lookup_data_for_trial(0)[0].df
    assert dict(zip(frame["metric_name"], frame["mean"], strict=True)) == {"loss": 0.5, "cost": 3.0}
    assert first.experiment.trials[0].run_metadata["host"] == "c"
    with pytest.raises(ValueError, match="for metric 'cost'"):
        first.update_trial_data(0, {"cost": (3.0, 0.0)})


def test_trials_are_attached_for_everyone(two):
    first, second = two
    first.get_next_trial()
    assert second.attach_trial({"x": 2.5}) == ({"x": 2.5}, 1)
    assert first.get_trial_parameters(1) == {"x": 2.5}
    assert first.experiment.trials[1].arm.name == "1_0"
    first.complete_trial(1, 0.25)
    assert second.get_best_parameters()[0] == {"x": 2.5}


def test_no_client_is_refused_for_want_of_results(two):
    indices = [two[turn % 2].get_next_trial()[1] for turn in range(8)]
    assert indices == list(range(8))
    assert two[0].get_max_parallelism() == [(5, 5), (-1, -1)]


def test_the_number_of_first_trials_can_be_chosen(url):
    client = AxClient(store=url)
    client.create_experiment(X, choose_generation_strategy_kwargs={"num_initialization_trials": 2})
    assert client.get_max_parallelism() == [(2, 2), (-1, -1)]


def test_how_arms_are_made_is_the_folder_s_business(url):
    strategy = ax.GenerationStrategy([ax.GenerationStep(ax.Models.SOBOL, -1)])
    with pytest.raises(UsageError, match="on a store the folder decides how arms are made"):
        AxClient(strategy, store=url)
    with pytest.raises(UsageError, match="num_initialization_trials and generation only"):
        AxClient(store=url).create_experiment(
            X, choose_generation_strategy_kwargs={"max_parallelism_cap": 2}
        )


def test_errors_of_the_store_cannot_be_passed_over(url):
    with pytest.raises(UsageError, match="the store is the experiment's only copy"):
        AxClient(store=url, suppress_storage_errors=True)


def test_the_same_seed_gives_the_same_first_arm(tmp_path):
    arms = []
    for name in ("a", "b"):
        client = AxClient(store=tmp_path / name, random_seed=5)
        client.create_experiment(X)
        arms.append(client.get_next_trial())
    assert arms[0] == arms[1]


def test_a_restored_client_is_live_again(two):
    first, second = two
    first.get_next_trial()
    restored = AxClient.from_json_snapshot(first.to_json_snapshot())
    restored.complete_trial(0, 0.5)
    assert second.experiment.trials[0].status is ax.TrialStatus.COMPLETED


def test_the_folder_is_an_experiment_like_any_other(two, url):
    two[0].get_next_trial()
    two[0].complete_trial(0, 0.5)
    assert armwright.open(url).best().mean == 0.5
    assert ax.load(url) == two[1].experiment


def test_a_space_that_is_used_up_has_nothing_left(url):
    client = AxClient(store=url)
    client.create_experiment([{"name": "c", "type": "choice", "values": ["p", "q"]}])
    client.get_next_trial()
    client.get_next_trial()
    with pytest.raises(NothingLeftError, match="further arms"):
        client.get_next_trial()


WORKER = """
import sys
from armwright.ax.ax_client import AxClient

client = AxClient(store=sys.argv[1], random_seed=1, verbose_logging=False)
client.create_experiment(
    [{"name": "x", "type": "range", "bounds": [0.0, 10.0]}],
    name="race", minimize=True,
    choose_generation_strategy_kwargs={"num_initialization_trials": 50},
)
for _ in range(4):
    parameters, index = client.get_next_trial()
    client.complete_trial(index, parameters["x"])
"""


def test_processes_that_start_at_once_share_one_experiment(tmp_path):
    url = str(tmp_path / "race")
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER, url], stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for worker in workers:
        _, words = worker.communicate()
        assert worker.returncode == 0, words
    experiment = AxClient(store=url).experiment
    assert len(experiment.trials) == 16
    assert len(experiment.arms_by_signature) == 16
    for index, trial in experiment.trials.items():
        assert trial.status.is_completed
        (mean,) = experiment.lookup_data_for_trial(index)[0].df["mean"]
        assert mean == trial.arm.parameters["x"]


def test_what_the_model_is_told_is_part_of_the_folder_and_of_every_clients_strategy(url):
    options = {"generation": {"output_warp": "likeliest"}}
    AxClient(store=url).create_experiment(X, choose_generation_strategy_kwargs=options)
    plan = armwright.open(url).state.configs[1]["plan"]
    assert plan["generation"] == {"output_warp": "likeliest"}
    modelled = AxClient(store=url).generation_strategy._steps[-1]
    assert modelled.model_kwargs["output_warp"] == "likeliest"


def test_what_no_model_can_be_told_makes_no_folder(url):
    with pytest.raises(UsageError, match=r"generation\.output_warp should be one of"):
        AxClient(store=url).create_experiment(
            X, choose_generation_strategy_kwargs={"generation": {"output_warp": "log"}}
        )
    with pytest.raises(ValueError, match="no experiment yet"):
        AxClient(store=url).get_next_trial()
