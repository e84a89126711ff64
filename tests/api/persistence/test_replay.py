"""Arms made again from what was known when they were made."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest

import armwright
from armwright import ax
from armwright.errors import TrialNotFoundError, UsageError
from armwright.persistence.facts import known_run
from armwright.persistence.folder_view import FolderView
from armwright.persistence.numbers_text import numbers_from_text, numbers_to_text
from armwright.persistence.seen import seen_document, state_as_seen
from armwright.store import ExperimentFolder

DEFINITION = {
    "objective": {"metric": "loss", "minimize": True},
    "parameters": [
        {"name": "x", "type": "range", "bounds": [0.0, 1.0]},
        {"name": "n", "type": "range", "bounds": [1, 9], "log_scale": True},
    ],
}
MIXED = {
    **DEFINITION,
    "parameters": [
        *DEFINITION["parameters"],
        {"name": "kind", "type": "choice", "values": ["a", "b", "c"]},
    ],
}
START = 5


def loss(parameters):
    wrong = parameters.get("kind", "b") != "b"
    return (parameters["x"] - 0.3) ** 2 + abs(parameters["n"] - 4) / 8 + wrong


def work(experiment, count):
    arms = []
    for _ in range(count):
        (trial,) = experiment.ask()
        experiment.tell(trial.number, {"loss": loss(trial.arm.parameters)})
        arms.append(trial.arm.parameters)
    return arms


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Ten arms, half of them a model's."""
    url = tmp_path_factory.mktemp("runs") / "e"
    work(armwright.create(url, DEFINITION, seed=3), START + 5)
    return url


def copied(url, tmp_path):
    """A copy of an experiment whose files may be damaged."""
    import shutil

    return Path(shutil.copytree(url, tmp_path / "copy"))


def edited(url, path, edit):
    """Changes the document of a fact, as somebody might by hand."""
    file = url / path
    body = json.loads(file.read_text())
    edit(body["document"])
    file.chmod(0o600)
    file.write_text(json.dumps(body) + "\n")


@pytest.mark.parametrize("trial", range(START + 5))
def test_every_arm_of_a_run_comes_out_again(finished, trial):
    found = armwright.replay(finished, trial)
    assert found.equal, str(found)
    assert found.model == ("Sobol" if trial < START else "GPEI")
    assert found.reasons == ()


def test_an_arm_whose_record_was_changed_differs_and_says_by_how_much(finished, tmp_path):
    url = copied(finished, tmp_path)

    def move(document):
        document["arms"][0]["parameters"]["x"] = 0.75

    edited(url, arm_file(url, 7), move)
    found = armwright.replay(url, 7)
    assert not found.equal
    (difference,) = found.differences
    assert (difference.parameter, difference.recorded) == ("x", 0.75)
    assert difference.distance == abs(0.75 - difference.recomputed)
    assert found.reasons[-1].endswith("the arm was changed")
    assert "x: recorded 0.75, recomputed" in str(found)


def arm_file(url, number):
    return next(Path(url).rglob(f"*{number}.arm.json")).relative_to(url)


def end_file(url, number):
    return next(Path(url).rglob(f"*{number}.1.end.json")).relative_to(url)


def test_an_arm_differs_where_a_measurement_was_changed_since(finished, tmp_path):
    url = copied(finished, tmp_path)

    def worse(document):
        document["data"][0]["rows"][0]["mean"] = 9.0

    edited(url, end_file(url, 2), worse)
    found = armwright.replay(url, 8)
    assert not found.equal
    assert any("a file was changed since" in reason for reason in found.reasons)


def test_a_trial_that_is_gone_is_named(finished, tmp_path):
    url = copied(finished, tmp_path)
    (url / end_file(url, 2)).unlink()
    (url / arm_file(url, 3)).unlink()
    reasons = armwright.replay(url, 8).reasons
    assert "trial 2 was completed, and is running now" in reasons
    assert "trial 3, which was completed, cannot be read" in reasons


def test_other_versions_are_named(finished, tmp_path):
    url = copied(finished, tmp_path)

    def older(document):
        document["trial"]["generator_run"]["gen_metadata"]["made_with"]["jax"] = "0.1.2"

    edited(url, arm_file(url, 7), older)
    found = armwright.replay(url, 7)
    assert found.equal
    assert found.reasons[0].startswith("made with jax 0.1.2, this is ")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_fifty_arms_are_those_of_twice_twenty_five(tmp_path):
    whole = work(armwright.create(tmp_path / "whole", MIXED, seed=4), 50)
    first = work(armwright.create(tmp_path / "parts", MIXED, seed=4), 25)
    assert first + work(armwright.open(tmp_path / "parts"), 25) == whole
    for trial in range(50):
        assert armwright.replay(tmp_path / "parts", trial).equal


@pytest.mark.parametrize("each", [1, pytest.param(3, marks=pytest.mark.slow)])
def test_arms_of_racing_workers_come_out_again(each, tmp_path):
    armwright.create(tmp_path / "e", DEFINITION, seed=5)

    def worker():
        work(armwright.open(tmp_path / "e"), each)

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = list(armwright.open(tmp_path / "e").trials)
    assert len(numbers) == 4 * each
    for trial in numbers:
        found = armwright.replay(tmp_path / "e", trial)
        assert found.equal, str(found)


@pytest.mark.slow
def test_an_arm_made_among_running_failed_and_released_trials_comes_out_again(tmp_path):
    experiment = armwright.create(tmp_path / "e", DEFINITION, seed=6)
    work(experiment, START)
    failed, released, running = experiment.ask(3)
    experiment.fail(failed.number, reason="oom")
    experiment.release(released)
    (again,) = experiment.ask()
    assert again.number == released.number
    (last,) = experiment.ask()
    experiment.tell(running.number, {"loss": 0.1})
    experiment.tell(again.number, {"loss": 0.2})
    for trial in range(last.number + 1):
        found = armwright.replay(tmp_path / "e", trial)
        assert found.equal, str(found)


def test_an_arm_that_nobody_asked_for_cannot_be_replayed(tmp_path):
    experiment = ax.Experiment(
        name="e",
        search_space=ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)]),
    )
    experiment.new_trial().add_arm(ax.Arm({"x": 0.5}))
    ax.save(experiment, tmp_path / "e")
    with pytest.raises(UsageError, match="no record of what was known"):
        armwright.replay(tmp_path / "e", 0)


def test_a_record_that_makes_no_sense_is_refused(finished, tmp_path):
    url = copied(finished, tmp_path)

    def nonsense(document):
        document["trial"]["generator_run"]["gen_metadata"]["seen"]["trials"] = {"completed": "x"}

    edited(url, arm_file(url, 7), nonsense)
    with pytest.raises(UsageError, match="cannot be understood: expected numbers such as 0-24,26"):
        armwright.replay(url, 7)


def test_a_trial_that_is_not_there_cannot_be_replayed(finished):
    with pytest.raises(TrialNotFoundError, match="no trial 99"):
        armwright.replay(finished, 99)


def test_a_state_is_seen_as_it_was_whatever_came_after(tmp_path):
    """At every moment of an eventful life, what was noted gives the same experiment later."""
    experiment = armwright.create(tmp_path / "e", DEFINITION, seed=7)
    folder = ExperimentFolder.open(tmp_path / "e")
    moments = []

    def look():
        state = folder.refresh()
        view = FolderView(folder, state)
        free = view.experiment._next_trial_index
        noted = seen_document(view.all_facts, version=state.version, free=free)
        moments.append((json.loads(json.dumps(noted)), view.experiment))

    look()
    one, two, three = experiment.ask(3)
    look()
    experiment.report(one.number, {"loss": 3.0}, step=1)
    experiment.tell(two.number, {"loss": 0.5})
    look()
    experiment.release(three)
    look()
    (again,) = experiment.ask()
    look()
    experiment.fail(again.number)
    experiment.tell(one.number, {"loss": 0.4})
    look()
    late = ax.load(tmp_path / "e", live=True)
    late.attach_data(ax.Data.from_evaluations({late.trials[1].arm.name: {"loss": (0.6, 0.1)}}, 1))
    look()
    work(experiment, 3)
    state = folder.refresh()
    for noted, was in moments:
        then, missing = state_as_seen(state, noted)
        assert missing == []
        assert FolderView(folder, then).experiment == was
        assert all(known_run(facts) is not None for facts in then.trials.values())


@pytest.mark.parametrize(
    ("numbers", "text"),
    [([], ""), ([0], "0"), ([0, 1, 2], "0-2"), ([0, 2, 3, 7], "0,2-3,7")],
    ids=repr,
)
def test_numbers_are_written_as_spans_and_read_back(numbers, text):
    assert numbers_to_text(numbers) == text
    assert numbers_from_text(text) == numbers


@pytest.mark.parametrize("text", ["-1", "1-", "a", "1,,2", "0-99999999"])
def test_what_is_no_span_of_numbers_is_refused(text):
    with pytest.raises(ValueError, match="expected"):
        numbers_from_text(text)


def test_a_note_that_only_the_record_has_is_repeated(finished, tmp_path):
    url = copied(finished, tmp_path)

    def cut(document):
        document["arms"][0]["parameters"]["x"] = 0.75
        run = document["trial"]["generator_run"]
        run["gen_metadata"]["notes"] = ["the deadline cut the search"]
        run["gen_metadata"]["log_acquisition"] = [-1.0]

    edited(url, arm_file(url, 7), cut)
    assert "its record says: the deadline cut the search" in armwright.replay(url, 7).reasons


def test_an_arm_that_a_deadline_left_no_time_for_comes_out_again(tmp_path):
    experiment = armwright.create(tmp_path / "e", DEFINITION, seed=8)
    work(experiment, START + 1)
    (trial,) = experiment.ask(within=1e-6)
    record = experiment.experiment.trials[trial.number].generator_run.gen_metadata
    assert "deadline" in record["notes"][-1]
    found = armwright.replay(tmp_path / "e", trial.number)
    assert found.equal, str(found)


def test_what_is_known_is_noted_trial_by_trial_as_if_all_were_noted_at_once(url):
    stored = armwright.create(url, DEFINITION, seed=5)
    view = FolderView(stored._folder, stored.state)
    for step in range(5):
        for trial in stored.ask(2):
            stored.report(trial.number, {"loss": 1.0}, step=1)
            if step % 2:
                stored.tell(trial.number, {"loss": 0.5})
        stored._folder.late(0, {"rows": []})
        state = stored.refresh() and stored.state
        view.update(state)
        known = view.seen.document(version=state.version, free=9)
        assert known == seen_document(state.trials.values(), version=state.version, free=9)
    assert known["trials"]["completed"]
    assert known["late"] == {"0": 5}


@pytest.mark.slow
def test_arms_that_were_averaged_because_noise_was_seen_come_out_again(tmp_path):
    rng = np.random.default_rng(0)
    experiment = armwright.create(tmp_path / "e", DEFINITION, seed=3)
    for _ in range(START + 20):
        (trial,) = experiment.ask()
        heard = loss(trial.arm.parameters) + 0.1 * rng.standard_normal()
        experiment.tell(trial.number, {"loss": heard})
    averaged = [
        number
        for number, facts in ExperimentFolder.open(tmp_path / "e").state.trials.items()
        if "over 8 draws"
        in (facts.arm["trial"]["generator_run"]["gen_metadata"].get("acquisition") or "")
    ]
    assert averaged
    for number in averaged:
        found = armwright.replay(tmp_path / "e", number)
        assert found.equal, str(found)
