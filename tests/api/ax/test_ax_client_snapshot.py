"""The rows of the semantics on `AxClient`: its snapshots, and names of before."""

import pytest

from armwright import ax
from armwright.ax.ax_client import AxClient

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


def test_a_snapshot_keeps_what_the_client_was_made_with(parameters):
    client = AxClient(enforce_sequential_optimization=False)
    client.create_experiment(parameters)
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


def test_a_strategy_with_a_model_of_one_s_own_cannot_be_kept(parameters):
    def model(**kwargs):
        raise AssertionError(kwargs)

    client = AxClient(ax.GenerationStrategy([ax.GenerationStep(model, -1)], name="own"))
    client.create_experiment(parameters)
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
