"""What callbacks are told, in the loops of all facades; and that nothing they do loses a trial."""

import logging

import pytest

from armwright import ax
from armwright.ax.ax_client import AxClient
from armwright.ax.managed_loop import OptimizationLoop
from armwright.callbacks import Callback, NewIncumbent, TrialEnd, TrialStart
from armwright.callbacks.aims import Aims
from armwright.callbacks.telling import Teller
from armwright.errors import UsageError
from armwright.experiment.aimed_at import AimedAt
from armwright.experiment.restriction import Restriction
from armwright.persistence import StoredExperiment

X = [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}]


class Notes:
    """Notes what it is told."""

    def __init__(self):
        self.events = []
        self.closed = 0

    def on_trial_start(self, event):
        self.events.append(event)

    on_trial_end = on_new_incumbent = on_trial_start

    def close(self):
        self.closed += 1

    @property
    def words(self):
        names = {TrialStart: "start", TrialEnd: "end", NewIncumbent: "best"}
        return [(names[type(event)], event.trial) for event in self.events]

    def of(self, kind):
        return [event for event in self.events if isinstance(event, kind)]


class Broken(Callback):
    """Raises at the end of each trial."""

    def on_trial_end(self, _, /):
        raise OSError("the disk is full")


def definition(minimize=True):
    space = ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)])
    objective = ax.Objective(ax.Metric("loss"), minimize=minimize)
    return ax.Experiment(
        name="e", search_space=space, optimization_config=ax.OptimizationConfig(objective)
    )


@pytest.fixture
def stored(tmp_path):
    return StoredExperiment.create(tmp_path / "e", definition(), budget=4, seed=1)


def values(*means):
    return {"loss": (means[0], 0.1), "size": (means[-1], 0.1)}


LOSS = AimedAt(name="loss", factors={"loss": 1.0}, minimize=True)
SIZE = AimedAt(name="size", factors={"size": 1.0}, minimize=False)


def told(aims, *results):
    notes = Notes()
    teller = Teller([notes], experiment="e", aims=aims)
    for trial, result in enumerate(results):
        arms = {f"{trial}_0": {"x": trial}}
        teller.ended(trial, arms, state="completed", results={f"{trial}_0": result})
    return notes.of(NewIncumbent)


# What is an incumbent --------------------------------------------------------------------------


def test_an_incumbent_is_better_than_all_before_it():
    found = told(Aims(objectives=(LOSS,)), values(3.0), values(3.0), values(1.0), values(2.0))
    assert [(event.trial, event.values) for event in found] == [
        (0, {"loss": 3.0}),
        (2, {"loss": 1.0}),
    ]
    assert [event.before for event in found] == [{}, {"loss": 3.0}]
    assert found[1].parameters == {"x": 2}


def test_an_incumbent_keeps_the_bounds_and_is_measured():
    bound = Restriction(metric="size", bound=5.0, is_lower=False, relative=False, limit=5.0)
    aims = Aims(objectives=(LOSS,), bounds=lambda _: (bound,))
    results = [values(1.0, 9.0), values(2.0, float("nan")), values(4.0, 5.0), {"size": (1.0, 0.0)}]
    assert [event.trial for event in told(aims, *results)] == [2]


def test_of_several_objectives_an_incumbent_is_beaten_by_none_before():
    aims = Aims(objectives=(LOSS, SIZE))
    results = [values(2.0, 2.0), values(3.0, 1.0), values(3.0, 3.0), values(1.0, 2.0)]
    assert [event.trial for event in told(aims, *results)] == [0, 2, 3]


def test_a_trial_that_failed_is_no_incumbent():
    notes = Notes()
    teller = Teller([notes], experiment="e", aims=Aims(objectives=(LOSS,)))
    teller.ended(0, {"0_0": {}}, state="failed", reason="oom", results={"0_0": values(1.0)})
    assert notes.words == [("end", 0)]
    assert notes.events[0].reason == "oom"


# Callbacks that are none, or break --------------------------------------------------------------


@pytest.mark.parametrize(
    ("callbacks", "message"),
    [
        (Notes(), "expected several, got Notes"),
        ([print], "expected a method on_trial_start, on_trial_end or on_new_incumbent"),
        ([Notes], "expected objects, got the class Notes"),
    ],
)
def test_what_is_no_callback_is_refused_before_a_trial_is_made(callbacks, message):
    with pytest.raises(UsageError, match=message):
        ax.optimize(X, lambda p: p["x"], total_trials=1, callbacks=callbacks)


def test_a_callback_that_breaks_loses_no_trial_and_is_named_in_the_log(stored, caplog):
    notes = Notes()
    for trial in stored.loop(callbacks=[Broken(), notes]):
        stored.tell(trial.number, {"loss": 1.0})
    assert [facts.status for facts in stored.trials.values()] == ["completed"] * 4
    assert len(notes.of(TrialEnd)) == 4
    (first, *others) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "callback Broken failed in on_trial_end of trial 0" in first.getMessage()
    assert "the disk is full" in str(first.exc_info[1])
    assert len(others) == 3


def test_ctrl_c_in_a_callback_ends_the_run_and_the_trial_is_kept():
    class Interrupting(Callback):
        def on_trial_end(self, _, /):
            raise KeyboardInterrupt

    notes = Notes()
    loop = OptimizationLoop.with_evaluation_function(
        X, lambda p: p["x"], total_trials=3, callbacks=[notes, Interrupting()]
    )
    with pytest.raises(KeyboardInterrupt):
        loop.full_run()
    assert loop.experiment.trials[0].status.is_completed
    assert notes.closed == 1


# In the loops ------------------------------------------------------------------------------------


def test_ctrl_c_in_a_callback_of_a_stored_loop_leaves_no_trial_running(stored):
    class Impatient(Callback):
        def on_trial_end(self, event, /):
            raise KeyboardInterrupt(event.trial)

    trials = stored.loop(callbacks=[Impatient()])
    stored.tell(next(trials).number, {"loss": 1.0})
    with pytest.raises(KeyboardInterrupt, match="0"):
        next(trials)
    assert {number: facts.status for number, facts in stored.trials.items()} == {0: "completed"}


def test_in_a_stored_loop_a_new_best_trial_has_to_beat_what_others_measured_meanwhile(stored):
    notes = Notes()
    for trial in stored.loop(callbacks=[notes]):
        if trial.number == 0:
            (other,) = StoredExperiment.open(stored.url).ask()
            StoredExperiment.open(stored.url).tell(other.number, {"loss": 0.5})
            stored.refresh()
        stored.tell(trial.number, {"loss": 1.0 - 0.2 * trial.number})
    assert [event.trial for event in notes.of(NewIncumbent)] == [3]


def test_optimize_tells_of_each_trial_and_closes():
    notes = Notes()
    ax.optimize(
        X,
        lambda p: float("nan") if p["x"] < 0.3 else p["x"],
        minimize=True,
        total_trials=5,
        random_seed=3,
        callbacks=[notes],
    )
    assert [word for word in notes.words if word[0] != "best"] == [
        (kind, trial) for trial in range(5) for kind in ("start", "end")
    ]
    ends = notes.of(TrialEnd)
    assert [event.state for event in ends] == [
        "failed" if event.parameters["x"] < 0.3 else "completed" for event in ends
    ]
    good = [event for event in ends if event.state == "completed"]
    assert all(event.values == {"objective": event.parameters["x"]} for event in good)
    assert notes.of(NewIncumbent)[-1].values == {
        "objective": min(event.parameters["x"] for event in good)
    }
    assert notes.closed == 1


def test_a_batch_is_one_trial_with_several_arms():
    notes = Notes()
    ax.optimize(X, lambda p, _: p["x"], total_trials=1, arms_per_trial=3, callbacks=[notes])
    (start,), (end,) = notes.of(TrialStart), notes.of(TrialEnd)
    assert list(start.arms) == list(end.results) == ["0_0", "0_1", "0_2"]


def test_a_client_tells_once_a_trial_is_kept_and_knows_what_was_best_before(tmp_path):
    def client(*callbacks):
        made = AxClient(store=tmp_path / "e", random_seed=1, callbacks=callbacks)
        made.create_experiment(X, objective_name="loss", minimize=True)
        return made

    first = client()
    _, index = first.get_next_trial()
    first.complete_trial(index, raw_data=1.0)
    notes = Notes()
    second = client(notes)
    _, worse = second.get_next_trial()
    second.complete_trial(worse, raw_data=2.0)
    _, index = first.attach_trial({"x": 0.125})
    first.complete_trial(index, raw_data=0.5)
    _, lost = second.attach_trial({"x": 0.25})
    second.log_trial_failure(lost)
    _, better = second.attach_trial({"x": 0.5})
    second.complete_trial(better, raw_data=0.25)
    assert notes.words == [
        *(("start", worse), ("end", worse), ("start", lost), ("end", lost)),
        *(("start", better), ("end", better), ("best", better)),
    ]
    assert notes.of(NewIncumbent)[0].before == {"loss": 0.5}


def test_the_loop_of_a_stored_experiment_tells_how_each_attempt_ended(stored):
    stored.tell(stored.ask(1)[0].number, {"loss": 1.0})
    notes = Notes()
    for trial in stored.loop(callbacks=[notes]):
        if trial.number == 1:
            stored.fail(trial.number, reason="oom")
        else:
            stored.tell(trial.number, {"loss": (2.5 - trial.number, 0.5)})
    assert notes.words == [
        *(("start", 1), ("end", 1), ("start", 2), ("end", 2), ("best", 2)),
        *(("start", 3), ("end", 3), ("best", 3)),
    ]
    assert [event.state for event in notes.of(TrialEnd)] == ["failed", "completed", "completed"]
    assert notes.of(TrialEnd)[0].reason == "oom"
    assert notes.of(TrialEnd)[1].results == {"2_0": {"loss": (0.5, 0.5)}}
    assert notes.closed == 1


def test_a_loop_that_is_left_early_tells_what_has_ended_and_closes(stored):
    notes = Notes()
    for trial in stored.loop(callbacks=[notes]):
        stored.tell(trial.number, {"loss": 1.0})
        break
    assert notes.words == [("start", 0), ("end", 0), ("best", 0)]
    assert notes.closed == 1
