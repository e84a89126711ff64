"""Section 10 of the semantics: the status machine, for trials of one arm and of many."""

from datetime import datetime

import pytest

from armwright.experiment import (
    BaseTrial,
    GeneratorRun,
    Runner,
    SearchSpace,
    SimpleExperiment,
    SyntheticRunner,
    TrialStatus,
)

CANDIDATE, STAGED, RUNNING, COMPLETED, FAILED, ABANDONED = (
    TrialStatus.CANDIDATE,
    TrialStatus.STAGED,
    TrialStatus.RUNNING,
    TrialStatus.COMPLETED,
    TrialStatus.FAILED,
    TrialStatus.ABANDONED,
)


class Recorder(Runner):
    """Notes what it is asked to do."""

    def __init__(self, *, staging=False):
        self.staging = staging
        self.calls = []

    @property
    def staging_required(self):
        return self.staging

    def run(self, trial):
        self.calls.append(("run", trial.index, trial.status))
        return {"name": "job"}

    def stop(self, trial):
        self.calls.append(("stop", trial.index, trial.status))


def in_status(trial, status):
    """The trial, led to a status by the way that users go."""
    if status is STAGED:
        trial.mark_staged()
    elif status is not CANDIDATE:
        trial.mark_running(no_runner_required=True)
    if status in (COMPLETED, FAILED, ABANDONED):
        getattr(trial, f"mark_{status.name.lower()}")()
    assert trial.status is status
    return trial


@pytest.fixture(params=["new_trial", "new_batch_trial"])
def trial(request, experiment):
    return getattr(experiment, request.param)()


def test_statuses_and_their_numbers():
    assert [(status.name, status.value) for status in TrialStatus] == [
        ("CANDIDATE", 0),
        ("STAGED", 1),
        ("FAILED", 2),
        ("COMPLETED", 3),
        ("RUNNING", 4),
        ("ABANDONED", 5),
        ("DISPATCHED", 6),
    ]


@pytest.mark.parametrize(
    ("helper", "statuses"),
    [
        ("is_terminal", {ABANDONED, COMPLETED, FAILED}),
        ("expecting_data", {RUNNING, COMPLETED}),
        ("is_deployed", {STAGED, RUNNING}),
        ("is_failed", {FAILED}),
        ("is_abandoned", {ABANDONED}),
        ("is_completed", {COMPLETED}),
        ("is_running", {RUNNING}),
    ],
)
def test_helpers_of_a_status(helper, statuses):
    assert {status for status in TrialStatus if getattr(status, helper)} == statuses


def test_a_new_trial_is_a_candidate(trial):
    assert isinstance(trial, BaseTrial)
    assert trial.status is CANDIDATE
    assert isinstance(trial.time_created, datetime)
    assert trial.time_staged is None
    assert trial.time_run_started is None
    assert trial.time_completed is None
    assert trial.run_metadata == {}
    assert trial.deployed_name is None
    assert trial.runner is None
    assert trial.trial_type is None


CALLS = {  # call: the statuses it is allowed from
    "run": {CANDIDATE},
    "mark_staged": {CANDIDATE},
    "mark_running": {CANDIDATE},
    "complete": {RUNNING},
    "mark_completed": {RUNNING},
    "mark_failed": {RUNNING},
    "mark_abandoned": {CANDIDATE, STAGED, RUNNING},
}
RESULTS = {
    "run": RUNNING,
    "mark_staged": STAGED,
    "mark_running": RUNNING,
    "complete": COMPLETED,
    "mark_completed": COMPLETED,
    "mark_failed": FAILED,
    "mark_abandoned": ABANDONED,
}
ALL = [CANDIDATE, STAGED, RUNNING, COMPLETED, FAILED, ABANDONED]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("status", ALL)
def test_what_is_allowed_from_which_status(trial, call, status):
    in_status(trial, status)
    trial._experiment.runner = SyntheticRunner()
    if status in CALLS[call]:
        assert getattr(trial, call)() is trial
        assert trial.status is RESULTS[call]
    else:
        with pytest.raises(ValueError, match=rf"trial 0: cannot .* it is {status.name}"):
            getattr(trial, call)()
        assert trial.status is status


def test_run_without_a_runner_is_an_error(trial):
    with pytest.raises(ValueError, match="cannot run without a runner"):
        trial.run()
    assert trial.status is CANDIDATE


def test_run_prefers_the_trials_own_runner(trial):
    own, default = Recorder(), Recorder()
    trial.runner = own
    trial.experiment.runner = default
    assert trial.run().run_metadata == {"name": "job"}
    assert trial.deployed_name == "job"
    assert own.calls == [("run", 0, CANDIDATE)]
    assert default.calls == []
    assert trial.time_run_started is not None


def test_run_takes_the_runner_of_the_experiment_otherwise(trial):
    trial.experiment.runner = runner = Recorder()
    trial.run()
    assert runner.calls == [("run", 0, CANDIDATE)]
    assert trial.runner is runner


def test_run_stages_where_the_runner_requires_it(trial):
    trial.runner = Recorder(staging=True)
    trial.run()
    assert trial.status is STAGED
    assert trial.time_staged is not None
    assert trial.time_run_started is None
    assert trial.mark_running().status is RUNNING
    assert trial.time_run_started is not None


def test_a_trial_that_must_be_staged_cannot_skip_it(trial):
    trial.runner = Recorder(staging=True)
    with pytest.raises(ValueError, match="cannot mark running unless it is STAGED"):
        trial.mark_running()


def test_marking_running_needs_a_runner_or_a_word(trial):
    with pytest.raises(ValueError, match="no_runner_required"):
        trial.mark_running()
    assert trial.mark_running(no_runner_required=True).status is RUNNING


def test_in_a_simple_experiment_running_needs_no_runner(space):
    trial = SimpleExperiment(space).new_trial().mark_running()
    assert trial.status is RUNNING
    assert trial.mark_completed().mark_running().status is RUNNING


def test_complete_stops_the_trial_first(trial):
    trial.runner = runner = Recorder()
    trial.run().complete()
    assert runner.calls[1:] == [("stop", 0, RUNNING)]
    assert trial.status is COMPLETED


@pytest.mark.parametrize("mark", ["mark_completed", "mark_failed", "mark_abandoned"])
def test_the_end_of_a_trial_is_timed(trial, mark):
    in_status(trial, RUNNING)
    getattr(trial, mark)()
    assert trial.time_completed >= trial.time_run_started


def test_the_reason_of_abandoning_is_kept(trial):
    assert trial.abandoned_reason is None
    trial.mark_abandoned("too hot")
    assert trial.abandoned_reason == "too hot"
    assert trial.is_abandoned


def test_the_status_cannot_be_set(trial):
    with pytest.raises(NotImplementedError, match="mark_"):
        trial.status = RUNNING


@pytest.mark.parametrize(
    ("status", "successfully", "not_completed"),
    [
        (CANDIDATE, False, False),
        (STAGED, False, False),
        (RUNNING, False, False),
        (COMPLETED, True, False),
        (FAILED, False, True),
        (ABANDONED, False, True),
    ],
)
def test_how_a_trial_ended(trial, status, successfully, not_completed):
    in_status(trial, status)
    assert trial.completed_successfully is successfully
    assert trial.did_not_complete is not_completed
    assert trial.is_abandoned is (status is ABANDONED)


def test_dispatched_of_an_old_document_reads_as_running(trial):
    trial._status = TrialStatus.DISPATCHED
    assert trial.status is RUNNING
    assert trial.mark_completed().status is COMPLETED


CHANGES = {
    "add_arm": lambda trial, arm: trial.add_arm(arm),
    "add_generator_run": lambda trial, arm: trial.add_generator_run(GeneratorRun([arm])),
    "runner": lambda trial, _: setattr(trial, "runner", SyntheticRunner()),
    "trial_type": lambda trial, _: setattr(trial, "trial_type", None),
}
BATCH_CHANGES = {
    "add_arms_and_weights": lambda batch, arm: batch.add_arms_and_weights([arm]),
    "status quo": lambda batch, arm: batch.set_status_quo_with_weight(arm, 1.0),
    "status quo and power": lambda batch, arm: batch.set_status_quo_and_optimize_power(arm),
    "no status quo": lambda batch, _: batch.unset_status_quo(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("status", ALL[1:])
def test_a_trial_changes_only_while_it_is_a_candidate(trial, arm, change, status):
    in_status(trial, status)
    with pytest.raises(ValueError, match=f"unless it is CANDIDATE, it is {status.name}"):
        change(trial, arm)


@pytest.mark.parametrize("change", BATCH_CHANGES.values(), ids=BATCH_CHANGES)
@pytest.mark.parametrize("status", ALL[1:])
def test_a_batch_changes_only_while_it_is_a_candidate(experiment, arm, change, status):
    batch = in_status(experiment.new_batch_trial(), status)
    with pytest.raises(ValueError, match=f"unless it is CANDIDATE, it is {status.name}"):
        change(batch, arm)


@pytest.mark.parametrize("make", ["new_trial", "new_batch_trial"])
def test_there_is_one_trial_type(experiment, make):
    assert experiment.default_trial_type is None
    assert experiment.supports_trial_type(None)
    assert not experiment.supports_trial_type("long")
    with pytest.raises(ValueError, match="no trial type 'long'"):
        getattr(experiment, make)(trial_type="long")
    trial = getattr(experiment, make)()
    with pytest.raises(ValueError, match="no trial type 'long'"):
        trial.trial_type = "long"
    assert experiment.num_trials == 1


def test_a_trial_of_a_simple_experiment_takes_no_runner():
    trial = SimpleExperiment(SearchSpace([])).new_trial()
    with pytest.raises(NotImplementedError, match="without runners"):
        trial.runner = SyntheticRunner()


def test_trials_are_numbered_from_the_largest_on(experiment):
    made = [experiment.new_trial(), experiment.new_batch_trial(), experiment.new_trial()]
    assert [trial.index for trial in made] == [0, 1, 2]
    del experiment.trials[1]
    assert experiment.new_trial().index == 3
