"""A folder gets what it lacks and nothing else; what disagrees is refused and changes nothing."""

import subprocess
import sys
from pathlib import Path

import pytest
from zoo import EXPERIMENTS, arm, files_of, one_row, plane

from armwright import ax
from armwright.errors import ConflictError, UsageError
from armwright.experiment import SyntheticRunner
from armwright.store import ExperimentFolder
from armwright.store.posix import PosixFiles


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "runs" / "e"


def added(folder, work):
    """The names of the files that some work adds; no file changes."""
    before = files_of(folder)
    work()
    after = files_of(folder)
    assert {name: after[name] for name in before} == before
    return sorted(Path(name).name for name in after.keys() - before.keys())


def refused(folder, experiment, match):
    before = files_of(folder)
    with pytest.raises(ConflictError, match=match):
        ax.save(experiment, folder)
    assert files_of(folder) == before


@pytest.mark.parametrize("make", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_saving_again_adds_no_file(make, folder):
    experiment = make()
    ax.save(experiment, folder)
    assert added(folder, lambda: ax.save(experiment, folder)) == []


@pytest.mark.parametrize("make", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_saving_what_was_loaded_adds_no_file(make, folder):
    ax.save(make(), folder)
    assert added(folder, lambda: ax.save(ax.load(folder), folder)) == []


def candidates(number):
    experiment = ax.Experiment(
        plane(),
        "e",
        ax.OptimizationConfig(ax.Objective(ax.Metric("loss"))),
        runner=SyntheticRunner(),
    )
    for index in range(number):
        experiment.new_trial().add_arm(arm(x=index / 10))
    return experiment


def test_one_more_trial_is_one_more_file(folder):
    experiment = candidates(2)
    ax.save(experiment, folder)
    experiment.new_trial().add_arm(arm(x=0.9))
    assert added(folder, lambda: ax.save(experiment, folder)) == ["2.arm.json"]
    assert ax.load(folder) == experiment


def test_running_and_completing_in_steps_adds_a_claim_data_and_an_end(folder):
    experiment = candidates(1)
    ax.save(experiment, folder)
    trial = experiment.trials[0].run()
    assert added(folder, lambda: ax.save(experiment, folder)) == ["0.1.claim.json"]
    assert ax.load(folder) == experiment
    experiment.attach_data(one_row(0))
    (name,) = added(folder, lambda: ax.save(experiment, folder))
    assert name.startswith("0.1.data-")
    assert ax.load(folder) == experiment
    trial.complete()
    experiment.attach_data(one_row(0, mean=2.0))
    assert added(folder, lambda: ax.save(experiment, folder)) == ["0.1.end.json"]
    assert ax.load(folder) == experiment
    experiment.attach_data(one_row(0, mean=3.0))
    (name,) = added(folder, lambda: ax.save(experiment, folder))
    assert name.endswith(".0.json")
    assert ax.load(folder) == experiment


def test_a_trial_that_ran_from_start_to_end_between_two_saves_is_complete(folder):
    experiment = candidates(1)
    ax.save(experiment, folder)
    experiment.trials[0].run().complete()
    experiment.attach_data(one_row(0))
    assert added(folder, lambda: ax.save(experiment, folder)) == ["0.1.claim.json", "0.1.end.json"]
    assert ax.load(folder) == experiment


class Staging(ax.Runner):
    """A runner whose trials are staged first."""

    @property
    def staging_required(self):
        return True

    def run(self, trial):
        return {"name": f"staged_{trial.index}"}


ax.register_runner(Staging)


@pytest.mark.parametrize("in_between", [True, False])
def test_a_staged_trial_that_runs_and_ends_keeps_all_its_times(in_between, folder):
    experiment = candidates(1)
    experiment.runner = Staging()
    trial = experiment.trials[0].run()
    ax.save(experiment, folder)
    trial.mark_running()
    if in_between:
        ax.save(experiment, folder)
        assert ax.load(folder) == experiment
    trial.mark_completed()
    ax.save(experiment, folder)
    assert ax.load(folder) == experiment


def test_metadata_that_a_runner_adds_later_is_kept(folder):
    experiment = candidates(1)
    trial = experiment.trials[0].run()
    ax.save(experiment, folder)
    trial.run_metadata["node"] = "gpu17"
    ax.save(experiment, folder)
    assert ax.load(folder) == experiment
    trial.mark_completed()
    trial.run_metadata["exit"] = 0
    ax.save(experiment, folder)
    assert ax.load(folder).trials[0].run_metadata == {"name": "e_0", "node": "gpu17", "exit": 0}


def test_a_runner_set_on_a_saved_candidate_is_kept(folder):
    experiment = candidates(1)
    ax.save(experiment, folder)
    experiment.reset_runners(SyntheticRunner("other"))
    ax.save(experiment, folder)
    assert ax.load(folder) == experiment


@pytest.mark.parametrize("complete", [True, False])
def test_arms_given_up_between_two_saves_add_up(complete, folder):
    experiment = candidates(0)
    batch = experiment.new_batch_trial()
    batch.add_arms_and_weights([arm(x=0.1), arm(x=0.2), arm(x=0.3)])
    batch.mark_arm_abandoned("0_0")
    ax.save(experiment, folder)
    batch.run()
    batch.mark_arm_abandoned("0_1", "slow")
    if complete:
        batch.complete()
    ax.save(experiment, folder)
    assert ax.load(folder) == experiment
    batch.mark_arm_abandoned("0_2", "at last")
    ax.save(experiment, folder)
    assert ax.load(folder) == experiment
    assert added(folder, lambda: ax.save(experiment, folder)) == []


def test_two_processes_that_give_up_different_arms_both_count(folder):
    experiment = candidates(0)
    batch = experiment.new_batch_trial()
    batch.add_arms_and_weights([arm(x=0.1), arm(x=0.2)])
    ax.save(experiment, folder)
    one, other = ax.load(folder), ax.load(folder)
    one.trials[0].mark_arm_abandoned("0_0")
    other.trials[0].mark_arm_abandoned("0_1")
    ax.save(one, folder)
    ax.save(other, folder)
    assert [item.name for item in ax.load(folder).trials[0].abandoned_arms] == ["0_0", "0_1"]


def test_two_processes_that_add_to_different_trials_both_count(folder):
    ax.save(candidates(2), folder)
    one, other = ax.load(folder), ax.load(folder)
    for number, experiment in enumerate((one, other)):
        experiment.trials[number].run().complete()
        experiment.attach_data(one_row(number))
        ax.save(experiment, folder)
    back = ax.load(folder)
    assert [trial.status.name for trial in back.trials.values()] == ["COMPLETED", "COMPLETED"]
    assert sorted(back.data_by_trial) == [0, 1]


def test_a_changed_configuration_is_its_next_version(folder):
    experiment = candidates(1)
    ax.save(experiment, folder)
    experiment.description = "wider"
    experiment.search_space.parameters["x"].update_range(upper=2.0)
    assert added(folder, lambda: ax.save(experiment, folder)) == ["000002.json"]
    assert ax.load(folder) == experiment


def test_old_trials_keep_the_search_space_they_were_made_in(folder):
    experiment = candidates(0)
    run = ax.GeneratorRun([arm(x=0.1)], search_space=plane(), optimization_config=None)
    experiment.new_trial(run)
    ax.save(experiment, folder)
    experiment.search_space.parameters["x"].update_range(upper=2.0)
    ax.save(experiment, folder)
    back = ax.load(folder)
    assert back == experiment
    assert back.trials[0].generator_run.search_space == plane()


def test_the_configuration_edited_by_two_is_refused_to_the_second(folder):
    ax.save(candidates(1), folder)
    one, other = ax.load(folder), ax.load(folder)
    one.description, other.description = "one", "other"
    ax.save(one, folder)
    refused(folder, other, r"another configuration \(version 2\); different are: description")


def test_another_experiment_is_refused_by_name(folder):
    ax.save(candidates(1), folder)
    other = candidates(1)
    other.name = "f"
    refused(folder, other, "holds another experiment: its name is 'e'")


def test_another_experiment_of_the_same_name_is_refused(folder):
    ax.save(candidates(1), folder)
    refused(folder, candidates(1), "holds another experiment: its time_created")


def test_another_trial_under_the_same_number_is_refused(folder):
    ax.save(candidates(0), folder)
    one, other = ax.load(folder), ax.load(folder)
    one.new_trial().add_arm(arm(x=0.1))
    other.new_trial().add_arm(arm(x=0.2))
    other.new_trial().add_arm(arm(x=0.3))
    ax.save(one, folder)
    refused(folder, other, r"trial 0 .*another trial: it has the arms .*0\.1.*has .*0\.2")


def test_an_arm_added_to_a_trial_that_is_in_the_folder_is_refused(folder):
    experiment = candidates(0)
    trial = experiment.new_trial()
    ax.save(experiment, folder)
    trial.add_arm(arm())
    refused(folder, experiment, r"trial 0(.|\n)*its arms stay")


def test_another_end_of_the_same_trial_is_refused(folder):
    ax.save(candidates(2), folder)
    one, other = ax.load(folder), ax.load(folder)
    for experiment in (one, other):
        experiment.new_trial().add_arm(arm(x=0.5))
        experiment._trials.pop(2)
    one.trials[0].mark_abandoned("no")
    other.trials[0].run().complete()
    ax.save(one, folder)
    refused(folder, other, "trial 0 .* has the status ABANDONED, the one to save COMPLETED")


def test_a_trial_that_two_processes_ran_is_refused_to_the_second(folder):
    ax.save(candidates(1), folder)
    one, other = ax.load(folder), ax.load(folder)
    one.trials[0].run()
    other.trials[0].run()
    ax.save(one, folder)
    refused(folder, other, "trial 0 .* has the time_run_started .*two processes ran it")


def test_other_data_of_the_same_time_are_refused(folder):
    experiment = candidates(1)
    timestamp = experiment.attach_data(one_row(0))
    ax.save(experiment, folder)
    experiment.data_by_trial[0][timestamp] = one_row(0, mean=5.0)
    refused(folder, experiment, rf"trial 0 .*other data of the same time \({timestamp}\)")


def test_an_older_view_of_a_trial_that_has_gone_on_is_no_conflict(folder):
    experiment = candidates(1)
    ax.save(experiment, folder)
    old = ax.load(folder)
    experiment.trials[0].run().complete()
    ax.save(experiment, folder)
    assert added(folder, lambda: ax.save(old, folder)) == []


@pytest.mark.parametrize("state", ["preempted", "lost", "cancelled", "failed"])
def test_a_trial_that_ended_by_other_means_is_saved_again_without_a_conflict(state, folder):
    ax.save(candidates(1), folder)
    stored = ExperimentFolder.open(folder)
    for attempt in (1, 2, 3):
        if stored.claim(0, attempt) == "won":
            stored.end(0, attempt, {"state": state})
        if state in ("cancelled", "failed"):
            break
    back = ax.load(folder)
    expected = {"preempted": "CANDIDATE", "cancelled": "ABANDONED"}.get(state, "FAILED")
    assert back.trials[0].status.name == expected
    assert added(folder, lambda: ax.save(back, folder)) == []


@pytest.mark.parametrize("state", ["preempted", "lost"])
def test_a_trial_that_came_back_is_taken_up_as_the_next_attempt(state, folder):
    ax.save(candidates(1), folder)
    stored = ExperimentFolder.open(folder)
    stored.claim(0, 1)
    stored.end(0, 1, {"state": state})
    experiment = ax.load(folder)
    experiment.trials[0].run().complete()
    experiment.attach_data(one_row(0))
    assert added(folder, lambda: ax.save(experiment, folder)) == ["0.2.claim.json", "0.2.end.json"]
    assert ax.load(folder) == experiment


def test_data_too_large_for_one_file_are_refused_before_anything_is_written(folder):
    import pandas as pd

    experiment = candidates(2)
    rows = pd.DataFrame({"arm_name": ["1_0"] * 60_000, "metric_name": "loss", "mean": 0.5})
    experiment.attach_data(ax.Data(rows.assign(trial_index=1)))
    with pytest.raises(UsageError, match=r"data of trial 1 .*takes \d+ bytes, one file holds"):
        ax.save(experiment, folder)
    assert not [name for name in files_of(folder) if "/t/" in name]


def test_text_that_is_not_unicode_is_refused_before_anything_is_written(folder):
    experiment = candidates(1)
    experiment.trials[0].mark_abandoned("\udcff")
    with pytest.raises(UsageError, match="trial 0 holds text that is not Unicode"):
        ax.save(experiment, folder)
    assert not [name for name in files_of(folder) if "/t/" in name]


KILLED = """
import os, sys
from armwright import ax
from armwright.store.posix import PosixFiles

experiment = ax.load(sys.argv[1])
left, create = int(sys.argv[3]), PosixFiles.create

def counted(self, path, body, token):
    global left
    if left == 0:
        os._exit(9)
    left -= 1
    return create(self, path, body, token)

PosixFiles.create = counted
ax.save(experiment, sys.argv[2])
"""


def save_killed_at(document, folder, create):
    """Saves in a process that dies at the given create; whether it died."""
    command = [sys.executable, "-c", KILLED, str(document), str(folder), str(create)]
    code = subprocess.run(command, check=False).returncode
    assert code in (0, 9)
    return code == 9


class Killed(BaseException):
    """Nothing catches it, so nothing runs after it: to the files the same as a kill."""


def save_broken_off_at(experiment, folder, create):
    """The same within this process, which is faster."""
    left, really = create, PosixFiles.create

    def counted(self, path, body, token):
        nonlocal left
        if left == 0:
            raise Killed
        left -= 1
        return really(self, path, body, token)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PosixFiles, "create", counted)
        try:
            ax.save(experiment, folder)
        except Killed:
            return True
    return False


@pytest.mark.parametrize("name", ["every status", "batches"])
def test_a_save_killed_at_any_create_is_completed_by_saving_again(name, tmp_path):
    experiment = EXPERIMENTS[name]()
    kills = 0
    while save_broken_off_at(experiment, tmp_path / str(kills) / "e", kills):
        folder = tmp_path / str(kills) / "e"
        ax.save(experiment, folder)
        assert ax.load(folder) == experiment
        assert added(folder, lambda folder=folder: ax.save(experiment, folder)) == []
        kills += 1
    assert kills > 10


def test_a_second_save_killed_at_any_create_is_completed_by_saving_again(tmp_path):
    kills = 0
    while True:
        folder = tmp_path / str(kills) / "e"
        experiment = candidates(2)
        batch = experiment.new_batch_trial()
        batch.add_arms_and_weights([arm(x=0.5), arm(x=0.6)])
        ax.save(experiment, folder)
        experiment.description = "changed"
        for trial in experiment.trials.values():
            trial.run()
        batch.mark_arm_abandoned("2_0")
        experiment.trials[0].complete()
        batch.complete()
        experiment.attach_data(one_row(0))
        experiment.attach_data(one_row(1))
        if not save_broken_off_at(experiment, folder, kills):
            break
        ax.save(experiment, folder)
        assert ax.load(folder) == experiment
        kills += 1
    assert kills == 8  # configuration, 3 claims, an event, data, 2 ends


def test_a_process_killed_while_it_makes_the_folder_is_no_obstacle(tmp_path):
    experiment = candidates(1)
    ax.save(experiment, tmp_path / "e.json")
    assert save_killed_at(tmp_path / "e.json", tmp_path / "runs" / "e", 4)
    assert not (tmp_path / "runs" / "e" / "config").exists()
    ax.save(experiment, tmp_path / "runs" / "e")
    assert ax.load(tmp_path / "runs" / "e") == experiment


def test_a_file_planted_in_the_folder_is_no_obstacle(folder):
    experiment = candidates(2)
    ax.save(experiment, folder)
    (folder / "t" / "00000" / "2.arm.json").write_bytes(b'{"v": 1, "ki')
    (folder / "notes.txt").write_text("mine")
    back = ax.load(folder)
    assert back == experiment
    assert back.new_trial().add_arm(arm(x=0.9)).index == 3
    ax.save(back, folder)
    assert ax.load(folder) == back
