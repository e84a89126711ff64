"""A folder and its copy that drifted apart, put together: nothing lost, nothing counted twice."""

import shutil
from pathlib import Path

import pytest
from zoo import arm, one_row, plane

import armwright
from armwright import ax
from armwright.errors import ConflictError, ExperimentNotFoundError, UsageError
from armwright.persistence.merge import merge
from armwright.store.verify import verify

DEFINITION = {
    "objective": {"metric": "loss", "minimize": True},
    "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
}


def run(stored, loss):
    """Asks for a trial and completes it; its number."""
    (trial,) = stored.ask()
    stored.tell(trial.number, {"loss": loss})
    return trial.number


def losses(url):
    """All that was measured, sorted."""
    data = ax.load(url).fetch_data().df
    return sorted(data["mean"])


@pytest.fixture
def here(tmp_path):
    """An experiment with two completed trials, one that runs and one that waits."""
    stored = armwright.create(tmp_path / "here", DEFINITION, seed=3)
    run(stored, 0.0)
    run(stored, 1.0)
    stored.ask()
    experiment = ax.load(stored.url)
    experiment.new_trial().add_arm(ax.Arm({"x": 0.5}))
    ax.save(experiment, stored.url)
    return stored


@pytest.fixture
def there(here, tmp_path):
    """A copy of it."""
    shutil.copytree(here.url, tmp_path / "there")
    return armwright.open(tmp_path / "there")


def test_what_only_the_copy_has_comes_in_as_it_is(here, there):
    there.tell(2, {"loss": 2.0})
    assert run(there, 3.0) == 3  # the one that waited
    assert run(there, 4.0) == 4
    report = merge(here.url, there.url)
    assert (report.added, report.completed, report.renumbered) == ((4,), (2, 3), {})
    assert ax.load(here.url) == ax.load(there.url)
    assert verify(here.url).ok


def test_the_same_number_used_by_both_sides_comes_in_under_a_new_one(here, there):
    for stored in (here, there):
        stored._folder.end(3, 1, {"state": "cancelled"})
    assert run(here, 4.0) == run(there, 40.0) == 4
    assert run(there, 50.0) == 5
    report = merge(here.url, there.url)
    assert report.added == (5,)
    assert report.renumbered == {4: 6}
    assert losses(here.url) == [0.0, 1.0, 4.0, 40.0, 50.0]
    moved = ax.load(here.url).trials[6]
    assert moved.arm.name == "6_0"
    assert moved.arm.parameters == ax.load(there.url).trials[4].arm.parameters
    assert verify(here.url).ok


def test_a_merge_repeated_changes_nothing(here, there):
    for number, stored in enumerate((here, there)):
        run(stored, 10.0 + number)
        run(stored, 20.0 + number)
    first = merge(here.url, there.url)
    before = ax.load(here.url)
    again = merge(here.url, there.url)
    assert again.renumbered == first.renumbered
    assert not again.added
    assert ax.load(here.url) == before
    assert losses(here.url) == [0.0, 1.0, 10.0, 11.0, 20.0, 21.0]


def test_a_waiting_trial_that_both_sides_ran_counts_twice_as_two_trials(here, there):
    assert run(here, 3.0) == run(there, 30.0) == 3
    report = merge(here.url, there.url)
    assert report.renumbered == {3: 4}
    experiment = ax.load(here.url)
    assert experiment.trials[4].arm.parameters == experiment.trials[3].arm.parameters
    assert losses(here.url) == [0.0, 1.0, 3.0, 30.0]


def test_a_trial_given_up_on_the_copy_goes_on_here(here, there):
    there._folder.end(2, 1, {"state": "lost"})
    report = merge(here.url, there.url)
    assert report.left == {2: "both sides used it, and there it is lost"}
    here.tell(2, {"loss": 2.0})
    assert armwright.open(here.url).facts(2).status == "completed"


def test_a_trial_given_up_and_repeated_on_the_copy_comes_in_beside_ours(here, there):
    there._folder.end(2, 1, {"state": "lost"})
    (again,) = there.ask()
    assert (again.number, again.attempt) == (2, 2)
    there.tell(2, {"loss": 20.0})
    here.tell(2, {"loss": 2.0})
    report = merge(here.url, there.url)
    assert report.renumbered == {2: 4}
    assert losses(here.url) == [0.0, 1.0, 2.0, 20.0]


def test_what_runs_on_the_copy_is_left_and_comes_with_the_next_merge(here, there):
    run(here, 3.0)
    (trial,) = there.ask()
    assert merge(here.url, there.url).left == {3: "both sides used it, and there it is running"}
    there.tell(trial.number, {"loss": 30.0})
    assert merge(here.url, there.url).renumbered == {3: 4}
    assert losses(here.url) == [0.0, 1.0, 3.0, 30.0]


def test_later_data_of_a_trial_that_was_renumbered_come_too(here, there):
    run(here, 3.0)
    run(there, 30.0)
    merge(here.url, there.url)
    experiment = ax.load(there.url)
    experiment.attach_data(
        ax.Data.from_evaluations({experiment.trials[3].arm.name: {"loss": (31.0, 0.0)}}, 3)
    )
    ax.save(experiment, there.url)
    merge(here.url, there.url)
    assert losses(here.url) == [0.0, 1.0, 3.0, 31.0]


def test_batches_come_in_with_all_that_is_known_of_them(tmp_path):
    config = ax.OptimizationConfig(ax.Objective(ax.Metric("loss"), minimize=True))
    experiment = ax.Experiment(plane(), "e", config)
    ax.save(experiment, tmp_path / "here")
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    for place in ("here", "there"):
        live = ax.load(tmp_path / place, live=True)
        batch = live.new_batch_trial().add_arms_and_weights([arm(x=0.1), arm(x=0.2)], [1.0, 2.0])
        batch.mark_running(no_runner_required=True).mark_arm_abandoned("0_1", "slow")
        live.attach_data(one_row(0))
        batch.mark_completed()
    assert merge(tmp_path / "here", tmp_path / "there").renumbered == {0: 1}
    first, second = ax.load(tmp_path / "here").trials.values()
    assert [item.name for item in second.arms] == ["1_0", "1_1"]
    assert second.weights == first.weights
    assert [item.name for item in second.abandoned_arms] == ["1_1"]
    assert ax.load(tmp_path / "here").lookup_data_for_trial(1)[0] == ax.Data(
        one_row(1).df.assign(arm_name=["1_0"])
    )


def test_a_merged_folder_can_be_saved_to_again(here, there):
    run(here, 3.0)
    run(there, 30.0)
    merge(here.url, there.url)
    experiment = ax.load(here.url)
    experiment.attach_data(ax.Data.from_evaluations({"4_0": {"loss": (9.0, 0.0)}}, 4))
    ax.save(experiment, here.url)
    assert ax.load(here.url) == experiment


def test_a_dry_run_writes_nothing(here, there):
    run(here, 3.0)
    run(there, 30.0)
    run(there, 40.0)
    before = {path: path.read_bytes() for path in Path(here.url).rglob("*") if path.is_file()}
    report = merge(here.url, there.url, dry_run=True)
    assert report.as_dict() == {
        "dry_run": True,
        "added": [4],
        "completed": [],
        "renumbered": [{"trial": 3, "to": None}],
        "left": [],
        "same": report.same,
    }
    assert {p: p.read_bytes() for p in Path(here.url).rglob("*") if p.is_file()} == before


def test_configurations_that_differ_are_refused(here, there):
    for stored, text in ((here, "mine"), (there, "theirs")):
        experiment = ax.load(stored.url)
        experiment.description = text
        ax.save(experiment, stored.url)
    with pytest.raises(ConflictError, match="both sides changed the configuration"):
        merge(here.url, there.url)


def test_a_configuration_changed_on_the_copy_comes_in(here, there):
    experiment = ax.load(there.url)
    experiment.description = "theirs"
    ax.save(experiment, there.url)
    merge(here.url, there.url)
    assert ax.load(here.url).description == "theirs"


def test_two_experiments_and_one_folder_twice_are_refused(here, tmp_path):
    other = armwright.create(tmp_path / "other", DEFINITION)
    with pytest.raises(ConflictError, match="are two experiments, made apart"):
        merge(here.url, other.url)
    with pytest.raises(UsageError, match="merge needs two folders"):
        merge(here.url, here.url)
    with pytest.raises(ExperimentNotFoundError, match="no experiment"):
        merge(here.url, tmp_path / "none")
