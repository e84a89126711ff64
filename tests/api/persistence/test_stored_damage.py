"""Folders with damaged or foreign files, or with unknown classes: named, and the rest works."""

import pytest

import armwright
from armwright import ax
from armwright.errors import (
    NothingLeftError,
    StoreError,
    TrialNotFoundError,
)
from armwright.persistence import StoredExperiment, known_classes
from armwright.store import ExperimentFolder, UnavailableError
from armwright.store.posix import PosixFiles


class Elsewhere(ax.Metric):
    """Registered where the folder was made, unknown where it is opened."""


@pytest.mark.parametrize(
    ("name", "body", "problem"),
    [
        ("t/00000/1.arm.json", b"", "it is empty"),
        ("t/00000/1.arm.json", b'{"v": 1, "kind": "ar', "torn or not JSON"),
        ("t/00000/1.arm.json", b"\xff\xfe", "not text in UTF-8"),
        ("t/00000/0.1.end.json", b"{}", "not a file of armwright's"),
        ("t/00000/notes.txt", b"mine", "foreign file"),
        ("config/000002.json", b"{", "torn or not JSON"),
    ],
    ids=str,
)
def test_a_torn_or_foreign_file_is_named_and_the_rest_works(name, body, problem, stored, url):
    stored.ask(3)
    stored.tell(2, {"loss": 1.0})
    (url / name).write_bytes(body)
    fresh = armwright.open(url)
    (damage,) = [item for item in fresh.damaged if item.path == name]
    assert problem in damage.problem
    assert fresh.best().number == 2
    assert 2 in fresh.experiment.trials
    (trial,) = fresh.ask()
    assert trial.number == 3
    fresh.tell(3, {"loss": 0.5})
    assert armwright.open(url).best().number == 3


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"arms": 3},
        {"arms": [{"name": "0_0"}], "config": 1, "trial": {}},
        {"arms": [], "trial": {}},
        {"arms": [{"name": "0_0", "parameters": {}}], "config": 1, "trial": {"__type": "Trial"}},
    ],
    ids=str,
)
def test_a_whole_file_with_somebody_elses_document_is_named_and_the_rest_works(
    document, stored, url
):
    ExperimentFolder.open(url).add_trial(lambda _number, _state: document)
    (trial,) = stored.ask()
    assert trial.number == 1
    assert [item.path for item in stored.damaged] == ["t/00000/0.arm.json"]
    assert list(ax.load(url).trials) == [1]
    with pytest.raises(TrialNotFoundError, match=r"trial 0 .* cannot be read: t/00000/0\.arm"):
        stored.tell(0, {"loss": 1.0})


@pytest.mark.parametrize(
    "data",
    [5, {"accuracy": 0.9}, ["x"], [{"timestamp": 1}], [{"timestamp": 1, "rows": [{"mean": 1}]}]],
    ids=str,
)
def test_data_somebody_else_wrote_in_another_form_are_left_aside(data, stored, url):
    stored.ask()
    ExperimentFolder.open(url).end(0, 1, {"state": "completed", "data": data})
    assert ax.load(url).trials[0].status.is_completed
    with pytest.raises(NothingLeftError, match="1 trials are completed"):
        armwright.open(url).best()


def test_a_damaged_arm_can_be_told_from_one_that_was_never_there(stored, url):
    stored.ask(2)
    (url / "t" / "00000" / "0.arm.json").write_bytes(b"{")
    with pytest.raises(TrialNotFoundError, match=r"trial 0 .*0\.arm\.json is damaged: torn"):
        armwright.open(url).tell(0, {"loss": 1.0})


def test_trials_made_under_a_configuration_that_was_lost_can_still_be_read(stored, url):
    experiment = ax.load(url)
    experiment.description = "second"
    ax.save(experiment, url)
    stored.ask()
    stored.tell(0, {"loss": 1.0})
    (url / "config" / "000002.json").write_bytes(b"{")
    fresh = armwright.open(url)
    assert fresh.best().number == 0
    assert ax.load(url).trials[0].status.is_completed


@pytest.mark.filterwarnings("ignore:the document holds an? Elsewhere")
def test_a_folder_whose_metric_is_of_an_unknown_class_is_asked_and_told(tmp_path, monkeypatch):
    ax.register_metric(Elsewhere)
    space = ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)])
    config = ax.OptimizationConfig(ax.Objective(Elsewhere("loss"), minimize=True))
    ax.save(ax.Experiment(space, "e", config), tmp_path / "e")
    monkeypatch.delitem(known_classes._CLASSES, "Elsewhere")
    opened = StoredExperiment.open(tmp_path / "e")
    (trial,) = opened.ask()
    opened.tell(trial.number, {"loss": 1.0})
    assert opened.best().mean == 1.0
    ax.register_metric(Elsewhere)
    assert type(ax.load(tmp_path / "e").metrics["loss"]) is Elsewhere


@pytest.mark.parametrize("waiting", [0, 3])
def test_what_was_taken_before_a_write_fails_is_handed_out(waiting, stored, monkeypatch):
    for _ in range(waiting):
        stored.asker.make_waiting()
    create, written = PosixFiles.create, []

    def full(self, path, body, token):
        if len(written) == 2:
            raise UnavailableError(f"cannot write {path!r}: no space")
        written.append(path)
        return create(self, path, body, token)

    monkeypatch.setattr(PosixFiles, "create", full)
    taken = {trial.number for trial in stored.ask(3)}
    with pytest.raises(StoreError, match="no space"):
        stored.ask(1)
    assert len(taken) == 2
    assert {facts.number for facts in stored.state.with_status("running")} == taken
