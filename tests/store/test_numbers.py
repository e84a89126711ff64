"""How a number is chosen where several add trials at once, and what that costs."""

import os

import pytest

from armwright.store import ExperimentFolder
from armwright.store.faults import FaultyFiles, StaleFiles
from armwright.store.layout import SEGMENT_TRIALS
from armwright.store.location import Location, locate
from armwright.store.surroundings import Surroundings


def arm(number, _state):
    return {"n": number}


def seen_through(folder, files, **surroundings):
    """The same folder through other files."""
    place = Location(url=folder.url, files=files, path=folder.location.path)
    return ExperimentFolder.open_at(place, surroundings=Surroundings(**surroundings))


def add_beside(folder, rival, tries):
    """Adds trials, while a rival takes each number that the next try would have been alone."""
    numbers = []
    for _ in range(tries):
        rival.add_trial(arm, informed=False)
        numbers.append(folder.add_trial(arm, claim={}, informed=False))
    return numbers


@pytest.fixture
def listed(monkeypatch):
    """The folders that are listed on disk from now on."""
    from armwright.store.posix import PosixFiles

    found, listing = [], PosixFiles.list

    def noted(self, folder):
        found.append(folder)
        return listing(self, folder)

    monkeypatch.setattr(PosixFiles, "list", noted)
    return found


def test_on_disk_one_listing_serves_many_tries(disk_folder, listed):
    rival = ExperimentFolder.open(disk_folder.url)
    listed.clear()
    numbers = add_beside(disk_folder, rival, 40)
    assert len(set(numbers)) == 40
    assert len(listed) < 20


def test_where_a_glance_is_not_for_nothing_each_try_of_a_crowd_is_listed(tmp_path):
    place = locate(tmp_path / "lr")
    folder = ExperimentFolder.create_at(place, document={}, config={})
    files = FaultyFiles(place.files)
    mine = seen_through(folder, files)
    files.calls.clear()
    add_beside(mine, folder, 20)
    tries = files.calls.count("create")
    assert tries >= 20
    # 16 to 20 mostly; 5 to 9 in one run of thirty, where the lanes happen to lie apart for long
    assert files.calls.count("list") in range(3, tries + 1)


def test_numbers_that_others_took_meanwhile_are_passed_over(disk_folder):
    rival = ExperimentFolder.open(disk_folder.url)
    mine = add_beside(disk_folder, rival, 3)
    for number in range(max(mine), max(mine) + 30):
        rival.put_trial(number, {"n": number})
    numbers = [disk_folder.add_trial(arm, informed=False) for _ in range(10)]
    state = ExperimentFolder.open(disk_folder.url).state
    assert all(state.trials[number].arm == {"n": number} for number in numbers)
    assert len({*numbers, *mine}) == 13


def test_a_number_that_is_taken_already_is_not_forced_to_disk_to_be_lost(disk_folder, monkeypatch):
    rival = ExperimentFolder.open(disk_folder.url)
    rival.put_trial(0, {"n": 0})
    forced = []
    monkeypatch.setattr(os, "fsync", forced.append)
    assert disk_folder.put_trial(0, {"n": 1}) == "lost"
    assert forced == []


def test_a_full_segment_is_left_although_no_listing_shows_another(tmp_path):
    place = locate(tmp_path / "lr")
    folder = ExperimentFolder.create_at(place, document={}, config={})
    files = StaleFiles(place.files)
    mine = seen_through(folder, files)
    files.stale = True
    mine.refresh()  # from now on no segment is to be seen
    files.list(place.join("t"))
    for number in range(SEGMENT_TRIALS):
        folder.put_trial(number, {"n": number})
    numbers = [mine.add_trial(arm) for _ in range(2)]
    assert min(numbers) >= SEGMENT_TRIALS


def test_an_empty_segment_is_not_passed_over_however_wide_the_search(disk_folder):
    rival = ExperimentFolder.open(disk_folder.url)
    around = Surroundings(choose=lambda bound: bound - 1)
    mine = ExperimentFolder.open(disk_folder.url, surroundings=around)
    for number in range(SEGMENT_TRIALS - 1):
        rival.put_trial(number, {"n": number})
    losses = 12

    def make(number, _state):
        nonlocal losses
        losses -= 1
        if losses > 0:
            rival.put_trial(number, {"n": number})
        return {"n": number}

    mine.add_trial(make, informed=False)
    taken = ExperimentFolder.open(disk_folder.url).state.trials
    segments = {number // SEGMENT_TRIALS for number in taken}
    assert len(segments) > 2
    assert segments == set(range(max(segments) + 1))


def test_who_ends_what_it_claimed_itself_makes_one_file_and_reads_nothing(tmp_path):
    place = locate(tmp_path / "lr")
    folder = ExperimentFolder.create_at(place, document={}, config={})
    files = FaultyFiles(place.files)
    mine = seen_through(folder, files)
    number = mine.add_trial(arm, claim={})
    mine.report(number, 1, {"step": 1})
    files.calls.clear()
    mine.end(number, 1, {"state": "completed"}, alone=True)
    assert files.calls == ["create"]
    attempt = folder.refresh().trials[number].attempts[1]
    assert (attempt.data, attempt.stray) == (({"step": 1},), ())


def test_an_end_that_came_too_late_is_noticed_without_a_look_before(disk_folder):
    from armwright.store import TrialEndedError

    number = disk_folder.add_trial(arm, claim={})
    ExperimentFolder.open(disk_folder.url).release(number, 1, {"state": "lost"})
    with pytest.raises(TrialEndedError, match="has ended already: lost"):
        disk_folder.end(number, 1, {"state": "completed"}, alone=True)
    (late,) = ExperimentFolder.open(disk_folder.url).state.trials[number].late
    assert late["too_late"]
