"""Making an experiment in a folder and asking it for trials: who gets which."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from zoo import DEFINITION, arm, config, files_of, in_another_process, plane

import armwright
from armwright import ax
from armwright.errors import (
    ExperimentExistsError,
    ExperimentNotFoundError,
    NothingLeftError,
    StoreError,
    UsageError,
)
from armwright.persistence import StoredExperiment


def discrete(url, **kwargs):
    parameters = [{"name": "n", "type": "range", "bounds": [1, 3]}]
    return armwright.create(url, {**DEFINITION, "parameters": parameters}, seed=5, **kwargs)


def test_an_experiment_takes_its_folders_name_where_it_has_none(stored, url):
    assert stored.name == "e"
    assert stored.url == str(url)


@pytest.mark.usefixtures("stored")
def test_making_an_experiment_twice_is_refused(url):
    before = files_of(url)
    with pytest.raises(ExperimentExistsError, match="there is an experiment at"):
        armwright.create(url, DEFINITION)
    assert files_of(url) == before


def test_opening_where_nothing_is_says_what_to_do(url):
    with pytest.raises(ExperimentNotFoundError, match=r"nothing is there\nhint: make one"):
        armwright.open(url)


def test_making_one_again_finishes_what_a_killed_process_began(url):
    code = f"""
import os, armwright
from armwright.store.posix import PosixFiles
create = PosixFiles.create
def dying(self, path, body, token):
    if "config" in path:
        os._exit(9)
    return create(self, path, body, token)
PosixFiles.create = dying
armwright.create({str(url)!r}, {DEFINITION!r}, seed=1)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    made = armwright.create(url, DEFINITION, seed=2)
    assert (made.seed, armwright.open(url).seed) == (2, 2)


@pytest.mark.parametrize("number", [0, -1, 1.5, True, "3"])
def test_a_budget_or_start_that_is_no_positive_number_is_refused(number, url):
    experiment = ax.Experiment(plane(), "e", config())
    with pytest.raises(UsageError, match="budget should be a whole number from 1 on"):
        StoredExperiment.create(url, experiment, budget=number)
    with pytest.raises(UsageError, match="initial_trials should be a whole number from 1 on"):
        StoredExperiment.create(url, experiment, initial_trials=number)


def test_an_experiment_without_an_objective_cannot_be_run(url):
    with pytest.raises(UsageError, match="needs an objective, got none"):
        armwright.create(url, ax.Experiment(plane()))


def test_an_experiment_with_nothing_to_tune_cannot_be_run(url):
    parameters = [{"name": "x", "type": "fixed", "value": 1}]
    with pytest.raises(UsageError, match="needs a parameter to tune, got x"):
        armwright.create(url, {**DEFINITION, "parameters": parameters})


def test_constraints_that_leave_no_point_are_refused_at_the_start(url):
    parameters = [{"name": name, "type": "range", "bounds": [0.0, 1.0]} for name in "xy"]
    definition = {**DEFINITION, "parameters": parameters, "parameter_constraints": ["x + y >= 3"]}
    with pytest.raises(UsageError, match="no arm can be made"):
        armwright.create(url, definition)
    assert not url.exists()


def test_the_seed_of_the_environment_counts_where_none_is_given(url, monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_SEED", "77")
    assert armwright.create(url, DEFINITION).seed == 77


def test_arms_have_every_parameter_in_its_declared_type(stored):
    trials = stored.ask(6)
    assert [trial.number for trial in trials] == list(range(6))
    for trial in trials:
        values = trial.arm.parameters
        assert list(values) == ["x", "kind"]
        assert isinstance(values["x"], float)
        assert 0.0 <= values["x"] <= 1.0
        assert values["kind"] in ("a", "b c")


def test_the_same_seed_gives_the_same_arms(tmp_path):
    arms = [
        [trial.arm for trial in armwright.create(tmp_path / name, DEFINITION, seed=9).ask(7)]
        for name in ("one", "other")
    ]
    assert arms[0] == arms[1]


def test_another_seed_gives_other_arms_after_the_one_in_the_middle(tmp_path):
    arms = [
        [
            trial.arm
            for trial in armwright.create(tmp_path / str(seed), DEFINITION, seed=seed).ask(2)
        ]
        for seed in (1, 2)
    ]
    assert [one[0].parameters["x"] for one in arms] == [0.5, 0.5]
    assert arms[0][1].parameters["x"] != arms[1][1].parameters["x"]


def test_a_trial_made_by_hand_and_saved_is_given_out_before_new_ones(url):
    experiment = ax.Experiment(plane(), "e", ax.OptimizationConfig(ax.Objective(ax.Metric("m"))))
    experiment.new_trial().add_arm(arm(x=0.25))
    ax.save(experiment, url)
    (trial,) = armwright.open(url).ask()
    assert (trial.number, trial.attempt, trial.arm.parameters["x"]) == (0, 1, 0.25)
    assert ax.load(url).trials[0].status.is_running


def test_trials_without_an_arm_and_batches_are_left_to_their_makers(url):
    experiment = ax.Experiment(plane(), "e", ax.OptimizationConfig(ax.Objective(ax.Metric("m"))))
    experiment.new_trial()
    experiment.new_batch_trial().add_arms_and_weights([arm(x=0.1), arm(x=0.2)])
    ax.save(experiment, url)
    (trial,) = armwright.open(url).ask()
    assert trial.number == 2
    assert [item.status.name for item in ax.load(url).trials.values()] == [
        "CANDIDATE",
        "CANDIDATE",
        "RUNNING",
    ]


def test_a_record_of_an_arm_does_not_repeat_the_search_space(stored, url):
    stored.ask()
    assert "RangeParameter" not in (url / "t" / "00000" / "0.arm.json").read_text()


def test_a_used_up_budget_says_so_and_what_still_runs(tmp_path):
    stored = armwright.create(tmp_path / "e", DEFINITION, budget=2)
    assert len(stored.ask(5)) == 2
    with pytest.raises(NothingLeftError, match="2 of 2 trials are made, 2 of them still running"):
        stored.ask()


def test_a_used_up_budget_is_no_obstacle_to_a_trial_that_came_back(tmp_path):
    stored = armwright.create(tmp_path / "e", DEFINITION, budget=1)
    (trial,) = stored.ask()
    stored.release(trial)
    (again,) = stored.ask()
    assert (again.number, again.attempt, again.arm) == (trial.number, 2, trial.arm)


def test_a_race_goes_over_the_budget_by_less_than_the_number_who_race(url):
    armwright.create(url, DEFINITION, budget=3)
    code = """
from armwright.errors import NothingLeftError
numbers = []
try:
    while True:
        numbers += [trial.number for trial in experiment.ask()]
except NothingLeftError:
    print(json.dumps(numbers))
"""
    with ThreadPoolExecutor(4) as pool:
        asked = list(pool.map(lambda _: in_another_process(url, code), range(4)))
    numbers = [number for found in asked for number in found]
    assert len(numbers) == len(set(numbers))
    assert 3 <= len(numbers) < 3 + 4


def test_a_discrete_space_gives_each_point_once_and_then_says_that_none_is_left(url):
    stored = discrete(url)
    assert sorted(trial.arm.parameters["n"] for trial in stored.ask(9)) == [1, 2, 3]
    with pytest.raises(NothingLeftError, match="search space"):
        stored.ask()


def test_an_experiment_that_was_saved_and_has_no_objective_cannot_be_asked(url):
    ax.save(ax.Experiment(plane(), "e"), url)
    with pytest.raises(UsageError, match="needs an objective"):
        armwright.open(url).ask()


def test_a_full_or_read_only_folder_is_named(stored, url):
    (url / "t").write_text("a file where the trials should be")
    with pytest.raises(StoreError, match=r"a file stands where a folder is needed"):
        stored.ask()
