"""Sealing trials that have ended: when it is done, and that nothing is lost by it."""

import json
import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from armwright.store import ExperimentFolder, StoreError
from armwright.store.layout import claim_path, open_path, s1_path
from armwright.store.surroundings import Surroundings

READY = Surroundings(choose=lambda _: 0)  # our turn each time


def arm(number, _state):
    arms = [{"name": f"{number}_0", "parameters": {"lr": number / 7}}]
    return {"config": 1, "arms": arms}


def ended(folder, numbers, state="completed"):
    """Trials made and ended; `folder` holds all of them."""
    for number in numbers:
        folder.put_trial(number, arm(number, None), claim={})
        folder.end(number, 1, {"state": state}, alone=True)


def files_of(folder):
    listing = folder.location.files.list(folder.location.join("snap"))
    return sorted(listing.files)


def opened(folder, surroundings=READY):
    return ExperimentFolder.open_at(folder.location, surroundings=surroundings)


def same(folder):
    """Every reader sees the same: one that knew the facts, and one that comes now."""
    state = folder.refresh()
    assert opened(folder).state == state
    return state


def test_a_segment_is_sealed_at_a_refresh_once_all_of_it_has_ended(folder):
    ended(folder, range(100))
    other = opened(folder)
    other.refresh()
    assert files_of(folder) == []
    folder.add_trial(arm, claim={})
    before = folder.refresh() if not files_of(folder) else folder.state
    other.refresh()
    assert files_of(folder) == ["s1-00000.parquet"]
    assert other.state == before == same(folder)
    assert other.state.counts == {"completed": 100, "running": 1}


def test_a_folder_that_is_told_so_does_not_seal(folder):
    ended(folder, range(101))
    other = opened(folder)
    other.compacts = False
    for _ in range(3):
        other.refresh()
    assert files_of(folder) == []


def test_opening_seals_nothing(folder):
    ended(folder, range(101))
    opened(folder)
    assert files_of(folder) == []


@pytest.mark.parametrize(
    ("state", "sealed"),
    [
        *(("completed", True), ("failed", True), ("cancelled", True), ("abandoned", True)),
        *(("preempted", False), ("lost", False)),
    ],
)
def test_a_trial_that_may_be_tried_again_keeps_its_segment_open(folder, state, sealed):
    ended(folder, range(99))
    ended(folder, [99], state)
    ended(folder, [100])
    report = folder.compact()
    assert report.made == (("snap/s1-00000.parquet",) if sealed else ())
    assert report.left == ({} if sealed else {"t/00000": f"trial 99 is {state}"})
    same(folder)


def test_a_trial_lost_three_times_has_ended_for_good(folder):
    ended(folder, [*range(99), 100])
    folder.put_trial(99, arm(99, None))
    for attempt in (1, 2, 3):
        assert folder.compact().made == ()
        folder.claim(99, attempt)
        folder.end(99, attempt, {"state": "lost"})
    assert folder.compact().made == ("snap/s1-00000.parquet",)


def test_numbers_that_nobody_used_are_made_void_first(folder):
    ended(folder, [*range(50), *range(53, 101)])
    report = folder.compact()
    assert report.fenced == (50, 51, 52)
    assert same(folder).counts == {"completed": 98, "void": 3}


def test_a_dry_run_says_what_is_made_then_and_writes_nothing(disk_folder):
    ended(disk_folder, [*range(50), *range(53, 101)])
    before = set(Path(disk_folder.url).rglob("*"))
    planned = disk_folder.compact(dry_run=True)
    assert set(Path(disk_folder.url).rglob("*")) == before
    assert (planned.dry_run, planned.made) == (True, ("snap/s1-00000.parquet",))
    done = disk_folder.compact()
    assert (planned.made, planned.fenced, planned.left) == (done.made, done.fenced, done.left)
    assert disk_folder.compact(dry_run=True).made == ()


def test_numbers_are_left_alone_while_others_of_the_segment_run(folder):
    ended(folder, [*range(50), *range(53, 101)])
    folder.put_trial(50, arm(50, None), claim={})
    assert folder.compact().fenced == ()
    assert folder.compact().left == {"t/00000": "trial 50 is running"}


def test_data_that_an_end_counts_and_that_we_do_not_see_keep_it_open(folder):
    ended(folder, [*range(99), 100])
    folder.put_trial(99, arm(99, None), claim={})
    folder.report(99, 1, {"step": 1})
    folder.end(99, 1, {"state": "completed"})
    [path] = (path for path in folder._reader.facts_of(99) if "data-" in path)
    body = dict(folder.location.files.read([folder.location.join(path)]))
    folder.location.files.remove(folder.location.join(path))
    [problem] = opened(folder).compact().left.values()
    assert problem.startswith("data 0")
    for where, content in body.items():
        folder.location.files.create(where, content, "0" * 32)
    assert opened(folder).compact().made


def test_what_is_damaged_or_unknown_keeps_it_open(disk_folder):
    ended(disk_folder, range(101))
    root = Path(disk_folder.url)
    later = json.loads((root / "t/00000/5.arm.json").read_bytes()) | {"kind": "progress"}
    (root / "t/00000/5.progress.json").write_text(json.dumps(later))
    left = disk_folder.compact().left
    assert left == {
        "t/00000": "t/00000/5.progress.json is of a kind that this version does not know"
    }
    (root / "t/00000/5.progress.json").unlink()
    (root / "t/00000/6.1.end.json").write_text("{")
    [problem] = opened(disk_folder).compact().left.values()
    assert problem.startswith("t/00000/6.1.end.json is damaged: torn")


def test_a_folder_we_cannot_write_to_is_read_all_the_same(disk_folder):
    ended(disk_folder, range(101))
    other = opened(disk_folder)
    (Path(disk_folder.url) / "snap").write_text("a file where a folder is needed")
    assert other.refresh().counts == {"completed": 101}
    with pytest.raises(StoreError, match="cannot"):
        opened(disk_folder).compact()


def test_two_who_seal_at_once_leave_one_snapshot_and_the_same_state(folder):
    ended(folder, range(101))
    one, other = opened(folder), opened(folder)
    with ThreadPoolExecutor(2) as pool:
        for report in pool.map(ExperimentFolder.compact, [one, other]):
            assert report.made in ((), ("snap/s1-00000.parquet",))
    assert files_of(folder) == ["s1-00000.parquet"]
    assert one.refresh() == other.refresh() == same(folder)


def test_every_process_makes_the_same_bytes(tmp_path):
    folder = ExperimentFolder.create(tmp_path / "lr", document={}, config={})
    ended(folder, range(101))
    folder.compact()
    mine = (tmp_path / "lr" / s1_path(0)).read_bytes()
    (tmp_path / "lr" / s1_path(0)).unlink()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_compact, args=(str(tmp_path / "lr"),))
    process.start()
    process.join()
    assert (tmp_path / "lr" / s1_path(0)).read_bytes() == mine


def _compact(url):
    ExperimentFolder.open(url).compact()


def test_who_tries_a_sealed_trial_again_says_so_and_everybody_sees_it(folder):
    ended(folder, range(101))
    knows, cold = opened(folder), opened(folder)
    folder.compact()
    assert knows.claim(7, 2, {"why": "the disk was full"}) == "won"
    assert open_path(0).removeprefix("snap/") in files_of(folder)
    assert same(folder).trials[7].status == "running"
    assert cold.refresh().trials[7].attempts[2].claim == {"why": "the disk was full"}
    knows.end(7, 2, {"state": "completed", "x": 1})
    assert same(folder).trials[7].attempts[2].end == {"state": "completed", "x": 1}
    assert cold.refresh() == folder.state


def test_a_segment_that_was_opened_again_is_not_sealed(folder):
    ended(folder, range(101))
    other = opened(folder)
    other.claim(7, 2)
    other.end(7, 2, {"state": "completed"})
    assert folder.compact().made == ()
    assert same(folder).counts == {"completed": 101}


def test_an_unreadable_snapshot_is_named_and_the_facts_are_read_instead(disk_folder):
    ended(disk_folder, range(101))
    state = disk_folder.state
    disk_folder.compact()
    path = Path(disk_folder.url) / s1_path(0)
    path.write_bytes(path.read_bytes()[:1000])
    found = opened(disk_folder).state
    assert found.trials == state.trials
    [damage] = found.damaged
    assert damage.path == s1_path(0)
    assert damage.problem.startswith("torn or not a snapshot")


def test_who_followed_a_segment_until_it_was_sealed_does_not_read_its_snapshot(disk_folder):
    ended(disk_folder, range(101))
    disk_folder.late(7, {"note": 1})
    follower = opened(disk_folder)
    state = disk_folder.compact() and disk_folder.refresh()
    path = Path(disk_folder.url) / s1_path(0)
    path.write_bytes(b"nobody reads this")
    assert follower.refresh() == state
    assert not state.damaged
    assert follower.state.trials[7].late == ({"note": 1},)
    for file in (Path(disk_folder.url) / "t/00000").iterdir():
        file.unlink()  # nor does it list the segment any more
    assert follower.refresh() == state


def test_who_slept_for_half_an_hour_reads_the_snapshot(disk_folder):
    # What it finds of the segment then may be what a writer that slept as well has just written.
    now = 0.0
    ended(disk_folder, range(101))
    around = Surroundings(own_time=lambda: now)
    follower = ExperimentFolder.open(disk_folder.url, surroundings=around)
    disk_folder.compact()
    (Path(disk_folder.url) / s1_path(0)).write_bytes(b"no snapshot")
    now = 1800.0
    [damage] = follower.refresh().damaged
    assert damage.path == s1_path(0)


def test_a_snapshot_that_rots_later_is_named_when_it_is_asked_for(disk_folder):
    ended(disk_folder, range(101))
    disk_folder.compact()
    path = Path(disk_folder.url) / s1_path(0)
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)
    state = opened(disk_folder).state
    assert state.counts == {"completed": 101}
    with pytest.raises(StoreError, match=r"snap/s1-00000\.parquet is damaged: trial 7 cannot be"):
        state.trials[7]


def test_who_refreshes_hears_which_trials_changed_and_sealing_is_no_change(folder):
    ended(folder, range(101))
    other = opened(folder)
    first = other.state
    assert first.changed_since(None) == list(range(101))
    folder.compact()
    folder.put_trial(101, arm(101, None), claim={})
    folder.late(7, {"note": 1})
    second = other.refresh()
    assert second.changed_since(first) == [7, 101]
    assert other.refresh().changed_since(second) == []
    assert opened(folder).state.changed_since(second) == list(range(102))


def test_a_claim_in_a_sealed_segment_that_nobody_announced_is_not_lost(folder):
    # Only a writer that breaks the rule leaves one; garbage collection brings it to light.
    ended(folder, range(101))
    folder.compact()
    folder._ledger.write(claim_path(7, 2), {"who": "a stranger"})
    assert opened(folder).state.trials[7].status == "completed"
    folder.collect_garbage(older_than=0)
    assert opened(folder).state.trials[7].status == "running"
