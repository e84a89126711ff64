"""Functions run on executors of the standard library."""

import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import pytest

from armwright import ax
from armwright.errors import UsageError
from armwright.experiment import TrialStatus
from armwright.persistence.experiment_json import experiment_to_json
from armwright.running import (
    ExecutorMetric,
    ExecutorRunner,
    PollableRunner,
    TrialFailedError,
    TrialWatch,
)


@pytest.fixture(scope="module")
def pool():
    with ThreadPoolExecutor(2) as executor:
        yield executor


def watched(experiment, trial):
    with TrialWatch(experiment) as watch:
        watch.start(trial)
        watch.wait()
    return trial


def test_it_is_a_runner_that_can_be_polled(pool):
    assert isinstance(ExecutorRunner(pool, len), PollableRunner)
    assert isinstance(ExecutorRunner(pool, len), ax.Runner)


@pytest.mark.parametrize(
    "function",
    [lambda p: p["x"], lambda p: {"loss": p["x"]}, lambda p: {"loss": (p["x"], None), "c": 1}],
)
def test_what_the_function_returns_is_the_metric_s_value(pool, make, trial_of, function):
    experiment = make(ExecutorRunner(pool, function), ExecutorMetric("loss"))
    trial = watched(experiment, trial_of(experiment, 2.0))
    assert trial.status is TrialStatus.COMPLETED
    (row,) = experiment.lookup_data_for_trial(0)[0].df.to_dict("records")
    assert row["mean"] == 2.0
    assert row["sem"] != row["sem"]


def test_a_standard_error_is_kept(pool, make, trial_of):
    experiment = make(ExecutorRunner(pool, lambda p: (p["x"], 0.5)), ExecutorMetric("loss"))
    watched(experiment, trial_of(experiment, 2.0))
    assert experiment.lookup_data_for_trial(0)[0].df["sem"][0] == 0.5


def test_a_batch_calls_the_function_for_each_arm(pool, make, trial_of):
    experiment = make(ExecutorRunner(pool, lambda p: p["x"]), ExecutorMetric("loss"))
    trial = watched(experiment, trial_of(experiment, 2.0, 3.0))
    df = trial.fetch_data().df
    assert dict(zip(df["arm_name"], df["mean"], strict=True)) == {"0_0": 2.0, "0_1": 3.0}


def test_an_exception_fails_the_trial_and_is_its_reason(pool, make, trial_of):
    def explode(p):
        raise RuntimeError(f"no luck at {p['x']}")

    experiment = make(ExecutorRunner(pool, explode), ExecutorMetric("loss"))
    trial = watched(experiment, trial_of(experiment, 2.0))
    assert trial.status is TrialStatus.FAILED
    assert trial.run_metadata["failure_reason"] == "RuntimeError: no luck at 2.0"


def test_a_return_value_without_the_metric_fails_the_trial(pool, make, trial_of):
    experiment = make(ExecutorRunner(pool, lambda _: {"other": 1.0}), ExecutorMetric("loss"))
    trial = watched(experiment, trial_of(experiment, 2.0))
    assert trial.status is TrialStatus.FAILED
    assert (
        "a dict with 'loss', the function returned {'other': 1.0}"
        in (trial.run_metadata["failure_reason"])
    )


def test_fetching_such_a_value_says_what_was_expected(pool, make, trial_of, until):
    runner = ExecutorRunner(pool, str)
    trial = trial_of(make(runner, ExecutorMetric("loss")), 2.0).run()
    until(lambda: runner.poll_trial_status(trial).is_terminal)
    with pytest.raises(TrialFailedError, match="arm 0_0: expected a number"):
        trial.fetch_data()


def test_stop_cancels_the_calls_that_wait(make, trial_of):
    gate = threading.Event()
    with ThreadPoolExecutor(1) as single:
        runner = ExecutorRunner(single, lambda _: gate.wait(200))
        experiment = make(runner, ExecutorMetric("loss"))
        first, second = trial_of(experiment, 1.0).run(), trial_of(experiment, 2.0).run()
        second.complete()
        assert runner.poll_trial_status(second) is TrialStatus.FAILED
        assert second.run_metadata["failed_arms"] == {"1_0": "cancelled"}
        assert runner.poll_trial_status(first) is TrialStatus.RUNNING
        gate.set()


def test_there_are_no_data_while_a_call_is_at_work(pool, make, trial_of):
    gate = threading.Event()
    runner = ExecutorRunner(pool, lambda _: float(gate.wait(200)))
    trial = trial_of(make(runner, ExecutorMetric("loss")), 1.0).run()
    assert trial.fetch_data().df.empty
    gate.set()


def test_it_runs_on_processes_too(make, trial_of):
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        experiment = make(ExecutorRunner(executor, len), ExecutorMetric("loss"))
        trial = watched(experiment, trial_of(experiment, 2.0))
    assert trial.objective_mean == 1.0


def test_a_call_of_a_process_that_has_gone_is_a_failure(pool, make, trial_of):
    experiment = make(ExecutorRunner(pool, len), ExecutorMetric("loss"))
    trial = trial_of(experiment, 2.0).run()
    later = ExecutorRunner(pool, len)
    assert later.poll_trial_status(trial) is TrialStatus.FAILED
    assert trial.run_metadata["failed_arms"]["0_0"] == "its call ran in a process that has gone"


def test_the_metric_needs_this_runner(make, trial_of):
    experiment = make(ax.SyntheticRunner(), ExecutorMetric("loss"))
    trial = trial_of(experiment, 2.0).run()
    with pytest.raises(UsageError, match="ExecutorMetric reads what an ExecutorRunner ran"):
        trial.fetch_data()


def test_an_experiment_with_it_cannot_be_saved_and_says_so(pool, make):
    experiment = make(ExecutorRunner(pool, len), ax.Metric("loss"))
    with pytest.raises(ax.JSONEncodeError, match="ExecutorRunner objects have no form"):
        experiment_to_json(experiment)


def test_what_is_no_executor_or_no_function_is_refused(pool):
    with pytest.raises(UsageError, match="executor: expected an object with submit, got 3"):
        ExecutorRunner(3, len)
    with pytest.raises(UsageError, match="function: expected a function, got 3"):
        ExecutorRunner(pool, 3)


def test_a_trial_without_arms_cannot_run(pool, make):
    with pytest.raises(UsageError, match="trial 0: has no arm to run"):
        make(ExecutorRunner(pool, len)).new_trial().run()
