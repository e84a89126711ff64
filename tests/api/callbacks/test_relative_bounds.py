"""Callbacks are told what is best under bounds relative to the status quo, as `best` judges it."""

import pytest

from armwright import ax
from armwright.callbacks.aims import aims_of
from armwright.callbacks.best_so_far import BestSoFar, Measured
from armwright.persistence import StoredExperiment
from armwright.persistence.adding import GivenTrial, add_trials

BOUND = ax.OutcomeConstraint(ax.Metric("size"), ax.ComparisonOp.LEQ, 10.0, relative=True)
LOSS, SPEED = ax.Metric("loss", lower_is_better=True), ax.Metric("speed", lower_is_better=False)


class Bests:
    """Notes the trials that are told of as the best, and what was the best before."""

    def __init__(self):
        self.trials, self.before = [], []

    def on_new_incumbent(self, event):
        self.trials.append(event.trial)
        self.before.append(dict(event.before))


def arms(*results, objective=None):
    """Takes in (x, loss, size) of one arm after the other; for each which trials become best."""
    config = ax.OptimizationConfig(objective or ax.Objective(LOSS, minimize=True), [BOUND])
    best = BestSoFar(aims_of(config, is_own=lambda parameters: parameters == {"x": 0.5}))
    found = []
    for trial, (x, loss, size) in enumerate(results):
        values = {"loss": (loss, 0.0), "speed": (-x, 0.0), "size": (size, 0.0)}
        item = Measured(trial=trial, arm=f"{trial}_0", parameters={"x": x}, values=values)
        found.append([item.trial for item in best.take_in(item)])
    return found


def test_nothing_is_best_before_the_status_quo_has_a_result_and_then_what_keeps_the_bound():
    assert arms((0.1, 1.0, 12.0), (0.2, 2.0, 10.5), (0.3, 3.0, 1.0)) == [[], [], []]
    assert arms((0.1, 1.0, 12.0), (0.2, 2.0, 10.5), (0.5, 9.0, 10.0)) == [[], [], [1]]


def test_an_arm_that_breaks_the_bound_is_not_the_best():
    assert arms((0.5, 9.0, 10.0), (0.1, 1.0, 11.5), (0.2, 2.0, 10.5)) == [[0], [], [2]]


def test_a_further_result_of_the_status_quo_judges_all_arms_anew():
    results = [(0.5, 9.0, 10.0), (0.1, 1.0, 12.0), (0.2, 2.0, 10.5), (0.5, 9.0, 14.0)]
    assert arms(*results) == [[0], [], [2], [1]]  # 12 on the average: up to 13.2
    assert arms(*results[:3], (0.5, 9.0, 6.0)) == [[0], [], [2], [3]]  # 8: the best one breaks it


def test_of_several_objectives_all_that_come_onto_the_front_are_told():
    both = ax.MultiObjective([LOSS, SPEED])
    results = [(0.1, 2.0, 10.0), (0.2, 1.0, 10.0), (0.3, 3.0, 10.0), (0.5, 9.0, 10.0)]
    assert arms(*results, objective=both) == [[], [], [], [0, 1]]


def experiment():
    space = ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)])
    config = ax.OptimizationConfig(ax.Objective(LOSS, minimize=True), [BOUND])
    return ax.Experiment(space, "e", config, status_quo=ax.Arm({"x": 0.5}))


@pytest.fixture
def stored(tmp_path):
    """Three arms wait: the status quo's, one of less loss that is too large, and one of more."""
    stored = StoredExperiment.create(tmp_path / "e", experiment(), budget=5, seed=1)
    add_trials(stored, [GivenTrial(parameters={"x": x}) for x in (0.1, 0.5, 0.9)])
    return stored


def tell(stored, trial):
    x = trial.arm.parameters["x"]
    stored.tell(trial.number, {"loss": (x, 0.0), "size": (10.0 if x >= 0.45 else 12.0, 0.0)})


def test_a_loop_tells_of_the_trial_that_best_names(stored):
    bests = Bests()
    for trial in stored.loop(callbacks=[bests]):
        tell(stored, trial)
    assert bests.trials[0] == 1
    assert bests.before[0] == {}
    assert bests.trials[-1] == stored.best().number


def test_a_loop_knows_the_status_quos_result_from_before(stored):
    for trial in stored.ask(2):
        tell(stored, trial)
    bests = Bests()
    for trial in stored.loop(callbacks=[bests]):
        tell(stored, trial)
    assert set(bests.trials) <= {3, 4}  # 0 is too large, and 2 has more loss than 1
    assert bests.trials[-1:] in ([], [stored.best().number])


def test_optimize_tells_of_nothing_where_the_status_quo_is_never_run():
    bests = Bests()
    ax.optimize(
        [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
        lambda p: {"loss": (p["x"], 0.0), "size": (1.0, 0.0)},
        objective_name="loss",
        minimize=True,
        outcome_constraints=["size <= 10%"],
        total_trials=3,
        callbacks=[bests],
    )
    assert bests.trials == []
