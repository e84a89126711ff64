"""Asking and telling on a folder: who gets which trial, what counts, what happens to the rest."""

import json
import math
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from zoo import arm, config, files_of, one_row, plane

import armwright
from armwright import ax
from armwright.errors import (
    ExperimentExistsError,
    ExperimentNotFoundError,
    NothingLeftError,
    StoreError,
    TrialEndedError,
    TrialNotFoundError,
    UsageError,
)
from armwright.persistence import StoredExperiment, known_classes
from armwright.persistence.facts import MAX_LOST
from armwright.store import ExperimentFolder

DEFINITION = {
    "objective": {"metric": "loss", "minimize": True},
    "parameters": [
        {"name": "x", "type": "range", "bounds": [0.0, 1.0]},
        {"name": "kind", "type": "choice", "values": ["a", "b c"]},
    ],
    "tracking_metrics": ["seconds"],
}


@pytest.fixture
def url(tmp_path):
    return tmp_path / "runs" / "e"


@pytest.fixture
def stored(url):
    return armwright.create(url, DEFINITION, seed=5)


def discrete(url, **kwargs):
    parameters = [{"name": "n", "type": "range", "bounds": [1, 3]}]
    return armwright.create(url, {**DEFINITION, "parameters": parameters}, seed=5, **kwargs)


def in_another_process(url, code):
    """Runs code with `experiment`, opened there; returns what it prints as JSON."""
    program = f"import json, os, armwright\nexperiment = armwright.open({str(url)!r})\n{code}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode in (0, 9), done.stderr.decode()
    return json.loads(done.stdout) if done.stdout else None


# Creating and opening -----------------------------------------------------------------------


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


# Asking -------------------------------------------------------------------------------------


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


def test_another_seed_gives_other_arms(tmp_path):
    arms = [
        armwright.create(tmp_path / str(seed), DEFINITION, seed=seed).ask()[0].arm
        for seed in (1, 2)
    ]
    assert arms[0] != arms[1]


def test_going_on_in_another_process_gives_the_arms_of_an_uninterrupted_run(tmp_path):
    whole = [
        trial.arm.parameters
        for trial in armwright.create(tmp_path / "whole", DEFINITION, seed=9).ask(4)
    ]
    armwright.create(tmp_path / "parts", DEFINITION, seed=9)
    code = "print(json.dumps([trial.arm.parameters for trial in experiment.ask(2)]))"
    parts = [in_another_process(tmp_path / "parts", code) for _ in range(2)]
    assert parts[0] + parts[1] == whole


def test_two_processes_get_different_trials_and_see_each_others(stored, url):
    code = """
trial = experiment.ask()[0]
experiment.tell(trial.number, {"loss": trial.number})
print(json.dumps(trial.number))
"""
    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(lambda _: in_another_process(url, code), range(4)))
    assert len(set(numbers)) == 4
    assert stored.refresh().num_trials == 4
    assert stored.best().mean == min(numbers)


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


# Telling ------------------------------------------------------------------------------------


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


# Coming back --------------------------------------------------------------------------------


def test_a_trial_whose_process_has_gone_is_taken_up_again_as_the_next_attempt(stored, url):
    in_another_process(url, "experiment.ask(in_process=True); os._exit(9)")
    assert stored.release_dead() == [0]
    (trial,) = stored.ask()
    assert (trial.number, trial.attempt) == (0, 2)
    stored.tell(0, {"loss": 1.0})
    assert ax.load(url).trials[0].status.is_completed


def test_a_trial_whose_process_lives_is_left_alone(stored, url):
    stored.ask(in_process=True)
    assert stored.release_dead() == []
    assert in_another_process(url, "print(json.dumps(experiment.release_dead()))") == []


def test_a_trial_somebody_took_from_a_shell_is_left_alone(stored, url):
    in_another_process(url, "experiment.ask(); os._exit(9)")
    assert stored.release_dead() == []


def test_a_trial_that_is_lost_again_and_again_is_given_up(stored, url):
    for attempt in range(1, MAX_LOST + 1):
        (trial,) = stored.ask()
        assert (trial.number, trial.attempt) == (0, attempt)
        ExperimentFolder.open(url).end(0, attempt, {"state": "lost"})
    (trial,) = stored.ask()
    assert trial.number == 1
    assert ax.load(url).trials[0].status.is_failed


# Looking ------------------------------------------------------------------------------------


def test_the_best_trial_is_the_best_in_the_direction_of_the_objective(tmp_path):
    for minimize, expected in ((True, 1), (False, 2)):
        objective = {"metric": "loss", "minimize": minimize}
        stored = armwright.create(tmp_path / str(minimize), {**DEFINITION, "objective": objective})
        stored.ask(4)
        for number, value in ((0, 2.0), (1, -3.0), (2, 7.0)):
            stored.tell(number, {"loss": value})
        stored.fail(3)
        assert stored.best().number == expected


def test_the_best_trial_keeps_the_outcome_constraints(url):
    experiment = ax.Experiment(plane(), "e", config())
    for value, latency in ((0.1, 9.0), (0.3, 4.0), (0.4, 1.0), (0.2, None)):
        trial = experiment.new_trial().add_arm(arm(x=value))
        trial.mark_running(no_runner_required=True)
        found = {"loss": (value, 0.0)} | ({} if latency is None else {"latency": (latency, 0.0)})
        experiment.attach_data(ax.Data.from_evaluations({trial.arm.name: found}, trial.index))
        trial.mark_completed()
    ax.save(experiment, url)
    assert armwright.open(url).best().number == 1


def test_no_trial_is_best_where_none_keeps_the_constraints(url):
    experiment = ax.Experiment(plane(), "e", config())
    experiment.new_trial().add_arm(arm()).mark_running(no_runner_required=True).mark_completed()
    experiment.attach_data(one_row(0))
    ax.save(experiment, url)
    with pytest.raises(NothingLeftError, match="1 trials are completed, none keeps the outcome"):
        armwright.open(url).best()


def test_the_best_arm_of_a_batch_is_found_and_one_given_up_is_not(url):
    experiment = ax.Experiment(plane(), "e", ax.OptimizationConfig(ax.Objective(ax.Metric("m"))))
    batch = experiment.new_batch_trial()
    batch.add_arms_and_weights([arm(x=0.1), arm(x=0.2), arm(x=0.3)])
    batch.mark_running(no_runner_required=True)
    outcomes = {f"0_{k}": {"m": (float(k), 0.0)} for k in range(3)}
    experiment.attach_data(ax.Data.from_evaluations(outcomes, 0))
    batch.mark_arm_abandoned("0_2")
    batch.mark_completed()
    ax.save(experiment, url)
    best = armwright.open(url).best()
    assert (best.arm.name, best.mean, best.in_batch) == ("0_1", 1.0, True)


@pytest.mark.parametrize(
    ("objective", "problem"),
    [
        (None, "it has no objective"),
        (ax.MultiObjective([ax.Metric("a", True), ax.Metric("b", True)]), "several metrics, a, b"),
    ],
    ids=["none", "several"],
)
def test_no_trial_is_best_without_one_objective(objective, problem, url):
    found = None if objective is None else ax.OptimizationConfig(objective)
    ax.save(ax.Experiment(plane(), "e", found), url)
    with pytest.raises(UsageError, match=problem):
        armwright.open(url).best()


def test_newer_data_of_a_trial_replace_older_ones(stored, url):
    stored.ask()
    stored.tell(0, {"loss": 1.0})
    experiment = ax.load(url)
    outcome = {"0_0": {"loss": (0.25, 0.1)}}
    experiment.attach_data(ax.Data.from_evaluations(outcome, 0))
    ax.save(experiment, url)
    stored.refresh()
    assert (stored.best().mean, stored.best().sem) == (0.25, 0.1)


# Damage -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "body", "problem"),
    [
        ("t/00000/1.arm.json", b"", "it is empty"),
        ("t/00000/1.arm.json", b'{"v": 1, "kind": "ar', "torn or not JSON"),
        ("t/00000/1.arm.json", b"\xff\xfe", "not text in UTF-8"),
        ("t/00000/0.1.end.json", b"{}", "not a file of armwright's"),
        ("t/00000/notes.txt", b"mine", "foreign file"),
        ("config/000002.json", b"{", "torn or not JSON"),
    ],
    ids=str,
)
def test_a_torn_or_foreign_file_is_named_and_the_rest_works(name, body, problem, stored, url):
    stored.ask(3)
    stored.tell(2, {"loss": 1.0})
    (url / name).write_bytes(body)
    fresh = armwright.open(url)
    (damage,) = [item for item in fresh.damaged if item.path == name]
    assert problem in damage.problem
    assert fresh.best().number == 2
    assert 2 in fresh.experiment.trials
    (trial,) = fresh.ask()
    assert trial.number == 3
    fresh.tell(3, {"loss": 0.5})
    assert armwright.open(url).best().number == 3


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"arms": 3},
        {"arms": [{"name": "0_0"}], "config": 1, "trial": {}},
        {"arms": [], "trial": {}},
        {"arms": [{"name": "0_0", "parameters": {}}], "config": 1, "trial": {"__type": "Trial"}},
    ],
    ids=str,
)
def test_a_whole_file_with_somebody_elses_document_is_named_and_the_rest_works(
    document, stored, url
):
    ExperimentFolder.open(url).add_trial(lambda _number, _state: document)
    (trial,) = stored.ask()
    assert trial.number == 1
    assert [item.path for item in stored.damaged] == ["t/00000/0.arm.json"]
    assert list(ax.load(url).trials) == [1]
    with pytest.raises(TrialNotFoundError, match=r"trial 0 .* cannot be read: t/00000/0\.arm"):
        stored.tell(0, {"loss": 1.0})


@pytest.mark.parametrize(
    "data",
    [5, {"accuracy": 0.9}, ["x"], [{"timestamp": 1}], [{"timestamp": 1, "rows": [{"mean": 1}]}]],
    ids=str,
)
def test_data_somebody_else_wrote_in_another_form_are_left_aside(data, stored, url):
    stored.ask()
    ExperimentFolder.open(url).end(0, 1, {"state": "completed", "data": data})
    assert ax.load(url).trials[0].status.is_completed
    with pytest.raises(NothingLeftError, match="1 trials are completed"):
        armwright.open(url).best()


def test_a_damaged_arm_can_be_told_from_one_that_was_never_there(stored, url):
    stored.ask(2)
    (url / "t" / "00000" / "0.arm.json").write_bytes(b"{")
    with pytest.raises(TrialNotFoundError, match=r"trial 0 .*0\.arm\.json is damaged: torn"):
        armwright.open(url).tell(0, {"loss": 1.0})


def test_trials_made_under_a_configuration_that_was_lost_can_still_be_read(stored, url):
    experiment = ax.load(url)
    experiment.description = "second"
    ax.save(experiment, url)
    stored.ask()
    stored.tell(0, {"loss": 1.0})
    (url / "config" / "000002.json").write_bytes(b"{")
    fresh = armwright.open(url)
    assert fresh.best().number == 0
    assert ax.load(url).trials[0].status.is_completed


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


ASK_AT_ONCE = """
import sys, time
import armwright
experiment = armwright.open(sys.argv[1])
import armwright.generation.encoding
time.sleep(max(0.0, float(sys.argv[2]) - time.time()))
experiment.ask(3)
"""


def test_processes_that_ask_at_once_get_different_arms(stored, url):
    start = str(time.time() + 3)
    workers = [subprocess.Popen([sys.executable, "-c", ASK_AT_ONCE, url, start]) for _ in range(4)]
    assert [worker.wait(timeout=60) for worker in workers] == [0] * 4
    arms = [arm.signature for t in stored.refresh().trials.values() for arm in t.arms]
    assert len(arms) == len(set(arms)) == 12


def test_a_loop_ends_when_the_budget_is_used_up(url):
    stored = armwright.create(url, DEFINITION, seed=5, budget=3)
    for trial in stored.loop():
        stored.tell(trial.number, {"loss": trial.arm.parameters["x"]})
    assert [facts.status for facts in stored.trials.values()] == ["completed"] * 3


def test_a_loop_takes_up_the_trial_of_a_process_that_was_killed(url):
    armwright.create(url, DEFINITION, seed=5, budget=1)
    in_another_process(url, "next(experiment.loop()); os._exit(9)")
    stored = armwright.open(url)
    asked = []
    for trial in stored.loop():
        asked.append((trial.number, trial.attempt))
        assert stored.facts(0).last_attempt.promise["every"] == 60.0
        stored.tell(trial.number, {"loss": 1.0})
    assert asked == [(0, 2)]
    assert stored.facts(0).attempts[1].end["state"] == "lost"


def test_a_loop_leaves_the_trials_of_those_that_promised_nothing(url):
    armwright.create(url, DEFINITION, seed=5, budget=2)
    in_another_process(url, "experiment.ask(); os._exit(9)")
    stored = armwright.open(url)
    assert [trial.number for trial in stored.loop()] == [1]
    assert stored.facts(0).status == "running"


class Elsewhere(ax.Metric):
    """Registered where the folder was made, unknown where it is opened."""


@pytest.mark.filterwarnings("ignore:the document holds an? Elsewhere")
def test_a_folder_whose_metric_is_of_an_unknown_class_is_asked_and_told(tmp_path, monkeypatch):
    ax.register_metric(Elsewhere)
    space = ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)])
    config = ax.OptimizationConfig(ax.Objective(Elsewhere("loss"), minimize=True))
    ax.save(ax.Experiment(space, "e", config), tmp_path / "e")
    monkeypatch.delitem(known_classes._CLASSES, "Elsewhere")
    opened = StoredExperiment.open(tmp_path / "e")
    (trial,) = opened.ask()
    opened.tell(trial.number, {"loss": 1.0})
    assert opened.best().mean == 1.0
    ax.register_metric(Elsewhere)
    assert type(ax.load(tmp_path / "e").metrics["loss"]) is Elsewhere
