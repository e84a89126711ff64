"""A domain experiment bound to its folder: its steps are written at once, others' come in."""

import copy
import pickle

import pytest
from zoo import arm, one_row, plane

import armwright
from armwright import ax
from armwright.errors import ConflictError, TrialEndedError, UsageError
from armwright.experiment import Runner, SyntheticRunner, TrialStatus
from armwright.persistence import StoredExperiment, known_classes


class RefusingRunner(Runner):
    """Has no room."""

    def run(self, trial):
        raise RuntimeError(f"no room for trial {trial.index}")


def made(url):
    config = ax.OptimizationConfig(ax.Objective(ax.Metric("loss"), minimize=True))
    return StoredExperiment.create(url, ax.Experiment(plane(), "e", config), seed=5)


@pytest.fixture
def url(tmp_path):
    url = tmp_path / "runs" / "e"
    made(url)
    return url


@pytest.fixture
def live(url):
    return ax.load(url, live=True)


@pytest.fixture
def other(url):
    """The same experiment, as another process has it."""
    return ax.load(url, live=True)


def names(url):
    return sorted(path.name for path in url.glob("t/*/*"))


def running(experiment, **values):
    return experiment.new_trial().add_arm(arm(**values)).mark_running(no_runner_required=True)


# Writing ------------------------------------------------------------------------------------


def test_a_trial_is_written_when_it_runs_with_the_claim_in_the_same_file(live, url):
    trial = live.new_trial().add_arm(arm())
    assert names(url) == []
    trial.mark_running(no_runner_required=True)
    assert names(url) == ["0.arm.json"]
    assert armwright.open(url).facts(0).status == "running"


def test_each_step_is_there_for_others_at_once(live, other):
    trial = running(live)
    assert other.refresh().trials[0].status is TrialStatus.RUNNING
    live.attach_data(one_row(0))
    assert other.refresh().lookup_data_for_trial(0)[0] == one_row(0)
    trial.mark_completed()
    assert other.refresh() == live
    assert other.trials[0].status is TrialStatus.COMPLETED


def test_a_live_experiment_equals_a_loaded_one_after_every_step(live, url):
    steps = [
        lambda: running(live),
        lambda: live.attach_data(one_row(0)),
        lambda: live.trials[0].mark_completed(),
        lambda: live.attach_data(one_row(0, mean=2.0)),
        lambda: running(live, x=0.2).mark_failed(),
        lambda: live.new_trial().add_arm(arm(x=0.3)).mark_abandoned("no use"),
        lambda: (
            live.new_batch_trial()
            .add_arms_and_weights([arm(x=0.4), arm(x=0.5)])
            .mark_running(no_runner_required=True)
        ),
        lambda: live.trials[3].mark_arm_abandoned("3_1", "too slow"),
        lambda: live.trials[3].mark_completed(),
    ]
    for step in steps:
        step()
        assert ax.load(url) == live
    assert live.trials[2].abandoned_reason == "no use"


def test_a_trial_s_variable_stays_valid_while_others_work(live, other):
    trial = running(live)
    other.refresh().trials[0].mark_completed()
    live.refresh()
    assert live.trials[0] is trial
    assert trial.status is TrialStatus.COMPLETED


def test_a_trial_that_waits_in_the_folder_is_claimed(live, url, other):
    copy_in_memory = ax.load(url)
    copy_in_memory.new_trial().add_arm(arm())
    ax.save(copy_in_memory, url)
    live.refresh().trials[0].mark_running(no_runner_required=True)
    assert names(url) == ["0.1.claim.json", "0.arm.json"]
    assert other.refresh().trials[0].status is TrialStatus.RUNNING


def test_a_runner_s_word_is_written(live, other):
    live.runner = SyntheticRunner()
    ax.save(live, live_url(live))
    trial = live.new_trial().add_arm(arm()).run()
    assert other.refresh().trials[0].run_metadata == trial.run_metadata == {"name": "e_0"}
    trial.complete()
    assert other.refresh() == live


def live_url(experiment):
    return experiment._journal.url


# Candidates ---------------------------------------------------------------------------------


def test_candidates_that_race_for_a_number_both_get_one(live, other, url):
    mine = live.new_trial().add_arm(arm(x=0.1))
    theirs = other.new_trial().add_arm(arm(x=0.2))
    assert (mine.index, theirs.index) == (0, 0)
    theirs.mark_running(no_runner_required=True)
    mine.mark_running(no_runner_required=True)
    assert theirs.index == 0
    assert mine.index > 0
    assert mine.arm.name == f"{mine.index}_0"
    assert live.refresh() == other.refresh() == ax.load(url)
    assert live.trials[mine.index] is mine


def test_a_batch_that_comes_second_gets_another_number_and_names(live, other, url):
    shared = arm(x=0.9)
    batch = live.new_batch_trial().add_arms_and_weights([arm(x=0.1), shared]).add_arm(shared)
    theirs = running(other, x=0.2)
    live.refresh()
    assert live.trials[0].arm.parameters == theirs.arm.parameters
    assert batch.index == 1
    assert [item.name for item in batch.arms] == ["1_0", "1_1"]
    batch.mark_running(no_runner_required=True)
    assert ax.load(url) == live
    assert live.arms_by_name["1_1"].parameters == shared.parameters


def test_a_candidate_is_published_by_save_and_stays_the_same_trial(live, other, url):
    trial = live.new_trial().add_arm(arm())
    ax.save(live, url)
    assert other.refresh().trials[0].status is TrialStatus.CANDIDATE
    trial.mark_running(no_runner_required=True)
    assert live.trials == {0: trial}
    assert other.refresh() == live


def test_data_for_a_candidate_publish_it_under_the_number_they_name(live, other):
    trial = live.new_trial().add_arm(arm())
    live.attach_data(one_row(trial.index))
    assert other.refresh() == live
    assert other.trials[0].status is TrialStatus.CANDIDATE


def test_data_for_a_candidate_whose_number_is_taken_are_refused(live, other):
    live.new_trial().add_arm(arm())
    running(other)
    with pytest.raises(ConflictError, match=r"trial 0 of .* was made by somebody else"):
        live.attach_data(one_row(0))
    assert not live.data_by_trial


# Conflicts ----------------------------------------------------------------------------------


def test_who_claims_second_is_refused_and_nothing_is_changed(live, other, url):
    live.new_trial().add_arm(arm())
    ax.save(live, url)
    other.refresh().trials[0].mark_running(no_runner_required=True)
    before, state = names(url), copy.deepcopy(live)
    with pytest.raises(ConflictError, match="was taken by somebody else"):
        live.trials[0].mark_running(no_runner_required=True)
    assert names(url) == before
    assert live == state
    assert live.refresh().trials[0].status is TrialStatus.RUNNING


def test_who_ends_second_is_told_who_was_first(live, other):
    trial = running(live)
    other.refresh().trials[0].mark_abandoned("enough")
    with pytest.raises(TrialEndedError, match="has ended already: abandoned"):
        trial.mark_completed()
    assert trial.status is TrialStatus.RUNNING
    assert live.refresh().trials[0].status is TrialStatus.ABANDONED


def test_an_attempt_that_was_lost_does_not_speak_for_the_next_one(live, url):
    trial = running(live)
    stored = armwright.open(url)
    stored._folder.end(0, 1, {"state": "lost"})
    (again,) = stored.ask()
    assert (again.number, again.attempt) == (0, 2)
    for step in (trial.mark_completed, lambda: live.attach_data(one_row(0))):
        with pytest.raises(TrialEndedError, match=r"attempt 1 of trial 0 .* ended already: lost"):
            step()
        live.refresh()
        assert trial.status is TrialStatus.RUNNING  # somebody else's attempt
        assert not live.data_by_trial
    stored.tell(0, {"loss": 1.0})
    assert armwright.open(url).best().mean == 1.0


def test_a_trial_taken_back_may_be_taken_again(live, url):
    trial = running(live)
    armwright.open(url)._folder.end(0, 1, {"state": "preempted"})
    assert live.refresh().trials[0].status is TrialStatus.CANDIDATE
    trial.mark_running(no_runner_required=True)
    trial.mark_completed()
    assert armwright.open(url).facts(0).last_attempt.number == 2
    assert ax.load(url) == live


def test_a_trial_that_cannot_be_deployed_is_handed_back(live, url, monkeypatch):
    monkeypatch.setattr(known_classes, "_CLASSES", dict(known_classes._CLASSES))
    monkeypatch.setattr(known_classes, "_FIELDS", dict(known_classes._FIELDS))
    ax.register_runner(RefusingRunner)
    live.runner = RefusingRunner()
    trial = live.new_trial().add_arm(arm())
    with pytest.raises(RuntimeError, match="no room for trial 0"):
        trial.run()
    assert trial.status is TrialStatus.CANDIDATE
    facts = armwright.open(url).facts(0)
    assert (facts.status, facts.next_attempt) == ("preempted", 2)


def test_a_runner_that_no_document_can_hold_is_refused_before_it_runs(live, url):
    live.runner = RefusingRunner()
    with pytest.raises(ax.JSONEncodeError, match="RefusingRunner objects have no form"):
        live.new_trial().add_arm(arm()).run()
    assert not ax.load(url).trials


def test_an_arm_from_a_space_that_the_folder_does_not_have_is_refused(live, url):
    live.search_space = ax.SearchSpace([ax.RangeParameter("z", ax.ParameterType.FLOAT, 0.0, 1.0)])
    with pytest.raises(ConflictError, match="the search space was changed here"):
        live.new_trial().add_arm(ax.Arm({"z": 0.5})).mark_running(no_runner_required=True)
    assert live.trials[0].status is TrialStatus.CANDIDATE
    ax.save(live, url)
    live.trials[0].mark_running(no_runner_required=True)
    assert ax.load(url) == live


def test_data_of_no_trial_are_refused(live):
    with pytest.raises(UsageError, match=r"no trial 7 in .* to attach data to"):
        live.attach_data(one_row(7))


# The definition -----------------------------------------------------------------------------


def test_a_definition_changed_by_others_comes_in(live, other, url):
    other.description = "theirs"
    ax.save(other, url)
    assert live.refresh().description == "theirs"
    running(live)
    assert ax.load(url) == live


def test_a_definition_changed_on_both_sides_is_a_conflict_and_ours_is_kept(live, other, url):
    other.description = "theirs"
    ax.save(other, url)
    live.description = "mine"
    assert live.refresh().description == "mine"
    with pytest.raises(ConflictError, match="another configuration"):
        ax.save(live, url)
    assert ax.load(url).description == "theirs"


def test_saving_a_live_experiment_elsewhere_leaves_it_bound_to_its_folder(live, url, tmp_path):
    running(live)
    ax.save(live, tmp_path / "elsewhere")
    assert ax.load(tmp_path / "elsewhere") == live
    live.description = "changed"
    ax.save(live, url)
    assert ax.load(url).description == "changed"
    assert ax.load(tmp_path / "elsewhere").description is None


# What it is ---------------------------------------------------------------------------------


def test_a_copy_of_a_live_experiment_is_one_in_memory(live, url):
    running(live)
    for twin in (copy.deepcopy(live), pickle.loads(pickle.dumps(live))):  # noqa: S301
        twin.trials[0].mark_completed()
        assert twin.refresh() is twin
    assert armwright.open(url).facts(0).status == "running"


def test_an_open_experiment_gives_its_live_one(url):
    stored = armwright.open(url)
    trial = running(stored.experiment)
    stored.tell(trial.index, {"loss": 2.0})
    assert trial.status is TrialStatus.RUNNING
    assert stored.experiment.trials[0] is trial
    assert trial.status is TrialStatus.COMPLETED


def test_a_document_cannot_be_live(tmp_path):
    with pytest.raises(UsageError, match="a document cannot be live"):
        ax.load(tmp_path / "e.json", live=True)


def test_an_experiment_in_memory_has_nothing_to_refresh():
    experiment = ax.Experiment(plane())
    assert experiment.refresh() is experiment


def test_a_simple_experiment_may_be_live_too(tmp_path):
    simple = ax.SimpleExperiment(plane(), "s", evaluation_function=lambda p: p["x"] + p["y"])
    ax.save(simple, tmp_path / "s")
    live = ax.load(tmp_path / "s", live=True)
    live.evaluation_function = simple.evaluation_function
    live.new_trial().add_arm(arm())
    assert live.eval().df["mean"].tolist() == [0.6]
    assert ax.load(tmp_path / "s") == live
    assert live.trials[0].status is TrialStatus.COMPLETED
