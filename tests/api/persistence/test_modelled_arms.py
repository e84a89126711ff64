"""Arms that a fitted model makes, on a folder: kept, the same anywhere, and away from failures.

All that fits a model here is in this file, because the first fit compiles for seconds.
"""

import json
import subprocess
import sys

import pytest

import armwright
from armwright import ax
from armwright.errors import NothingLeftError

DEFINITION = {
    "objective": {"metric": "loss", "minimize": True},
    "parameters": [
        {"name": "x", "type": "range", "bounds": [0.0, 1.0]},
        {"name": "n", "type": "range", "bounds": [1, 5]},
    ],
}
START = 5


def loss(parameters):
    return (parameters["x"] - 0.3) ** 2 + parameters["n"] / 10


def work(experiment, count):
    """Asks and tells, one trial at a time; the arms."""
    arms = []
    for _ in range(count):
        (trial,) = experiment.ask()
        experiment.tell(trial.number, {"loss": loss(trial.arm.parameters)})
        arms.append(trial.arm.parameters)
    return arms


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An experiment that ran without a break, and its arms."""
    url = tmp_path_factory.mktemp("runs") / "whole"
    return url, work(armwright.create(url, DEFINITION, seed=3), START + 3)


def test_a_run_broken_off_and_resumed_elsewhere_gives_the_arms_of_a_whole_one(whole, tmp_path):
    url = tmp_path / "parts"
    first = work(armwright.create(url, DEFINITION, seed=3), START + 1)
    code = f"""
import json, sys
sys.path.insert(0, {str(__file__.rpartition("/")[0])!r})
import armwright
from test_modelled_arms import work
print(json.dumps(work(armwright.open({str(url)!r}), 2)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert first + json.loads(done.stdout) == whole[1]


def test_an_experiment_with_a_models_predictions_comes_back_equal(whole, tmp_path):
    experiment = ax.load(whole[0])
    run = experiment.trials[START].generator_run
    assert run.model_predictions is not None
    assert run.best_arm_predictions is not None
    for path in (tmp_path / "e.json", tmp_path / "copy"):
        ax.save(experiment, path)
        assert ax.load(path) == experiment


def test_looking_at_a_modelled_trial_shows_what_the_model_knew(whole):
    from armwright.persistence.overview import overview, trial_in_full

    stored = armwright.open(whole[0])
    (generator,) = trial_in_full(stored, START)["generator"]
    assert (generator["observations"], generator["pending"]) == (START, 0)
    for document in (overview(stored), trial_in_full(stored, START)):
        json.dumps(document, allow_nan=False)


def test_an_arm_that_failed_is_not_proposed_again(tmp_path):
    experiment = armwright.create(tmp_path / "e", DEFINITION, seed=3)
    work(experiment, START)
    arms = []
    for _ in range(3):
        (trial,) = experiment.ask()
        experiment.tell(trial.number, {"loss": float("nan")})
        arms.append(trial.arm.parameters)
    assert len({json.dumps(arm) for arm in arms}) == 3
    experiment.refresh()
    assert len(experiment.experiment.data_by_trial) == START


def test_arms_asked_for_at_the_same_time_differ(whole, tmp_path):
    ax.save(ax.load(whole[0]), tmp_path / "copy")
    trials = armwright.open(tmp_path / "copy").ask(3)
    assert len({json.dumps(trial.arm.parameters) for trial in trials}) == 3


def test_a_discrete_space_is_walked_through_by_the_model_too(tmp_path):
    parameters = [{"name": "n", "type": "range", "bounds": [1, 7]}]
    definition = {**DEFINITION, "parameters": parameters}
    experiment = armwright.create(tmp_path / "e", definition, seed=3)
    asked = []
    for number in range(7):
        (trial,) = experiment.ask()
        asked.append(trial.arm.parameters["n"])
        experiment.tell(trial.number, {"loss": float("nan") if number == 6 else float(number)})
    assert sorted(asked) == [1, 2, 3, 4, 5, 6, 7]
    with pytest.raises(NothingLeftError, match="search space"):
        experiment.ask()
