"""Telling the results of trials: what is taken, what is refused, what comes too late."""

import math

import numpy as np
import pytest
from zoo import arm, files_of, plane

import armwright
from armwright import ax
from armwright.errors import (
    NothingLeftError,
    StoreError,
    TrialEndedError,
    TrialNotFoundError,
    UsageError,
)
from armwright.store import ExperimentFolder


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.5, (0.5, math.nan)),
        (1, (1.0, math.nan)),
        ((0.5, 0.1), (0.5, 0.1)),
        ([0.5, 0.0], (0.5, 0.0)),
        ((0.5, None), (0.5, math.nan)),
        ((0.5, math.nan), (0.5, math.nan)),
        (np.float32(0.5), (0.5, math.nan)),
        (np.array(0.5), (0.5, math.nan)),
        (-1e308, (-1e308, math.nan)),
    ],
    ids=repr,
)
def test_a_result_is_a_number_or_a_number_and_its_error(value, expected, stored):
    (trial,) = stored.ask()
    ended = stored.tell(trial.number, {"loss": value})
    assert (ended.state, ended.values) == ("completed", {"loss": expected[0]})
    best = stored.best()
    assert (best.number, best.arm, best.mean) == (0, trial.arm, expected[0])
    assert best.sem == pytest.approx(expected[1], nan_ok=True)


@pytest.mark.parametrize(
    "value", ["0.5", None, True, (1.0,), (1, 2, 3), {}, "x", (0.5, "0.1"), np.zeros(2)], ids=repr
)
def test_a_result_of_another_kind_is_refused_and_the_trial_still_runs(value, stored):
    (trial,) = stored.ask()
    with pytest.raises(UsageError, match=r"loss should be a number or \(mean, sem\), got"):
        stored.tell(trial.number, {"loss": value})
    assert stored.state.trials[0].status == "running"


@pytest.mark.parametrize("sem", [-0.1, math.inf])
def test_a_standard_error_is_finite_and_not_negative(sem, stored):
    stored.ask()
    with pytest.raises(UsageError, match="standard error of loss should be finite"):
        stored.tell(0, {"loss": (0.5, sem)})


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_result_that_is_not_finite_is_a_failure_of_kind_nan_and_no_data(value, stored, url):
    stored.ask()
    ended = stored.tell(0, {"loss": value, "seconds": 3.0})
    assert (ended.state, ended.reason) == ("failed", "nan")
    back = ax.load(url)
    assert back.trials[0].status.is_failed
    assert back.data_by_trial == {}
    end = stored.state.trials[0].last_attempt.end
    assert end["note"] == f"loss={value}"
    assert end["values"]["seconds"] == 3.0
    with pytest.raises(NothingLeftError, match="no best trial yet: 0 trials"):
        stored.best()


def test_a_tracked_metric_may_be_told_and_need_not_be(stored, url):
    stored.ask(2)
    stored.tell(0, {"loss": 1.0, "seconds": 5.0})
    stored.tell(1, {"loss": 2.0})
    assert set(ax.load(url).lookup_data_for_trial(0)[0].df["metric_name"]) == {"loss", "seconds"}


def test_an_unknown_metric_is_refused_with_the_known_ones(stored):
    stored.ask()
    with pytest.raises(UsageError, match="unknown metric 'lose', expected seconds, loss"):
        stored.tell(0, {"lose": 1.0})


def test_a_missing_objective_is_refused(stored):
    stored.ask()
    with pytest.raises(UsageError, match=r"no value for 'loss', got seconds\nhint: loss=VALUE"):
        stored.tell(0, {"seconds": 1.0})


def test_a_trial_that_is_not_there_is_named_with_those_that_are(stored):
    with pytest.raises(TrialNotFoundError, match=r"no trial 0 .* it has none yet"):
        stored.tell(0, {"loss": 1.0})
    stored.ask(2)
    with pytest.raises(TrialNotFoundError, match=r"no trial 7 .* it has 0 to 1"):
        stored.tell(7, {"loss": 1.0})


def test_a_late_result_is_refused_kept_and_does_not_count(stored, url):
    stored.ask()
    stored.tell(0, {"loss": 1.0})
    with pytest.raises(
        TrialEndedError, match=r"has ended already: completed(.|\n)*is kept in late"
    ):
        stored.tell(0, {"loss": 0.0})
    assert stored.best().mean == 1.0
    assert ax.load(url).trials[0].objective_mean == 1.0
    (late,) = stored.state.trials[0].late
    assert late["data"][0]["rows"][0]["mean"] == 0.0


def test_the_end_of_an_attempt_that_was_taken_over_comes_too_late(stored):
    (first,) = stored.ask()
    stored.release(first)
    (second,) = stored.ask()
    with pytest.raises(TrialEndedError, match=r"attempt 1 of trial 0 .*preempted"):
        stored.tell(0, {"loss": 0.0}, attempt=first.attempt)
    stored.tell(0, {"loss": 1.0}, attempt=second.attempt)
    assert stored.best().mean == 1.0


def test_a_trial_nobody_runs_is_told_to_be_taken_first(url):
    experiment = ax.Experiment(plane(), "e", ax.OptimizationConfig(ax.Objective(ax.Metric("m"))))
    experiment.new_trial().add_arm(arm())
    ax.save(experiment, url)
    with pytest.raises(StoreError, match=r"trial 0 .* is waiting: nobody runs it\nhint: take it"):
        armwright.open(url).tell(0, {"m": 1.0})


def test_results_of_a_batch_are_refused_with_the_way_to_report_them(url):
    experiment = ax.Experiment(plane(), "e", ax.OptimizationConfig(ax.Objective(ax.Metric("m"))))
    batch = experiment.new_batch_trial().add_arms_and_weights([arm(x=0.1), arm(x=0.2)])
    batch.mark_running(no_runner_required=True)
    ax.save(experiment, url)
    stored = armwright.open(url)
    with pytest.raises(UsageError, match=r"trial 0 .* has 2 arms(.|\n)*attach_data"):
        stored.tell(0, {"m": 1.0})
    stored.fail(0, reason="oom")
    assert ax.load(url).trials[0].status.is_failed


@pytest.mark.parametrize("reason", ["", " ", None, 3])
def test_a_failure_has_a_reason(reason, stored):
    stored.ask()
    with pytest.raises(UsageError, match="reason should be a word such as oom"):
        stored.fail(0, reason=reason)


def test_a_reason_that_is_not_unicode_is_refused(stored):
    stored.ask()
    with pytest.raises(UsageError, match="reason and note should be Unicode"):
        stored.fail(0, reason="\udcff")


def test_two_results_of_the_same_millisecond_are_both_kept(stored, url):
    stored.ask()
    folder = ExperimentFolder.open(url)
    row = {"arm_name": "0_0", "metric_name": "loss", "sem": None, "trial_index": 0}
    for mean in (1.0, 2.0):
        folder.report(0, 1, {"timestamp": 5, "rows": [{**row, "mean": mean}]})
    back = ax.load(url)
    assert [data.df["mean"].tolist() for data in back.data_by_trial[0].values()] == [[1.0], [2.0]]
    before = files_of(url)
    ax.save(back, url)
    assert files_of(url) == before
