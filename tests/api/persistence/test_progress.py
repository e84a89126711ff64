"""What a trial says while it runs: kept, shown, and never taken for a result."""

import math

import pytest

import armwright
from armwright import ax
from armwright.errors import TrialEndedError, TrialNotFoundError, UsageError
from armwright.persistence import Progress

DEFINITION = {
    "objective": {"metric": "loss", "minimize": True},
    "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
    "tracking_metrics": ["seconds"],
}


@pytest.fixture
def stored(tmp_path):
    stored = armwright.create(tmp_path / "e", DEFINITION, seed=1)
    stored.ask()
    return stored


def steps(stored):
    return [(item.attempt, item.step, item.values) for item in stored.progress(0)]


def test_steps_are_kept_in_order_for_everybody(stored):
    stored.report(0, {"loss": 0.5}, step=2)
    stored.report(0, {"loss": 0.9, "seconds": 3}, step=1)
    stored.report(0, {"loss": math.nan}, step=2.5)
    other = armwright.open(stored.url)
    found = steps(other)
    assert found[:2] == [(1, 1, {"loss": 0.9, "seconds": 3.0}), (1, 2, {"loss": 0.5})]
    assert math.isnan(found[2][2]["loss"])
    assert isinstance(other.progress(0)[0], Progress)


def test_they_are_no_results(stored):
    stored.report(0, {"loss": 0.001}, step=1)
    assert not ax.load(stored.url).data_by_trial
    stored.tell(0, {"loss": 0.5})
    assert armwright.open(stored.url).best().mean == 0.5
    assert ax.load(stored.url).fetch_data().df["mean"].tolist() == [0.5]
    assert steps(stored) == [(1, 1, {"loss": 0.001})]


def test_each_attempt_has_its_own(stored):
    stored.report(0, {"loss": 0.5}, step=1)
    stored._folder.end(0, 1, {"state": "preempted"})
    stored.ask()
    stored.report(0, {"loss": 0.25}, step=1)
    assert steps(stored) == [(1, 1, {"loss": 0.5}), (2, 1, {"loss": 0.25})]


def test_who_was_given_up_is_told_when_it_reports(stored):
    armwright.open(stored.url)._folder.end(0, 1, {"state": "cancelled"})
    stored.refresh()
    with pytest.raises(TrialEndedError, match="has ended already: cancelled"):
        stored.report(0, {"loss": 0.5}, step=1)


@pytest.mark.parametrize(
    ("values", "step", "problem"),
    [
        ({"lose": 1.0}, 1, "unknown metric 'lose'"),
        ({}, 1, "step 1 has no value"),
        ({"loss": "low"}, 1, "loss should be a number"),
        ({"loss": 1.0}, "1", "step should be a finite number, got '1'"),
        ({"loss": 1.0}, True, "step should be a finite number, got True"),
        ({"loss": 1.0}, math.nan, "step should be a finite number, got nan"),
    ],
)
def test_what_means_nothing_is_refused(stored, values, step, problem):
    with pytest.raises(UsageError, match=problem):
        stored.report(0, values, step=step)
    assert not stored.progress(0)


def test_a_trial_must_be_there(stored):
    with pytest.raises(TrialNotFoundError, match="no trial 7"):
        stored.report(7, {"loss": 1.0}, step=1)
