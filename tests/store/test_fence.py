"""Numbers made void, and what the store says of edits that collide."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from armwright.store import ConflictError, ExperimentFolder, StoreError, TrialNotFoundError


def arm(number, _state):
    return {"lr": number}


def test_a_number_that_nobody_used_is_made_void_for_good(folder):
    folder.put_trial(2, {})
    assert [folder.fence(number) for number in (0, 1, 2)] == [True, True, False]
    for seen in (folder, ExperimentFolder.open(folder.url)):
        assert [seen.state.trials[number].status for number in range(3)] == [
            "void",
            "void",
            "waiting",
        ]
        assert seen.fence(0)
        assert seen.put_trial(1, {"late": True}) == "lost"


def test_who_is_adding_a_trial_there_takes_another_number(folder):
    rival = ExperimentFolder.open(folder.url)
    fenced = []

    def make(number, state):
        if not fenced:
            fenced.append(rival.fence(number))
        return arm(number, state)

    number = folder.add_trial(make)
    assert (fenced, number > 0) == ([True], True)
    assert folder.refresh().trials[0].void


def test_of_one_who_fences_and_one_who_adds_exactly_one_gets_the_number(folder):
    for number in range(50):
        with ThreadPoolExecutor(2) as pool:
            void = pool.submit(ExperimentFolder.open(folder.url).fence, number)
            put = pool.submit(ExperimentFolder.open(folder.url).put_trial, number, {"n": number})
        assert (void.result(), put.result()) in [(True, "lost"), (False, "won")]
        assert folder.refresh().trials[number].void == void.result()


def test_a_void_number_can_be_neither_claimed_nor_ended(folder):
    folder.fence(0)
    for call in (
        lambda: folder.claim(0, 1),
        lambda: folder.report(0, 1, {}),
        lambda: folder.end(0, 1, {"state": "completed"}),
        lambda: folder.late(0, {}),
    ):
        with pytest.raises(TrialNotFoundError, match="is void: a number never used"):
            call()


def test_a_number_far_from_all_others_is_not_fenced(folder):
    with pytest.raises(StoreError, match=r"trial 5000 of .* too far from the last"):
        folder.fence(5000)
    with pytest.raises(ValueError, match="number: must be an integer from 0 on"):
        folder.fence(-1)


def test_a_configuration_conflict_says_what_both_sides_changed(folder):
    other = ExperimentFolder.open(folder.url)
    folder.add_config({"c": 1, "plan": {"budget": 5}}, base=1)
    folder.add_config({"c": 3, "plan": {"budget": 5}}, base=2)
    with pytest.raises(
        ConflictError, match=r"newest is 3, .*; they changed c, plan, this edit changes seed\n"
    ) as caught:
        other.add_config({"c": 1, "seed": 7}, base=1)
    assert caught.value.hint == "read it again and repeat the change"


def test_a_number_whose_file_was_cleared_away_is_still_taken(folder):
    for number in range(100):
        folder.fence(number)
    folder.put_trial(100, {})
    folder.compact()
    folder.collect_garbage(older_than=0.0)
    assert folder.location.files.list(folder.location.join("t/00000")).files == ()
    assert folder.put_trial(7, {"n": 7}) == "lost"
    assert folder.fence(7)
    assert ExperimentFolder.open(folder.url).put_trial(7, {"n": 7}) == "lost"
    assert ExperimentFolder.open(folder.url).state.trials[7].void


def test_a_foreign_file_does_not_lead_to_a_far_segment(folder):
    rival = ExperimentFolder.open(folder.url)
    rival.put_trial(0, {})
    folder.location.files.overwrite(folder.location.join("t/00000/5000.arm.json.bak"), b"?")
    for _ in range(3):
        assert folder.add_trial(arm) in range(1, 100)
