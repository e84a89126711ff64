"""Who may give up an attempt for its owner, when, and who may not."""

import subprocess
import sys
import threading
import time

import pytest

from armwright.store import ExperimentFolder, StoreError, TrialEndedError
from armwright.store.faults import Fault, FaultyFiles
from armwright.store.heartbeat import Heartbeat, read_beat
from armwright.store.layout import arm_path, beat_path, claim_path
from armwright.store.lease import Watcher
from armwright.store.location import Location
from armwright.store.process import this_place
from armwright.store.promise import LEASE, Promise
from armwright.store.surroundings import Surroundings
from armwright.store.writer import Writer


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class ServerTime:
    """A file system whose server stamps files by a clock that a test sets."""

    def __init__(self, files):
        self.now, self.stamps, self._files = 0.0, {}, files
        self.exclusive = files.exclusive
        self.list, self.read = files.list, files.read
        self.remove, self.remove_many = files.remove, files.remove_many

    def create(self, path, body, token):
        outcome = self._files.create(path, body, token)
        if outcome == "won":
            self.stamps[path] = self.now
        return outcome

    def overwrite(self, path, body):
        self._files.overwrite(path, body)
        self.stamps[path] = self.now

    def modified(self, path):
        return self.stamps.get(path)


@pytest.fixture
def place(folder):
    """The folder's place, on a file server whose clock is ours to set."""
    where = folder.location
    return Location(url=where.url, files=ServerTime(where.files), path=where.path)


def by(pid=1, **more):
    """A process on another machine."""
    writer = Writer(id=f"id{pid}", host="elsewhere", pid=pid, **more)
    return Surroundings(writer=lambda: writer)


def worker(place, **more):
    return ExperimentFolder.open_at(place, surroundings=by(**more))


def arm(number, _state):
    return {"n": number}


def released(gone):
    return [(item.number, item.attempt, item.state, item.reason) for item in gone]


PROMISE = Promise(every=60.0, after=300.0)


def test_one_who_beats_is_never_given_up(place):
    owner, clock = worker(place), Clock()
    number = owner.add_trial(arm, claim={}, promise=PROMISE)
    heart = Heartbeat(owner, number, 1, PROMISE)
    watcher = Watcher(worker(place, pid=2), clock=clock)
    for _ in range(100):
        heart.beat()
        assert watcher.gone() == []
        clock.now += LEASE - 1
        place.files.now += LEASE - 1
        assert watcher.gone() == []
    assert worker(place).state.trials[number].status == "running"


def test_one_whose_counter_stands_still_for_the_lease_is_given_up(place):
    owner, clock = worker(place), Clock()
    number = owner.add_trial(arm, claim={}, promise=PROMISE)
    Heartbeat(owner, number, 1, PROMISE).beat()
    watcher = Watcher(worker(place, pid=2), clock=clock, server_time=False)
    assert watcher.release() == []
    clock.now = LEASE - 1
    assert watcher.release() == []
    clock.now = LEASE
    (gone,) = watcher.release()
    assert released([gone]) == [(number, 1, "lost", "lease")]
    assert gone.note == "no sign of life of elsewhere.1 for 600 s by our clock, 600 s are allowed"
    trial = worker(place).state.trials[number]
    assert trial.attempts[1].end == gone.document()
    assert trial.next_attempt == 2
    assert watcher.release() == []


def test_a_new_observer_waits_for_the_whole_lease_of_its_own(place):
    owner = worker(place)
    owner.add_trial(arm, claim={}, promise=PROMISE)
    Heartbeat(owner, 0, 1, PROMISE).beat()
    first, second = Clock(), Clock()
    early = Watcher(worker(place, pid=2), clock=first, server_time=False)
    assert early.gone() == []
    first.now = second.now = LEASE
    late = Watcher(worker(place, pid=3), clock=second, server_time=False)
    assert late.gone() == []
    assert len(early.gone()) == 1
    second.now += LEASE
    assert len(late.gone()) == 1


def test_a_file_that_the_server_calls_old_is_enough_at_first_sight(place):
    owner = worker(place)
    number = owner.add_trial(arm, claim={}, promise=PROMISE)
    Heartbeat(owner, number, 1, PROMISE).beat()
    place.files.now = LEASE - 1
    assert Watcher(worker(place, pid=2)).gone() == []
    place.files.now = LEASE
    (gone,) = Watcher(worker(place, pid=2)).release()
    assert "by the server's clock" in gone.note
    assert place.files.list(place.join("hb")).files == (f"{number}.1",)


@pytest.mark.parametrize("claimed", ["with the arm", "later"])
def test_one_killed_before_its_first_beat_is_given_up_by_the_age_of_its_claim(place, claimed):
    owner = worker(place)
    if claimed == "with the arm":
        owner.add_trial(arm, claim={}, promise=PROMISE)
        path = arm_path(0)
    else:
        owner.add_trial(arm)
        place.files.now = 5000.0
        owner.claim(0, 1, promise=PROMISE)
        path = claim_path(0, 1)
    claimed_at = place.files.stamps[place.join(path)]
    place.files.now = claimed_at + PROMISE.after + LEASE - 1
    assert Watcher(worker(place, pid=2)).gone() == []
    place.files.now += 1
    assert released(Watcher(worker(place, pid=2)).release()) == [(0, 1, "lost", "lease")]


def test_one_killed_before_its_first_beat_is_given_up_where_the_server_tells_no_time(place):
    worker(place).add_trial(arm, claim={}, promise=PROMISE)
    place.files.modified = lambda _path: None
    clock = Clock()
    watcher = Watcher(worker(place, pid=2), clock=clock)
    for now, count in ((0, 0), (LEASE + PROMISE.after - 1, 0), (LEASE + PROMISE.after, 1)):
        clock.now = now
        assert len(watcher.gone()) == count


def test_one_who_promised_nothing_is_never_given_up(place):
    owner, clock = worker(place), Clock()
    owner.add_trial(arm, claim={})
    watcher = Watcher(worker(place, pid=2), clock=clock)
    for _ in range(3):
        assert watcher.gone() == []
        clock.now = place.files.now = clock.now + 1e6


def test_one_who_beats_without_a_promise_is_held_to_its_beats(place):
    owner, clock = worker(place), Clock()
    owner.add_trial(arm, claim={})
    Heartbeat(owner, 0, 1, Promise(every=60.0)).beat()
    watcher = Watcher(worker(place, pid=2), clock=clock)
    assert watcher.gone() == []
    clock.now = LEASE
    assert released(watcher.gone()) == [(0, 1, "lost", "lease")]


def test_one_who_promised_to_beat_seldom_is_given_more_time(place):
    promise = Promise(every=1000.0, after=0.0)
    worker(place).add_trial(arm, claim={}, promise=promise)
    Heartbeat(worker(place), 0, 1, promise).beat()
    clock = Clock()
    watcher = Watcher(worker(place, pid=2), clock=clock)
    watcher.gone()
    clock.now = 3059.0
    assert watcher.gone() == []
    clock.now = 3060.0
    assert len(watcher.gone()) == 1


def test_two_observers_end_an_attempt_once_and_leave_no_late_fact(place):
    worker(place).add_trial(arm, claim={}, promise=PROMISE)
    place.files.now = 1e6
    first, second = (Watcher(worker(place, pid=pid)) for pid in (2, 3))
    found = second.gone()
    assert len(first.release()) == 1
    end = found[0]
    assert worker(place, pid=3).release(end.number, end.attempt, end.document()) == "lost"
    assert second.release() == []
    assert worker(place).state.trials[0].late == ()


def test_a_zombie_is_told_and_its_result_is_kept(place):
    owner = worker(place)
    number = owner.add_trial(arm, claim={}, promise=PROMISE)
    owner.report(number, 1, {"step": 1})
    place.files.now = 1e6
    Watcher(worker(place, pid=2)).release()
    with pytest.raises(TrialEndedError, match=r"ended already: lost \(lease\)"):
        owner.end(number, 1, {"state": "completed", "data": 9})
    trial = worker(place).state.trials[number]
    assert trial.attempts[1].data == ({"step": 1},)
    assert [document["data"] for document in trial.late] == [9]


def test_our_own_job_queued_again_takes_up_what_it_ran_before(place):
    worker(place, pid=7, slurm_job_id="12").add_trial(arm, claim={})
    worker(place, pid=8, slurm_job_id="13").add_trial(arm, claim={})
    again = worker(place, pid=9, slurm_job_id="12", slurm_restart_count=1)
    again.add_trial(arm, claim={})
    writer = {"id": "x", "slurm_job_id": "12", "slurm_restart_count": 1}
    gone = Watcher(again, writer=writer).release()
    assert released(gone) == [(0, 1, "preempted", "requeued")]
    assert gone[0].note == "job 12 was queued again; elsewhere.7 ran it before"
    assert again.claim(0, 2) == "won"
    assert Watcher(again, writer=writer).release() == []


def test_no_job_takes_up_its_own_trials_while_it_runs(place):
    writer = {"slurm_job_id": "12", "slurm_restart_count": 1}
    worker(place, slurm_job_id="12", slurm_restart_count=1).add_trial(arm, claim={})
    assert Watcher(worker(place), writer=writer).gone() == []
    assert Watcher(worker(place), writer={}).gone() == []


CLAIM = """
import sys
from armwright.store import ExperimentFolder
from armwright.store.process import this_place
from armwright.store.promise import Promise
folder = ExperimentFolder.open(sys.argv[1])
folder.add_trial(lambda number, state: {}, claim={}, promise=Promise(place=this_place()))
print("ready", flush=True)
sys.stdin.readline()
"""


@pytest.mark.skipif(not this_place(), reason="this system does not tell processes apart")
def test_a_process_of_this_machine_that_is_gone_is_given_up_at_once(disk_folder):
    process = subprocess.Popen(
        [sys.executable, "-c", CLAIM, disk_folder.url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    watcher = Watcher(disk_folder)
    assert watcher.release() == []
    process.kill()
    process.communicate()
    assert released(watcher.release()) == [(0, 1, "lost", "process")]


def test_the_heart_beats_from_a_thread_and_stops_with_the_block(folder):
    promise = Promise(every=0.01, after=0.0)
    number = folder.add_trial(arm, claim={}, promise=promise)
    others = set(threading.enumerate())  # a run that another test left open beats too
    with Heartbeat(folder, number, 1, promise) as heart:
        wait_until(lambda: heart.beats >= 3)
    beats = heart.beats
    assert read_beat(folder.location, number, 1).count == beats
    left = set(threading.enumerate()) - others
    assert not any("heartbeat" in thread.name for thread in left)
    state = folder.refresh()
    assert state.damaged == ()
    assert state.trials[number].status == "running"


def test_a_short_trial_costs_no_beat(folder):
    number = folder.add_trial(arm, claim={}, promise=PROMISE)
    with Heartbeat(folder, number, 1, PROMISE) as heart:
        folder.end(number, 1, {"state": "completed"})
    assert heart.beats == 0
    assert read_beat(folder.location, number, 1) is None


def test_a_beat_that_cannot_be_written_disturbs_nobody_and_is_tried_again(folder):
    files = FaultyFiles(folder.location.files)
    where = Location(url=folder.url, files=files, path=folder.location.path)
    owner = ExperimentFolder.open_at(where)
    files.calls.clear()
    files.fault = Fault(call=1, how="not done", lasting=3)
    with Heartbeat(owner, 0, 1, Promise(every=0.01, after=0.0)) as heart:
        wait_until(lambda: heart.problem is not None)
        wait_until(lambda: heart.beats >= 2)
    assert heart.problem is None
    files.fault = Fault(call=len(files.calls) + 1, how="not done")
    with pytest.raises(StoreError, match="input/output error"):
        heart.beat()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"beat": 1, "every": "x"}', b"\xff"])
def test_a_foreign_heartbeat_is_a_heartbeat_that_stands_still(place, body):
    worker(place).add_trial(arm, claim={}, promise=PROMISE)
    place.files.overwrite(place.join(beat_path(0, 1)), body)
    clock = Clock()
    watcher = Watcher(worker(place, pid=2), clock=clock)
    assert watcher.gone() == []
    clock.now = LEASE
    assert len(watcher.gone()) == 1


@pytest.mark.parametrize(
    "document",
    [None, {}, {"every": None}, {"every": "60"}, {"every": float("nan")}, {"every": -1}, {"x": 1}],
)
def test_a_promise_that_makes_no_sense_promises_nothing(document):
    assert Promise.from_document(document).every is None


def test_a_promise_comes_back_as_it_was():
    for promise in (Promise(), Promise(every=None, place="pid:[1]"), Promise(every=5, after=0)):
        assert Promise.from_document(promise.document()) == promise
    with pytest.raises(ValueError, match="every: expected seconds, got -1"):
        Promise(every=-1)


def test_a_promise_is_kept_while_the_attempt_is_open(folder):
    number = folder.add_trial(arm, claim={}, promise=PROMISE)
    folder.put_trial(1, {}, claim={"by": "me"})
    folder.put_trial(2, {})
    folder.claim(2, 1, promise=Promise(every=5.0))
    trials = ExperimentFolder.open(folder.url).state.trials
    promises = [trials[number].attempts[1].promise for number in range(3)]
    assert promises == [PROMISE.document(), None, Promise(every=5.0).document()]
    folder.end(number, 1, {"state": "completed"})
    assert folder.refresh().trials[number].attempts[1].promise is None


def wait_until(happened, seconds=200.0):
    """Waits for something that another thread does."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.005)
