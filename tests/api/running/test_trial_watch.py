"""How a trial that was deployed is known to be over, and what becomes of it."""

import math

import pytest

from armwright import ax
from armwright.errors import UsageError
from armwright.experiment import Data, TrialStatus
from armwright.running import TrialFailedError, TrialWatch


class Plain(ax.Runner):
    """Says nothing of how its trials do."""

    def __init__(self, staged=False):
        self.stopped, self.staged = [], staged

    def run(self, trial):
        return {"name": f"job-{trial.index}"}

    def stop(self, trial):
        self.stopped.append(trial.index)

    @property
    def staging_required(self):
        return self.staged


class Telling(Plain):
    """Says of its trials what the test told it."""

    def __init__(self, status=TrialStatus.RUNNING, **more):
        super().__init__(**more)
        self.status = status

    def poll_trial_status(self, trial):  # noqa: ARG002
        return self.status


class Measured(ax.Metric):
    """Gives what the test has put in, for each arm."""

    def __init__(self, name="loss", values=None, error=None):
        super().__init__(name)
        self.values, self.error = values, error

    def fetch_trial_data(self, trial, **kwargs):  # noqa: ARG002
        if self.error:
            raise self.error
        if self.values is None:
            return Data()
        return Data.from_evaluations(
            {
                arm.name: {self.name: (value, None)}
                for arm, value in zip(trial.arms, self.values, strict=False)
            },
            trial.index,
        )


def started(experiment, trial):
    watch = TrialWatch(experiment)
    watch.start(trial)
    return watch


def test_with_a_plain_runner_a_trial_is_over_when_all_metrics_have_data(make, trial_of):
    loss, cost = Measured("loss"), Measured("cost")
    experiment = make(Plain(), loss, cost)
    trial = trial_of(experiment, 1.0)
    watch = started(experiment, trial)
    assert watch.poll() == []
    loss.values = [0.5]
    assert watch.poll() == []
    cost.values = [9.0]
    assert watch.poll() == [trial]
    assert watch.running == []
    assert trial.status is TrialStatus.COMPLETED
    assert len(experiment.lookup_data_for_trial(0)[0].df) == 2


def test_of_a_batch_every_arm_must_have_data(make, trial_of):
    loss = Measured("loss", [0.5])
    experiment = make(Plain(), loss)
    trial = trial_of(experiment, 1.0, 2.0)
    watch = started(experiment, trial)
    assert watch.poll() == []
    loss.values = [0.5, 0.6]
    assert watch.poll() == [trial]


def test_data_attached_by_hand_count_where_a_metric_cannot_fetch(make, trial_of):
    experiment = make(Plain(), ax.Metric("loss"))
    trial = trial_of(experiment, 1.0)
    watch = started(experiment, trial)
    assert watch.poll() == []
    experiment.attach_data(Data.from_evaluations({"0_0": {"loss": (1.0, 0.0)}}, 0))
    assert watch.poll() == [trial]


def test_a_runner_that_tells_decides_when_a_trial_is_over(make, trial_of):
    runner = Telling()
    experiment = make(runner, Measured("loss", [0.5]))
    trial = trial_of(experiment, 1.0)
    watch = started(experiment, trial)
    assert watch.poll() == []
    runner.status = TrialStatus.COMPLETED
    assert watch.poll() == [trial]
    assert trial.status is TrialStatus.COMPLETED


@pytest.mark.parametrize("status", [TrialStatus.FAILED, TrialStatus.ABANDONED])
def test_a_runner_may_say_that_a_trial_came_to_nothing(make, trial_of, status):
    experiment = make(Telling(status), Measured("loss", [0.5]))
    trial = trial_of(experiment, 1.0)
    started(experiment, trial).poll()
    assert trial.status is status


def test_why_a_trial_failed_is_kept(make, trial_of):
    experiment = make(Telling(TrialStatus.FAILED), Measured())
    trial = trial_of(experiment, 1.0)
    started(experiment, trial).poll()
    assert trial.run_metadata["failure_reason"] == "its runner says that it failed"


def test_a_metric_may_say_that_a_trial_failed(make, trial_of):
    experiment = make(Plain(), Measured(error=TrialFailedError("no file", hint="look")))
    trial = trial_of(experiment, 1.0)
    started(experiment, trial).poll()
    assert trial.status is TrialStatus.FAILED
    assert trial.run_metadata["failure_reason"] == "no file"


def test_any_other_error_of_a_metric_is_raised_and_the_trial_is_stopped(make, trial_of):
    runner = Plain()
    experiment = make(runner, Measured(error=ZeroDivisionError("a bug")))
    trial = trial_of(experiment, 1.0)
    with (  # noqa: PT012 - the watch is what is tested
        pytest.raises(ZeroDivisionError, match="a bug"),
        TrialWatch(experiment) as watch,
    ):
        watch.start(trial)
        watch.wait()
    assert runner.stopped == [0]
    assert trial.abandoned_reason == "stopped by ZeroDivisionError"


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_an_objective_that_is_not_finite_fails_the_trial(make, trial_of, value):
    experiment = make(Plain(), Measured(values=[value]))
    trial = trial_of(experiment, 1.0)
    started(experiment, trial).poll()
    assert trial.status is TrialStatus.FAILED
    assert trial.run_metadata["failure_reason"] == f"'loss' is {value}"


def test_a_completed_trial_without_the_objective_has_failed(make, trial_of):
    experiment = make(Telling(TrialStatus.COMPLETED), Measured())
    trial = trial_of(experiment, 1.0)
    started(experiment, trial).poll()
    assert trial.run_metadata["failure_reason"] == "no value of 'loss'"


def test_arms_of_a_batch_that_are_not_finite_are_abandoned(make, trial_of):
    experiment = make(Plain(), Measured(values=[math.nan, 1.0]))
    trial = trial_of(experiment, 1.0, 2.0)
    started(experiment, trial).poll()
    assert trial.status is TrialStatus.COMPLETED
    assert [arm.name for arm in trial.abandoned_arms] == ["0_0"]


def test_a_staged_trial_runs_as_soon_as_it_is_looked_at(make, trial_of):
    experiment = make(Plain(staged=True), Measured())
    trial = trial_of(experiment, 1.0)
    watch = started(experiment, trial)
    assert trial.status is TrialStatus.STAGED
    watch.poll()
    assert trial.status is TrialStatus.RUNNING


def test_a_staged_trial_waits_for_a_runner_that_tells(make, trial_of):
    runner = Telling(TrialStatus.STAGED, staged=True)
    experiment = make(runner, Measured(values=[1.0]))
    trial = trial_of(experiment, 1.0)
    watch = started(experiment, trial)
    watch.poll()
    assert trial.status is TrialStatus.STAGED
    runner.status = TrialStatus.COMPLETED
    watch.poll()
    assert trial.status is TrialStatus.COMPLETED


def test_without_a_runner_the_metrics_must_have_data_at_once(make, trial_of):
    experiment = make(None, Measured(values=[1.0]))
    trial = trial_of(experiment, 1.0)
    started(experiment, trial).poll()
    assert trial.status is TrialStatus.COMPLETED

    experiment = make(None, ax.Metric("loss"))
    with pytest.raises(UsageError, match="has no runner, and its metrics return no data"):
        started(experiment, trial_of(experiment, 1.0)).poll()


def test_a_trial_somebody_else_ended_is_let_go(make, trial_of):
    experiment = make(Telling(), Measured())
    trial = trial_of(experiment, 1.0)
    watch = started(experiment, trial)
    trial.mark_abandoned("by hand")
    assert watch.poll() == [trial]
    assert trial.abandoned_reason == "by hand"


def test_waiting_sleeps_between_looks_until_a_trial_ends(make, trial_of):
    runner, naps = Telling(), []
    experiment = make(runner, Measured(values=[1.0]))

    def sleep(seconds):
        naps.append(seconds)
        if len(naps) == 3:
            runner.status = TrialStatus.COMPLETED

    watch = TrialWatch(experiment, wait_s=7.0, sleep=sleep)
    watch.start(trial_of(experiment, 1.0))
    assert len(watch.wait()) == 1
    assert naps == [7.0] * 3


def test_waiting_for_nothing_returns_at_once(make):
    assert TrialWatch(make(Plain(), Measured())).wait() == []


def test_ctrl_c_stops_what_runs_through_the_runner(make, trial_of):
    runner = Telling()
    experiment = make(runner, Measured())

    def interrupt(_):
        raise KeyboardInterrupt

    trials = [trial_of(experiment, 1.0), trial_of(experiment, 2.0)]
    with (  # noqa: PT012 - the watch is what is tested
        pytest.raises(KeyboardInterrupt),
        TrialWatch(experiment, sleep=interrupt) as watch,
    ):
        for trial in trials:
            watch.start(trial)
        watch.wait()
    assert runner.stopped == [0, 1]
    assert [trial.abandoned_reason for trial in trials] == ["stopped by KeyboardInterrupt"] * 2


def test_a_trial_that_cannot_be_started_is_abandoned_and_says_why(make, trial_of):
    class Broken(Plain):
        def run(self, trial):  # noqa: ARG002
            raise OSError("no machine")

    experiment = make(Broken(), Measured())
    trial = trial_of(experiment, 1.0)
    with pytest.raises(OSError, match="no machine"):
        TrialWatch(experiment).start(trial)
    assert trial.abandoned_reason == "could not be started: no machine"


def test_a_runner_s_capacity_leaves_room_or_not(make, trial_of):
    class Narrow(Telling):
        capacity = 1

    experiment = make(Narrow(), Measured())
    watch = TrialWatch(experiment)
    assert watch.has_room
    watch.start(trial_of(experiment, 1.0))
    assert not watch.has_room
