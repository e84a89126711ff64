"""The operations on an experiment's folder, on every file system that is supported."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

from armwright.store import (
    ConflictError,
    ExperimentExistsError,
    ExperimentFolder,
    ExperimentNotFoundError,
    ExperimentUnfinishedError,
    StoreError,
    TrialEndedError,
    TrialNotFoundError,
    experiments,
)
from armwright.store.layout import EXPERIMENT_FILE, SEGMENT_TRIALS, config_path
from armwright.store.location import locate
from armwright.store.surroundings import Surroundings
from armwright.store.verify import verify


def arm(number, _state):
    return {"lr": number / 10}


def seen_by_another(folder):
    return ExperimentFolder.open(folder.url).state


def test_what_is_created_is_what_another_process_opens(root):
    folder = ExperimentFolder.create(f"{root}/lr", document={"a": [1]}, config={"c": {"d": 2}})
    state = seen_by_another(folder)
    assert state.experiment == {"a": [1]}
    assert state.configs == {1: {"c": {"d": 2}}}
    assert (state.version, state.bases, state.trials, state.damaged) == (1, {1: 0}, {}, ())
    assert state == folder.state


def test_experiments_of_one_root_are_listed(root):
    for name in ("b", "a"):
        ExperimentFolder.create(f"{root}/{name}", document={}, config={})
    assert experiments(root) == ("a", "b")


def test_a_trial_goes_from_ask_to_tell(folder):
    number = folder.add_trial(arm, claim={"by": "me"})
    folder.report(number, 1, {"step": 1})
    folder.report(number, 1, {"step": 2})
    folder.end(number, 1, {"state": "completed", "data": {"loss": 0.5}})
    state = seen_by_another(folder)
    trial = state.trials[0]
    assert (number, trial.arm, trial.status) == (0, {"lr": 0.0}, "completed")
    assert trial.attempts[1].claim == {"by": "me"}
    assert trial.attempts[1].data == ({"step": 1}, {"step": 2})
    assert trial.attempts[1].end == {"state": "completed", "data": {"loss": 0.5}}
    assert state == folder.refresh() == folder.state


def test_a_refresh_shows_what_others_did(folder):
    other = ExperimentFolder.open(folder.url)
    number = other.add_trial(arm)
    assert folder.state.trials == {}
    assert folder.refresh().trials[number].status == "waiting"


def test_a_refresh_without_news_returns_the_same_state(folder):
    folder.add_trial(arm)
    assert folder.refresh() is folder.refresh()


def test_numbers_count_up_from_zero_without_a_race(folder):
    assert [folder.add_trial(arm) for _ in range(3)] == [0, 1, 2]


def test_a_lost_number_is_asked_for_again_with_newer_state(folder):
    stale = ExperimentFolder.open(folder.url)
    taken = [folder.add_trial(arm) for _ in range(2)]
    asked = []

    def make(number, state):
        asked.append((number, list(state.trials)))
        return arm(number, state)

    number = stale.add_trial(make)
    assert number not in taken
    assert asked == [(0, []), (number, taken)]


@pytest.mark.parametrize("share", [0.0, 1.0])
@pytest.mark.parametrize("before", [0, 5, 98, 99])
def test_no_segment_is_ever_skipped(root, share, before):
    # A rival takes every number first, so that the search for a free one spreads to its widest.
    around = Surroundings(choose=lambda bound: int((bound - 1) * share))
    folder = ExperimentFolder.create(f"{root}/lr", document={}, config={}, surroundings=around)
    for number in range(0, before, 7):
        folder.put_trial(number, {})
    folder.put_trial(before, {})
    rival = ExperimentFolder.open(folder.url)
    known, losses = len(rival.state.trials), 40

    def make(number, _state):
        nonlocal losses
        losses -= 1
        if losses > 0:
            rival.put_trial(number, {})
        return {}

    number = folder.add_trial(make)
    taken = seen_by_another(folder).trials
    assert (number in taken, len(taken)) == (True, known + 40)
    segments = {number // SEGMENT_TRIALS for number in taken}
    assert segments == set(range(max(segments) + 1))
    assert max(taken) < before + 100 if share == 0.0 else max(taken) > known + 60


def test_numbers_skipped_in_a_race_are_used_later(folder):
    folder.put_trial(9, {})
    rival = ExperimentFolder.open(folder.url)
    rival.put_trial(10, {})
    assert folder.add_trial(arm) in range(9)


def test_who_does_not_look_at_the_state_reads_nothing_that_others_wrote(folder):
    rival = ExperimentFolder.open(folder.url)
    taken = [rival.add_trial(arm) for _ in range(3)]
    seen = []
    number = folder.add_trial(lambda _number, state: seen.append(state) or {}, informed=False)
    assert number not in taken
    assert [list(state.trials) for state in seen] == [[], []]
    assert list(folder.refresh().trials) == [*taken, number]


def test_data_that_others_reported_count_unless_the_end_is_told_that_there_are_none(folder):
    for alone in (False, True):
        number = folder.add_trial(arm, claim={})
        ExperimentFolder.open(folder.url).report(number, 1, {"by": "another"})
        folder.report(number, 1, {"by": "me"})
        folder.end(number, 1, {"state": "completed"}, alone=alone)
        attempt = seen_by_another(folder).trials[number].attempts[1]
        others = ({"by": "another"},)
        assert attempt.stray == (others if alone else ())
        assert attempt.data == (() if alone else others) + ({"by": "me"},)


def test_a_waiting_trial_is_claimed_once(folder):
    number = folder.add_trial(arm)
    other = ExperimentFolder.open(folder.url)
    assert folder.claim(number, 1, {"by": "me"}) == "won"
    assert other.claim(number, 1) == "lost"
    assert other.state.trials[number].attempts[1].claim == {"by": "me"}


def test_a_trial_claimed_with_its_arm_cannot_be_claimed_again(folder):
    number = folder.add_trial(arm, claim={})
    assert ExperimentFolder.open(folder.url).claim(number, 1) == "lost"


def test_a_second_attempt_follows_an_end(folder):
    number = folder.add_trial(arm, claim={})
    with pytest.raises(ConflictError, match="cannot be claimed: attempt 1 is running"):
        folder.claim(number, 2)
    folder.end(number, 1, {"state": "preempted"})
    assert folder.claim(number, 2) == "won"
    folder.end(number, 2, {"state": "completed"})
    trial = seen_by_another(folder).trials[number]
    assert (trial.status, sorted(trial.attempts)) == ("completed", [1, 2])


def test_attempts_are_not_skipped(folder):
    number = folder.add_trial(arm)
    for call in (folder.claim, lambda *at: folder.report(*at, {})):
        with pytest.raises(ConflictError, match="the next is 1"):
            call(number, 3)


def test_a_stale_reader_may_claim_the_attempt_that_comes_next(folder):
    number = folder.add_trial(arm, claim={})
    stale = ExperimentFolder.open(folder.url)
    folder.end(number, 1, {"state": "lost"})
    assert stale.claim(number, 2) == "won"


def test_who_claims_what_was_cancelled_unseen_runs_it_for_nothing_and_all_promises_are_kept(folder):
    number = folder.add_trial(arm)
    claimant = ExperimentFolder.open(folder.url)
    folder.end(number, 1, {"state": "cancelled"})
    assert claimant.claim(number, 1, {"by": "me"}) == "won"
    with pytest.raises(TrialEndedError, match="has ended already: cancelled"):
        claimant.end(number, 1, {"state": "completed", "data": 1})
    report = verify(folder)
    assert report.ok, str(report)
    (trial,) = folder.refresh().trials.values()
    assert (trial.status, trial.attempts[1].claim) == ("cancelled", {"by": "me"})
    assert [item["data"] for item in trial.late] == [1]


def test_a_waiting_trial_may_be_cancelled_and_not_claimed_then(folder):
    number = folder.add_trial(arm)
    stale = ExperimentFolder.open(folder.url)
    folder.end(number, 1, {"state": "cancelled"})
    assert folder.claim(number, 1) == "lost"
    assert stale.refresh().trials[number].status == "cancelled"


def test_the_second_end_is_refused_in_words_and_kept(folder):
    number = folder.add_trial(arm, claim={})
    zombie = ExperimentFolder.open(folder.url)
    folder.end(number, 1, {"state": "lost", "reason": "timeout"})
    message = r"attempt 1 of trial 0 .* ended already: lost \(timeout\), 20.*Z, by .*\.\d+"
    for late in (zombie, folder):
        with pytest.raises(TrialEndedError, match=message) as caught:
            late.end(number, 1, {"state": "completed", "data": 7})
        assert "does not count" in caught.value.hint
    trial = seen_by_another(folder).trials[number]
    kept = {"state": "completed", "data": 7, "too_late": True, "attempt": 1}
    assert (trial.status, trial.late) == ("lost", (kept, kept))


def test_data_after_the_end_are_refused_and_kept(folder):
    number = folder.add_trial(arm, claim={})
    folder.end(number, 1, {"state": "completed"})
    with pytest.raises(TrialEndedError, match="ended already: completed"):
        folder.report(number, 1, {"step": 9})
    trial = seen_by_another(folder).trials[number]
    assert trial.attempts[1].data == ()
    assert trial.late == ({"step": 9, "too_late": True, "attempt": 1},)


def test_an_end_counts_data_that_another_process_reported(folder):
    number = folder.add_trial(arm, claim={})
    ExperimentFolder.open(folder.url).report(number, 1, {"step": 1})
    folder.end(number, 1, {"state": "completed"})
    assert seen_by_another(folder).trials[number].attempts[1].data == ({"step": 1},)


def test_a_remark_may_come_at_any_time(folder):
    number = folder.add_trial(arm)
    folder.late(number, {"note": "odd"})
    assert seen_by_another(folder).trials[number].late == ({"note": "odd"},)


@pytest.mark.parametrize("state", [None, "done", "waiting", "void"])
def test_an_end_needs_one_of_the_agreed_states(folder, state):
    number = folder.add_trial(arm, claim={})
    with pytest.raises(ValueError, match="state: expected one of completed, failed"):
        folder.end(number, 1, {"state": state})
    assert folder.refresh().trials[number].status == "running"


def test_a_trial_that_does_not_exist_is_named_with_those_that_do(folder):
    calls = [
        lambda: folder.claim(9, 1),
        lambda: folder.report(9, 1, {}),
        lambda: folder.end(9, 1, {"state": "completed"}),
        lambda: folder.late(9, {}),
    ]
    for call in calls:
        with pytest.raises(TrialNotFoundError, match=r"no trial 9 in .*: it has none yet"):
            call()
    folder.add_trial(arm)
    for call in calls:
        with pytest.raises(TrialNotFoundError, match=r"no trial 9 in .*: it has 0 to 0"):
            call()


@pytest.mark.parametrize("number", [-1, 1.0, True, "0"])
def test_a_number_that_is_none_is_refused(folder, number):
    with pytest.raises(ValueError, match="number: must be an integer from 0 on"):
        folder.claim(number, 1)


@pytest.mark.parametrize("attempt", [0, -1, 1.0, True])
def test_an_attempt_that_is_none_is_refused(folder, attempt):
    number = folder.add_trial(arm)
    with pytest.raises(ValueError, match="attempt: must be an integer from 1 on"):
        folder.claim(number, attempt)


def test_a_trial_may_be_put_under_a_number_once(folder):
    assert folder.put_trial(3, {"lr": 3}, claim={}) == "won"
    other = ExperimentFolder.open(folder.url)
    assert other.put_trial(3, {"lr": 4}) == "lost"
    assert other.state.trials[3].arm == {"lr": 3}
    assert other.add_trial(arm) == 4


def test_a_trial_far_from_all_others_is_refused(folder):
    with pytest.raises(StoreError, match=r"trial 5000 of .* too far from the last, which is -1"):
        folder.put_trial(5000, {})


def test_configurations_are_a_numbered_sequence(folder):
    assert folder.add_config({"c": 2}, base=1) == 2
    assert folder.add_config({"c": 3}, base=2) == 3
    state = seen_by_another(folder)
    assert state.configs == {1: {"c": 1}, 2: {"c": 2}, 3: {"c": 3}}
    assert (state.version, state.bases) == (3, {1: 0, 2: 1, 3: 2})


def test_a_configuration_edited_from_an_old_one_is_a_conflict(folder):
    other = ExperimentFolder.open(folder.url)
    folder.add_config({"c": 2}, base=1)
    for stale in (other, folder):
        with pytest.raises(
            ConflictError, match=r"from version 1, the newest is 2, written 20.* by"
        ):
            stale.add_config({"c": 9}, base=1)
    with pytest.raises(ConflictError, match="from version 7, the newest is 2"):
        folder.add_config({"c": 9}, base=7)
    assert seen_by_another(folder).configs == {1: {"c": 1}, 2: {"c": 2}}


def test_a_document_that_is_not_json_changes_nothing(folder):
    number = folder.add_trial(arm, claim={})
    bad = {"loss": float("nan")}
    before = folder.refresh()
    calls = [
        lambda: folder.add_trial(lambda *_: bad),
        lambda: folder.put_trial(1, {}, claim=bad),
        lambda: folder.report(number, 1, bad),
        lambda: folder.end(number, 1, {"state": "completed", **bad}),
        lambda: folder.add_config(bad, base=1),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="cannot be written as JSON"):
            call()
    assert seen_by_another(folder) == before == folder.refresh()


def test_no_second_experiment_takes_the_place_of_the_first(folder):
    for document in ({"a": 1}, {"a": 2}):
        with pytest.raises(ExperimentExistsError, match=r"already, created 20.*Z by ") as caught:
            ExperimentFolder.create(folder.url, document=document, config={"c": 1})
        assert "another name" in caught.value.hint


def test_an_experiment_cannot_be_made_inside_another(folder):
    with pytest.raises(StoreError, match="is an experiment itself"):
        ExperimentFolder.create(f"{folder.url}/inner", document={}, config={})


def test_a_definition_that_is_not_json_makes_nothing(root):
    with pytest.raises(ValueError, match="cannot be written as JSON"):
        ExperimentFolder.create(f"{root}/lr", document={}, config={"c": float("inf")})
    place = locate(f"{root}/lr")
    assert place.files.list(place.path).files == ()


def leave_half_made(folder):
    """What a maker leaves who is killed between the two files."""
    place = locate(folder.url)
    place.files.remove(place.join(config_path(1)))


def test_an_experiment_being_made_cannot_be_opened_yet(folder):
    leave_half_made(folder)
    with pytest.raises(ExperimentUnfinishedError, match=r"is being made by .* since 20") as caught:
        ExperimentFolder.open(folder.url)
    assert caught.value.retryable


def test_an_experiment_being_made_is_finished_by_who_means_the_same(folder):
    leave_half_made(folder)
    with pytest.raises(ExperimentExistsError, match="already, created"):
        ExperimentFolder.create(folder.url, document={"a": 2}, config={"c": 1})
    finished = ExperimentFolder.create(folder.url, document={"a": 1}, config={"c": 1})
    assert finished.id == folder.id
    assert finished.state.configs == {1: {"c": 1}}


def test_of_many_who_make_different_experiments_one_wins(root):
    def make(index):
        try:
            return ExperimentFolder.create(f"{root}/lr", document={"i": index}, config={"i": index})
        except ExperimentExistsError:
            return None

    with ThreadPoolExecutor(8) as pool:
        made = [folder for folder in pool.map(make, range(8)) if folder]
    assert len(made) == 1
    state = made[0].refresh()
    assert state.experiment == state.configs[1]


def test_a_missing_experiment_is_told_from_an_empty_place(root):
    with pytest.raises(
        ExperimentNotFoundError, match=r"no experiment at .*; nothing is there"
    ) as it:
        ExperimentFolder.open(f"{root}/lr")
    assert (
        it.value.hint
        == f"make one: armwright create {locate(f'{root}/lr').url} --from experiment.yml"
    )
    assert isinstance(it.value, LookupError)


def test_a_root_given_for_an_experiment_is_answered_with_what_it_holds(root):
    for index in range(7):
        ExperimentFolder.create(f"{root}/e{index}", document={}, config={})
    with pytest.raises(ExperimentNotFoundError, match=r"'e0', .* and 2 more") as caught:
        ExperimentFolder.open(root)
    assert caught.value.hint.endswith("/e0")


def test_a_folder_inside_an_experiment_is_answered_with_the_experiment(folder):
    folder.add_trial(arm)
    with pytest.raises(ExperimentNotFoundError, match="holds 1 folder") as caught:
        ExperimentFolder.open(f"{folder.url}/t")
    assert caught.value.hint == f"the experiment is the folder above: {folder.url}"


def test_an_experiment_that_is_deleted_is_missed_at_the_next_look(folder):
    place = locate(folder.url)
    place.files.remove(place.join(EXPERIMENT_FILE))
    with pytest.raises(ExperimentNotFoundError, match="is gone"):
        folder.refresh()


def test_threads_share_a_folder(folder):
    def work(_index):
        number = folder.add_trial(arm, claim={})
        folder.report(number, 1, {"step": 1})
        folder.end(number, 1, {"state": "completed"})
        return number

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(work, range(40)))
    state = seen_by_another(folder)
    assert sorted(numbers) == list(state.trials)
    assert {trial.status for trial in state.trials.values()} == {"completed"}
    assert all(len(trial.attempts[1].data) == 1 for trial in state.trials.values())
    assert folder.refresh() == state


def test_a_folder_travels_by_its_url(folder):
    folder.add_trial(arm)
    assert pickle.loads(pickle.dumps(folder)).state == folder.state  # noqa: S301
