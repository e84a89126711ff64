"""What callbacks are told in the loop of SigOpt code."""

import pytest

from armwright import sigopt
from armwright.callbacks import NewIncumbent, TrialEnd
from armwright.errors import UsageError


class Notes:
    """Notes what it is told."""

    def __init__(self):
        self.events = []

    def on_trial_start(self, event):
        self.events.append(event)

    on_trial_end = on_new_incumbent = on_trial_start

    @property
    def words(self):
        return [(type(event).__name__, event.trial) for event in self.events]


class ProgressLineOnPaper:
    """Keeps what a line would say: how many have ended, and how many of these failed."""

    def __init__(self, counts):
        self.said = []
        self._counts = counts

    def show(self, **_):
        self.said.append(self._counts())

    def close(self):
        pass


def test_a_loop_tells_of_each_run_how_it_ended_and_which_was_the_best(make):
    metrics = [
        {"name": "y", "objective": "minimize"},
        {"name": "size", "strategy": "constraint", "objective": "minimize", "threshold": 5},
    ]
    experiment, notes = make(budget=5, metrics=metrics, type="random"), Notes()
    results = [(3.0, 1.0), (2.0, 9.0), None, (1.0, 5.0), (1.5, 1.0)]
    for run, result in zip(experiment.loop(callbacks=[notes]), results, strict=True):
        with run:
            if result is None:
                run.log_failure()
            else:
                run.log_metric("y", result[0], stddev=0.5)
                run.log_metric("size", result[1])
    assert notes.words == [
        *(("TrialStart", 0), ("TrialEnd", 0), ("NewIncumbent", 0)),
        *(("TrialStart", 1), ("TrialEnd", 1), ("TrialStart", 2), ("TrialEnd", 2)),
        *(("TrialStart", 3), ("TrialEnd", 3), ("NewIncumbent", 3)),
        *(("TrialStart", 4), ("TrialEnd", 4)),
    ]
    ends = [event for event in notes.events if isinstance(event, TrialEnd)]
    assert [event.state for event in ends] == [
        *("completed", "completed", "failed", "completed", "completed")
    ]
    assert next(iter(ends[0].results.values()))["y"] == (3.0, 0.5)
    assert list(ends[0].parameters) == ["x"]
    best = [event for event in notes.events if isinstance(event, NewIncumbent)]
    assert [event.values for event in best] == [{"y": 3.0}, {"y": 1.0}]


def test_what_was_best_before_the_loop_counts(ended):
    experiment, notes = ended([{"y": 9.0}], budget=2), Notes()
    for run in experiment.loop(callbacks=[notes]):
        with run:
            run.log_metric("y", 8.0)
    assert [word for word, _ in notes.words] == ["TrialStart", "TrialEnd"]


def test_what_others_measure_meanwhile_counts(make):
    experiment, notes = make(budget=3, type="random"), Notes()
    for run, value in zip(experiment.loop(callbacks=[notes]), (1.0, 8.0), strict=True):
        with run:
            run.log_metric("y", value)
        if value == 1.0:
            with experiment.create_run() as other:
                other.log_metric("y", 9.0)
    assert notes.words == [
        *(("TrialStart", 0), ("TrialEnd", 0)),
        *(("TrialStart", 2), ("TrialEnd", 2)),
    ]


def bests(notes):
    found = [event for event in notes.events if isinstance(event, NewIncumbent)]
    return [(event.trial, dict(event.before)) for event in found]


def test_a_run_that_is_archived_meanwhile_is_not_the_best_any_more(make):
    experiment, notes = make(budget=3, type="random"), Notes()
    with experiment.create_run() as other:
        other.log_metric("y", 1.0)
    with experiment.create_run() as top:
        top.log_metric("y", 9.0)
    for run in experiment.loop(callbacks=[notes]):
        with run:
            run.log_metric("y", 8.0)
        sigopt.archive_run(top.id)
        break
    assert bests(notes) == [(2, {"y": 1.0})]


def test_a_run_that_is_archived_before_it_is_told_of_is_not_the_best(make):
    experiment, notes = make(budget=1, type="random"), Notes()
    for run, value in zip(experiment.loop(callbacks=[notes]), (9.0, 8.0), strict=True):
        with run:
            run.log_metric("y", value)
        if value == 9.0:
            sigopt.archive_run(run.id)
    assert bests(notes) == [(1, {})]


def test_a_callback_that_ends_the_loop_leaves_no_run_open(make):
    class Impatient(Notes):
        def on_trial_end(self, event):
            raise KeyboardInterrupt(event.trial)

    experiment = make(budget=3, type="random")
    runs = experiment.loop(callbacks=[Impatient()])
    with next(runs) as run:
        run.log_metric("y", 1.0)
    with pytest.raises(KeyboardInterrupt, match="0"):
        next(runs)
    assert [run.state for run in experiment.get_runs()] == ["completed"]


def test_failures_before_the_loop_are_counted_on_the_line(make, monkeypatch):
    lines = []

    def on_paper(*, counts, **_):
        lines.append(ProgressLineOnPaper(counts))
        return lines[0]

    monkeypatch.setattr("armwright.sigopt.told_runs.progress_line", on_paper)
    experiment = make(budget=2, type="random")
    with experiment.create_run() as run:
        run.log_failure()
    for run in experiment.loop():
        with run:
            run.log_metric("y", 1.0)
    assert lines[0].said == [(1, 1), (2, 1)]


def test_a_run_that_is_left_open_is_told_of_as_left(make):
    experiment, notes = make(budget=1), Notes()
    for _ in experiment.loop(callbacks=[notes]):
        pass
    assert notes.words == [("TrialStart", 0), ("TrialEnd", 0)]
    assert notes.events[1].state == "left"


def test_what_is_no_callback_is_refused_before_a_run_begins(make):
    experiment = make(budget=1)
    with pytest.raises(UsageError, match="expected a method on_trial_start"):
        next(experiment.loop(callbacks=[print]))
    assert list(experiment.get_runs()) == []
