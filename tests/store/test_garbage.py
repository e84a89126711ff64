"""Garbage collection removes what a snapshot gives back, and nothing else, in whatever state."""

import json
import os
import time
from pathlib import Path

import pytest

from armwright.store import ExperimentFolder, StoreError, TrialEndedError
from armwright.store.fact import Fact
from armwright.store.fold import fold_trial
from armwright.store.layout import arm_path, data_path, end_path, parse_name, s1_path, s2_path
from armwright.store.location import Location
from armwright.store.reader import Reader
from armwright.store.snapshot import snapshot_body
from armwright.store.surroundings import Surroundings
from armwright.store.ulid import new_ulid


def arm(number):
    arms = [{"name": f"{number}_0", "parameters": {"lr": number / 7}}]
    return {"config": 1, "arms": arms}


def ended(folder, numbers):
    for number in numbers:
        folder.put_trial(number, arm(number), claim={})
        folder.end(number, 1, {"state": "completed", "x": number}, alone=True)


@pytest.fixture
def sealed(folder):
    """An experiment with a sealed segment, a late fact and a running trial."""
    ended(folder, range(100))
    folder.put_trial(100, arm(100), claim={})
    folder.late(7, {"note": 1})
    folder.compact()
    return folder


def opened(folder, **more):
    return ExperimentFolder.open_at(folder.location, **more)


def everything(folder):
    """All files, by path."""
    found, left = [], [""]
    while left:
        inner = left.pop()
        listing = folder.location.files.list(folder.location.join(inner).rstrip("/"))
        found += [f"{inner}{name}" for name in listing.files]
        left += [f"{inner}{name}/" for name in listing.folders]
    return sorted(found)


def test_facts_of_a_sealed_segment_go_and_every_reader_sees_the_same(sealed):
    before, warm = sealed.refresh(), opened(sealed)
    report = sealed.collect_garbage(older_than=0)
    assert len(report.removed) == 200
    assert report.kept == {}
    assert not any(path.startswith("t/00000/") for path in everything(sealed))
    assert sealed.refresh() == warm.refresh() == opened(sealed).state == before


def test_a_dry_run_says_the_same_and_does_nothing(sealed):
    before = everything(sealed)
    planned = sealed.collect_garbage(older_than=0, dry_run=True)
    assert everything(sealed) == before
    assert planned.dry_run
    assert planned.removed == sealed.collect_garbage(older_than=0).removed


def test_nothing_goes_before_its_snapshot_is_an_hour_old(sealed):
    assert sealed.collect_garbage().removed == ()
    assert len(everything(sealed)) > 200


def test_the_age_is_told_by_the_file_system_and_not_by_our_clock(tmp_path):
    folder = ExperimentFolder.create(tmp_path / "lr", document={}, config={})
    ended(folder, range(101))
    folder.compact()
    hour_ago = time.time() - 3700
    os.utime(tmp_path / "lr" / s1_path(0), (hour_ago, hour_ago))
    assert len(folder.collect_garbage().removed) == 200


def test_where_the_file_system_tells_no_time_nothing_goes(disk_folder):
    ended(disk_folder, range(101))
    disk_folder.compact()
    files = _Timeless(disk_folder.location.files)
    place = Location(url=disk_folder.url, files=files, path=disk_folder.location.path)
    assert ExperimentFolder.open_at(place).collect_garbage(older_than=0).removed == ()


class _Timeless:
    """A file system without time stamps."""

    def __init__(self, files):
        self._files = files

    def __getattr__(self, name):
        return getattr(self._files, name)

    def modified(self, _path):
        return None


def test_a_fact_that_is_not_what_the_snapshot_holds_stays(disk_folder):
    ended(disk_folder, range(101))
    disk_folder.compact()
    path = Path(disk_folder.url) / end_path(7, 1)
    body = json.loads(path.read_bytes())
    path.write_text(json.dumps({**body, "document": {"state": "failed"}}))
    report = opened(disk_folder).collect_garbage(older_than=0)
    assert report.kept == {end_path(7, 1): "it is not what the snapshot of its segment holds"}
    assert path.exists()
    assert opened(disk_folder).state.trials[7].status == "completed"


def test_a_straggler_is_moved_to_where_readers_look_and_then_goes(sealed):
    path = data_path(7, 1, new_ulid())
    sealed._ledger.write(path, {"step": 9})
    assert opened(sealed).state.trials[7].attempts[1].stray == ()
    report = sealed.collect_garbage(older_than=0)
    assert path in report.moved
    assert path in everything(sealed)
    assert opened(sealed).state.trials[7].attempts[1].stray == ({"step": 9},)
    assert path in sealed.collect_garbage(older_than=0).removed
    assert path not in everything(sealed)
    assert opened(sealed).state.trials[7].attempts[1].stray == ({"step": 9},)
    assert opened(sealed).state == sealed.refresh()


def test_many_late_facts_become_one_file(sealed):
    for number in range(120):
        sealed.late(number % 100, {"note": number})
    before = sealed.refresh()
    report = sealed.collect_garbage(older_than=0)
    assert (len(report.moved), len(report.made)) == (121, 1)
    assert opened(sealed).state == before
    assert len(sealed.collect_garbage(older_than=0).removed) == 121
    assert not any(path.startswith("late/") for path in everything(sealed))
    assert opened(sealed).state == before == sealed.refresh()


def test_the_small_snapshots_under_a_large_one_go(tmp_path):
    folder = ExperimentFolder.create(tmp_path / "lr", document={}, config={})
    (tmp_path / "lr/snap").mkdir()
    for segment in range(100):
        (tmp_path / "lr" / s1_path(segment)).write_bytes(plain_segment(segment))
    folder.compacts = False  # a refresh does so by chance, now and then
    folder.refresh()
    folder.put_trial(10_000, arm(10_000))
    before = folder.refresh()
    assert folder.compact().made == (s2_path(0),)
    assert folder.compact().made == ()
    assert opened(folder).compact().made == ()
    assert opened(folder).state == before
    assert len(folder.collect_garbage(older_than=0).removed) == 100
    assert [path.name for path in (tmp_path / "lr/snap").iterdir()] == ["s2-0000.parquet"]
    assert opened(folder).state == before == folder.refresh()


def plain_segment(segment):
    """A snapshot of a hundred completed trials."""
    trials = []
    for number in range(100 * segment, 100 * segment + 100):
        facts = {}
        for path, document in ((arm_path(number), {}), (end_path(number, 1), {"state": "failed"})):
            name = parse_name(path)
            facts[path] = Fact(name=name, token=f"{number}", writer={}, at="", document=document)
        trials.append((fold_trial(number, facts.values()), facts))
    return snapshot_body(trials)[0]


def test_heartbeats_of_ended_attempts_go(sealed):
    files, location = sealed.location.files, sealed.location
    for name in ("7.1", "100.1"):
        files.overwrite(location.join(f"hb/{name}"), b"{}")
    assert "hb/7.1" in sealed.collect_garbage(older_than=0).removed
    assert "hb/100.1" in everything(sealed)


def test_temporaries_go_after_a_day_and_other_peoples_hidden_files_stay(disk_folder):
    root = Path(disk_folder.url)
    old = [f".{'a' * 32}.0123abcd", f"t/.{'b' * 32}.0123abcd", f".probe-{'c' * 32}"]
    for name in (*old, ".DS_Store", ".nfs000000000000000100000001"):
        (root / "t").mkdir(exist_ok=True)
        (root / name).write_text("x")
        os.utime(root / name, (time.time() - 90_000,) * 2)
    (root / f".{'d' * 32}.0123abcd").write_text("being written")
    ended(disk_folder, range(1))
    removed = disk_folder.collect_garbage().removed
    assert sorted(removed) == sorted(name for name in old if not name.startswith("t/"))
    assert (root / ".DS_Store").exists()
    assert (root / f".{'d' * 32}.0123abcd").exists()


def test_who_slept_through_it_does_not_win_a_name_that_was_given_away(sealed):
    moment = [0.0]
    sleeper = _view_of(100, sealed, Surroundings(own_time=lambda: moment[0]))
    sealed.collect_garbage(older_than=0)
    moment[0] = 7200.0
    before = everything(sealed)
    assert sleeper.put_trial(50, {"mine": True}) == "lost"
    assert everything(sealed) == before
    assert sleeper.state.trials[50].arm == arm(50)
    with pytest.raises(TrialEndedError, match="has ended already: completed"):
        sleeper.end(60, 1, {"state": "failed"})


def _view_of(count, folder, surroundings):
    """A folder as a process sees it that looked at it when it was new, and never since."""
    sleeper = opened(folder, surroundings=surroundings)
    fresh = Reader(folder.location, surroundings.own_time)
    fresh.looked_at = 0.0
    fresh.look_at_configs()
    fresh.note_taken(count - 1)
    sleeper._reader.__dict__.update(fresh.__dict__)
    return sleeper


def test_what_it_was_doing_when_it_was_killed_can_be_done_again(sealed):
    before = sealed.refresh()
    half = [arm_path(number) for number in range(0, 100, 2)]
    sealed.location.files.remove_many([sealed.location.join(path) for path in half])
    assert opened(sealed).state == before
    assert len(sealed.collect_garbage(older_than=0).removed) == 150
    assert opened(sealed).state == before


def test_a_folder_of_a_later_format_is_left_alone(disk_folder):
    (Path(disk_folder.url) / "format").mkdir()
    (Path(disk_folder.url) / "format/000002.json").write_text("{}")
    with pytest.raises(StoreError, match="moved to a later format"):
        opened(disk_folder).collect_garbage()
