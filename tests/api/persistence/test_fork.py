"""A warm-started copy: its own experiment, with what another one measured as a beginning."""

from pathlib import Path

import pytest

import armwright
from armwright import ax
from armwright.errors import (
    ExperimentExistsError,
    ExperimentNotFoundError,
    NothingLeftError,
    UsageError,
)
from armwright.persistence import definition_from_dict
from armwright.persistence.fork import fork
from armwright.store.verify import verify

DEFINITION = {
    "name": "source",
    "objective": {"metric": "loss", "minimize": True},
    "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
    "tracking_metrics": ["seconds"],
    "budget": 6,
}


@pytest.fixture
def source(tmp_path):
    """An experiment with trials of every end: 0 and 3 completed, 1 failed, 2 and 4 running."""
    stored = armwright.create(tmp_path / "source", DEFINITION, seed=3)
    trials = stored.ask(5)
    stored.tell(0, {"loss": 0.5, "seconds": 9.0})
    stored.fail(1, reason="oom")
    stored.tell(3, {"loss": 0.1})
    assert len(trials) == 5
    return stored


def files(url):
    return {path: path.read_bytes() for path in Path(url).rglob("*") if path.is_file()}


def test_what_has_ended_comes_along_under_its_number(source, tmp_path):
    made = fork(source.url, tmp_path / "fork")
    old, new = ax.load(source.url), ax.load(made.url)
    assert list(new.trials) == [0, 1, 3]
    for index, trial in new.trials.items():
        assert trial.arm == old.trials[index].arm
        assert trial.status is old.trials[index].status
        assert trial.time_completed == old.trials[index].time_completed
    assert new.data_by_trial == old.data_by_trial
    assert made.best().number == 3
    assert verify(made.url).ok


def test_it_is_an_experiment_of_its_own_that_knows_where_it_comes_from(source, tmp_path):
    before = files(source.url)
    made = fork(source.url, tmp_path / "fork")
    assert made._folder.id != source._folder.id
    assert made.state.experiment["forked_from"] == {
        "id": source._folder.id,
        "name": "source",
        "url": source.url,
    }
    made.tell(made.ask()[0].number, {"loss": 0.0})
    assert files(source.url) == before


def test_the_budget_is_that_of_new_trials(source, tmp_path):
    made = fork(source.url, tmp_path / "a", budget=2)
    assert [trial.number for trial in made.ask(5)] == [4, 5]
    with pytest.raises(NothingLeftError, match="5 of 5 trials are made"):
        made.ask()
    assert fork(source.url, tmp_path / "b").budget == 3 + 6


def test_given_trials_count_as_the_first_ones(source, tmp_path):
    source.ask(1)
    for number in (2, 4, 5):
        source.tell(number, {"loss": 0.3})
    made = fork(source.url, tmp_path / "fork")
    (trial,) = made.ask()
    assert made.refresh().trials[trial.number].generator_run._model_key == "GPEI"


def test_the_seed_is_the_source_s_and_goes_on_where_the_given_trials_end(source, tmp_path):
    made = fork(source.url, tmp_path / "a", budget=1)
    assert made.seed == source.seed
    assert made.ask()[0].arm == ax.load(source.url).trials[4].arm  # which did not come along
    assert fork(source.url, tmp_path / "b", seed=99).seed == 99


def test_the_search_space_and_the_objective_may_change(source, tmp_path):
    changed = {
        **DEFINITION,
        "name": "narrow",
        "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 0.25]}],
        "objective": {"metric": "seconds", "minimize": False},
        "tracking_metrics": ["loss"],
    }
    made = fork(source.url, tmp_path / "fork", definition=definition_from_dict(changed).experiment)
    assert made.name == "narrow"
    assert made.search_space.parameters["x"].upper == 0.25
    assert made.best().metric == "seconds"
    for trial in made.ask(4):
        assert trial.arm.parameters["x"] <= 0.25


def test_other_parameters_are_refused(source, tmp_path):
    changed = {**DEFINITION, "parameters": [{"name": "y", "type": "range", "bounds": [0, 1]}]}
    with pytest.raises(
        UsageError, match=r"a fork keeps the names and types .* different are: x, y"
    ):
        fork(source.url, tmp_path / "fork", definition=definition_from_dict(changed).experiment)
    assert not (tmp_path / "fork").exists()


def test_a_fork_that_was_stopped_goes_on(source, tmp_path):
    fork(source.url, tmp_path / "fork")
    whole = ax.load(tmp_path / "fork")
    for path in (tmp_path / "fork" / "t" / "00000").glob("[13].*"):
        path.unlink()
    fork(source.url, tmp_path / "fork")
    assert ax.load(tmp_path / "fork") == whole


def test_an_experiment_that_is_there_already_is_not_touched(source, tmp_path):
    fork(source.url, tmp_path / "fork")
    before = files(tmp_path / "fork")
    with pytest.raises(ExperimentExistsError, match="there is an experiment at"):
        fork(source.url, tmp_path / "fork")
    assert files(tmp_path / "fork") == before
    with pytest.raises(ExperimentExistsError, match="there is an experiment at"):
        fork(tmp_path / "fork", source.url)


def test_there_must_be_something_to_fork(tmp_path):
    with pytest.raises(ExperimentNotFoundError, match="no experiment"):
        fork(tmp_path / "none", tmp_path / "fork")


def test_a_fork_of_an_experiment_without_trials_has_none(tmp_path):
    source = armwright.create(tmp_path / "source", DEFINITION)
    made = fork(source.url, tmp_path / "fork")
    assert not made.trials
    assert made.ask()[0].number == 0


def test_a_fork_of_a_fork_knows_its_parent(source, tmp_path):
    first = fork(source.url, tmp_path / "a")
    second = fork(first.url, tmp_path / "b")
    assert second.state.experiment["forked_from"]["id"] == first._folder.id
    assert list(second.trials) == [0, 1, 3]
