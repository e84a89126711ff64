"""A result that is corrected or taken back counts for callbacks as it stands now."""

from dataclasses import replace

import pytest

from armwright import ax
from armwright.callbacks.aims import aims_of_experiment
from armwright.callbacks.best_so_far import BestSoFar, Measured
from armwright.callbacks.experiment_trials import take_in_trials
from armwright.callbacks.telling import Teller
from armwright.persistence import StoredExperiment

LOSS, SIZE = ax.Metric("loss", lower_is_better=True), ax.Metric("size", lower_is_better=True)


class Bests:
    """Notes the trials that are told of as the best, and what was the best before."""

    def __init__(self):
        self.found = []

    def on_new_incumbent(self, event):
        self.found.append((event.trial, dict(event.before)))


def experiment(objective=None, bounds=(), **more):
    space = ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)])
    objective = objective or ax.Objective(LOSS, minimize=True)
    return ax.Experiment(space, "e", ax.OptimizationConfig(objective, list(bounds)), **more)


def measured(trial, loss, size=1.0, x=0.1):
    values = {"loss": (loss, float("nan")), "size": (size, float("nan"))}
    return Measured(trial=trial, arm=f"{trial}_0", parameters={"x": x}, values=values)


@pytest.fixture
def best():
    """Trials 0 to 2 measured 3, 1 and 2."""
    best = BestSoFar(aims_of_experiment(experiment()))
    for trial, loss in enumerate((3.0, 1.0, 2.0)):
        best.take_in(measured(trial, loss))
    return best


def front(best):
    return [item.trial for item in best.front]


def test_without_the_best_result_the_next_best_one_is(best):
    best.replace(1, ())
    assert front(best) == [2]
    best.replace(2, ())
    best.replace(0, ())
    assert front(best) == []


def test_a_corrected_result_counts_as_it_is_now(best):
    best.replace(1, [measured(1, 2.5)])
    assert front(best) == [2]
    best.replace(0, [measured(0, 0.5)])
    assert front(best) == [0]


def test_a_result_that_is_the_same_again_changes_nothing(best):
    before = best.front
    best.replace(1, [measured(1, 1.0)])
    assert best.front is before


def test_of_several_objectives_those_come_back_that_a_wrong_result_had_beaten():
    both = BestSoFar(aims_of_experiment(experiment(ax.MultiObjective([LOSS, SIZE]))))
    for trial, (loss, size) in enumerate([(1.0, 3.0), (3.0, 1.0), (0.5, 0.5)]):
        both.take_in(measured(trial, loss, size))
    assert front(both) == [2]
    both.replace(2, [measured(2, 5.0, 5.0)])
    assert front(both) == [0, 1]


def test_a_corrected_result_of_the_status_quo_judges_all_anew():
    bound = ax.OutcomeConstraint(SIZE, ax.ComparisonOp.LEQ, 0.0, relative=True)
    about = experiment(bounds=[bound], status_quo=ax.Arm({"x": 0.5}))
    judged = BestSoFar(aims_of_experiment(about))
    judged.take_in(measured(0, 9.0, size=1.0, x=0.5))
    judged.take_in(measured(1, 1.0, size=2.0))
    assert front(judged) == [0]
    judged.replace(0, [measured(0, 9.0, size=2.0, x=0.5)])
    assert front(judged) == [1]
    judged.replace(0, ())
    assert front(judged) == []


def test_however_many_results_are_corrected_at_once_all_are_judged_once():
    judged = 0

    def is_own(parameters):
        nonlocal judged
        judged += 1
        return parameters["x"] == 0.5

    best = BestSoFar(replace(aims_of_experiment(experiment()), is_own=is_own))
    for trial in range(100):
        best.take_in(measured(trial, 100.0 - trial))
    judged = 0
    for trial in range(50, 100):
        best.replace(trial, [measured(trial, float(trial))] if trial % 2 else ())
    assert front(best) == [49]
    assert judged == 75


def test_data_attached_later_correct_what_a_trial_in_memory_measured():
    about, bests = experiment(), Bests()
    for x, loss in ((0.1, 1.0), (0.2, 4.0)):
        trial = about.new_trial().add_arm(ax.Arm({"x": x}))
        trial.mark_running(no_runner_required=True)
        attach(about, trial.index, loss)
        trial.mark_completed()
    teller = Teller([bests], experiment="e", aims=aims_of_experiment(about))
    take_in_trials(teller, about.trials.values())
    attach(about, 0, 5.0)
    take_in_trials(teller, about.trials.values())
    results = {"2_0": {"loss": (3.0, 0.0)}}
    teller.ended(2, {"2_0": {"x": 0.5}}, state="completed", results=results)
    assert bests.found == [(2, {"loss": 4.0})]


def attach(about, index, loss):
    rows = {f"{index}_0": {"loss": (loss, 0.0)}}
    about.attach_data(ax.Data.from_evaluations(rows, index))


def test_a_result_in_a_folder_that_somebody_corrects_is_taken_as_it_is_now(tmp_path):
    stored = StoredExperiment.create(tmp_path / "e", experiment(), budget=3, seed=1)
    bests = Bests()
    for trial, loss in zip(stored.loop(callbacks=[bests]), (1.0, 4.0, 3.0), strict=True):
        stored.tell(trial.number, {"loss": (loss, 0.0)})
        if trial.number == 1:
            other = ax.load(str(tmp_path / "e"), live=True)
            attach(other, 0, 5.0)
    assert bests.found == [(0, {}), (2, {"loss": 4.0})]
