"""Steering an experiment that others steer too."""

import pytest

import armwright
from armwright.errors import ConflictError, NothingLeftError
from armwright.experiment import Arm
from armwright.persistence import steering
from armwright.persistence.changing import add_change
from armwright.persistence.halted import halt_of
from armwright.sigopt import create_experiment
from armwright.sigopt.exception import ApiException
from armwright.store import ExperimentFolder
from armwright.store.fact import encode
from armwright.store.layout import claim_path, end_name, end_path, parse_name

DEFINITION = {
    "objective": {"metric": "m"},
    "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
}


@pytest.fixture
def url(tmp_path):
    return armwright.create(tmp_path / "e", DEFINITION, seed=1).url


def test_a_change_that_was_made_from_an_old_version_is_refused(url):
    mine, theirs = ExperimentFolder.open(url), ExperimentFolder.open(url)
    add_change(theirs, {"description": "theirs"}, kind="edited")
    with pytest.raises(ConflictError, match="was edited from version 1, the newest is 2"):
        add_change(mine, {"description": "mine"}, kind="edited")
    assert mine.refresh().configs[2]["description"] == "theirs"


def test_stop_keeps_what_somebody_else_changed_at_the_same_moment(url, monkeypatch):
    stale = ExperimentFolder.open(url)
    armwright.edit(url, {"budget": 7}, reason="more")
    monkeypatch.setattr(steering.ExperimentFolder, "open", lambda _: stale)
    assert armwright.stop(url)
    state = stale.refresh()
    assert (state.version, halt_of(state), state.configs[3]["plan"]["budget"]) == (3, "stopped", 7)


def test_what_runs_goes_on_when_its_experiment_is_stopped(url):
    stored = armwright.open(url)
    (trial,) = stored.ask()
    armwright.stop(url)
    stored.report(trial.number, {"m": 0.5}, step=1)
    assert stored.tell(trial.number, {"m": 1.0}).state == "completed"
    assert list(armwright.open(url).loop()) == []


def test_an_attempt_that_was_requeued_is_told_and_its_result_kept_aside(url):
    stored = armwright.open(url)
    (mine,) = stored.ask()
    steering.requeue(armwright.open(url), [mine.number])
    (theirs,) = armwright.open(url).ask()
    assert (theirs.number, theirs.attempt, theirs.arm) == (mine.number, 2, mine.arm)
    with pytest.raises(armwright.errors.TrialEndedError, match="has ended already: preempted"):
        stored.tell(mine.number, {"m": 9.0}, attempt=1)
    assert armwright.open(url).tell(theirs.number, {"m": 1.0}).values == {"m": 1.0}
    assert armwright.open(url).best().mean == 1.0


@pytest.fixture
def made(tmp_path, monkeypatch):
    """An experiment that SigOpt code made."""
    monkeypatch.setenv("ARMWRIGHT_STORE", str(tmp_path))
    return create_experiment(
        name="s",
        parameters=[{"name": "x", "type": "double", "bounds": {"min": 0, "max": 1}}],
        metrics=[{"name": "m"}],
        budget=9,
    )


@pytest.mark.parametrize(("verb", "state"), [("stop", "stopped"), ("archive", "archived")])
def test_what_sigopt_code_made_is_steered_like_any_other(verb, state, made, tmp_path):
    url = tmp_path / made.id
    assert getattr(armwright, verb)(url, reason="why not")
    with pytest.raises(NothingLeftError, match=f"is {state}: why not"):
        armwright.open(url).ask()
    with pytest.raises(ApiException, match=f"experiment {made.id} is {state}"):
        made.create_run()
    assert armwright.resume(url)
    assert made.create_run().id == f"{made.id}0"


def test_what_sigopt_code_archived_is_archived_for_everybody(made, tmp_path):
    made.archive()
    with pytest.raises(NothingLeftError, match="is archived"):
        armwright.open(tmp_path / made.id).ask()
    armwright.resume(tmp_path / made.id)
    made.refresh()
    assert made.state == "active"


def test_a_facade_loop_ends_where_the_experiment_is_stopped(made, tmp_path):
    count = 0
    for run in made.loop():
        with run:
            run.log_metric("m", 1.0)
        count += 1
        if count == 2:
            armwright.stop(tmp_path / made.id)
    assert count == 2


def test_create_reads_an_experiment_file(tmp_path):
    path = tmp_path / "e.yml"
    path.write_text(
        "objective: {metric: m}\nbudget: 4\nparameters: [{name: x, type: range, bounds: [0, 9]}]\n"
    )
    assert armwright.create(tmp_path / "e", path).budget == 4
    assert armwright.create(tmp_path / "f", str(path), budget=5).budget == 5


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_trial_is_requeued_past_an_end_that_another_experiment_wrote(url, state):
    stored = armwright.open(url)
    (trial,) = stored.ask()
    if state == "failed":
        stored.fail(trial.number)
    else:
        steering.cancel(stored, [trial.number])
    folder = ExperimentFolder.open(url)
    name = end_name(trial.number, 2)
    said = {"state": "completed"}
    writer = {"id": "x", "host": "h", "pid": 1}
    body = encode(name, said, token="0" * 32, writer=writer, at="now", more={"of": "ZZZZZZZZ"})
    folder.location.files.overwrite(folder.location.join(name.path), body)
    (done,) = steering.requeue(armwright.open(url), [trial.number])
    assert (done.was, done.now) == (state, "waiting")
    (again,) = armwright.open(url).ask()
    assert (again.number, again.attempt, again.arm) == (trial.number, 4, trial.arm)


@pytest.fixture
def waiting(url, monkeypatch):
    """An experiment whose trial 0 waits; nobody is in a hurry."""
    monkeypatch.setattr("armwright.store.torn._STILL", 0.0)
    armwright.open(url).asker.add(Arm({"x": 0.5}), claimed=False)
    return url


def _claim_of(folder, path, **more):
    name, writer = parse_name(path), {"id": "x", "host": "h", "pid": 1}
    said = {"state": "completed"}
    body = encode(name, said, token="0" * 32, writer=writer, at="now", more=more)
    return folder.location.join(path), body


@pytest.mark.parametrize("path", [claim_path(0, 1), end_path(0, 1)])
def test_a_trial_is_requeued_that_waits_under_what_a_killed_process_left(waiting, path):
    folder = ExperimentFolder.open(waiting)
    where, body = _claim_of(folder, path)
    folder.location.files.overwrite(where, body[:60])
    (done,) = steering.requeue(armwright.open(waiting), [0])
    assert (done.was, done.now) == ("waiting", "waiting")
    (trial,) = armwright.open(waiting).ask()
    assert (trial.number, trial.parameters) == (0, {"x": 0.5})


def test_a_trial_is_requeued_that_waits_under_the_claim_of_another_experiment(waiting):
    folder = ExperimentFolder.open(waiting)
    folder.location.files.overwrite(*_claim_of(folder, claim_path(0, 1), of="ZZZZZZZZ"))
    steering.requeue(armwright.open(waiting), [0])
    (trial,) = armwright.open(waiting).ask()
    assert (trial.number, trial.attempt) == (0, 2)


def test_a_trial_is_not_requeued_that_a_later_version_has_claimed(waiting):
    folder = ExperimentFolder.open(waiting)
    where, body = _claim_of(folder, claim_path(0, 1))
    folder.location.files.overwrite(where, body.replace(b'"v": 1', b'"v": 2', 1))
    steering.requeue(armwright.open(waiting), [0])
    assert folder.refresh().trials[0].attempts == {}
