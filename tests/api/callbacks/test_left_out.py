"""What is never best is no incumbent for callbacks either, as it is none for `best`."""

import pytest

from armwright import ax
from armwright.callbacks.aims import aims_of_experiment
from armwright.callbacks.experiment_trials import take_in_trials
from armwright.callbacks.telling import Teller
from armwright.persistence import StoredExperiment
from armwright.persistence.adding import GivenTrial, add_trials


class Bests:
    """Notes the trials that are told of as the best, and what was the best before."""

    def __init__(self):
        self.found = []

    def on_new_incumbent(self, event):
        self.found.append((event.trial, dict(event.before)))


@pytest.fixture
def experiment():
    """A batch of which the better arm was given up: what remains has a loss of 3."""
    space = ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)])
    config = ax.OptimizationConfig(ax.Objective(ax.Metric("loss"), minimize=True))
    experiment = ax.Experiment(space, "e", config)
    batch = experiment.new_batch_trial()
    batch.add_arms_and_weights([ax.Arm({"x": 0.1}), ax.Arm({"x": 0.2})])
    batch.mark_running(no_runner_required=True)
    values = {"0_0": {"loss": (1.0, 0.0)}, "0_1": {"loss": (3.0, 0.0)}}
    experiment.attach_data(ax.Data.from_evaluations(values, 0))
    batch.mark_arm_abandoned("0_0")
    batch.mark_completed()
    return experiment


def test_an_arm_that_was_given_up_is_not_the_best_before(experiment):
    bests = Bests()
    teller = Teller([bests], experiment="e", aims=aims_of_experiment(experiment))
    take_in_trials(teller, experiment.trials.values())
    results = {"1_0": {"loss": (2.0, 0.0)}}
    teller.ended(1, {"1_0": {"x": 0.5}}, state="completed", results=results)
    assert bests.found == [(1, {"loss": 3.0})]


def test_an_arm_of_a_folder_that_was_given_up_is_none_either(experiment, tmp_path):
    ax.save(experiment, str(tmp_path / "e"))
    stored = StoredExperiment.open(tmp_path / "e")
    assert stored.best().mean == 3.0
    add_trials(stored, [GivenTrial(parameters={"x": 0.5})])
    bests = Bests()
    for trial in stored.loop(callbacks=[bests]):
        stored.tell(trial.number, {"loss": (2.0, 0.0)})
        break
    assert bests.found == [(trial.number, {"loss": 3.0})]
