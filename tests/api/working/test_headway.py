"""Several workers of one job, which is queued again as a whole, and what each of them got done."""

import json

import pytest

from armwright.working.events import TrialEnded, TrialStep
from armwright.working.headway import Headway
from armwright.working.slurm_job import SlurmJob


@pytest.fixture
def workers(tmp_path):
    """Starts some workers of job 41, all at once, after it was queued again so many times."""

    def workers(restarts, count=2):
        job = SlurmJob(ident="41", cluster="c", restarts=restarts)
        return [Headway(tmp_path, job) for _ in range(count)]

    return workers


def ended(trial=0):
    return TrialEnded(trial=trial, attempt=1, slot=0, state="completed", seconds=1.0)


def step(at, trial=0):
    return TrialStep(trial=trial, attempt=1, slot=0, step=at, values={})


@pytest.mark.parametrize("busy", [0, 1])
def test_the_job_comes_further_where_any_of_its_workers_does(workers, busy):
    for restarts in range(6):
        both = workers(restarts)
        both[busy].note(ended())
        assert both[busy].fruitless() == 0
        assert both[1 - busy].fruitless() == 0


def test_where_none_of_them_comes_further_each_counts_the_times_and_not_the_workers(workers):
    for restarts in range(4):
        assert [worker.fruitless() for worker in workers(restarts, 3)] == [restarts + 1] * 3


def test_one_that_ends_before_another_has_come_further_does_not_know_it_yet(workers):
    slow, quick = workers(0)
    assert quick.fruitless() == 1
    slow.note(ended())
    assert slow.fruitless() == 0
    assert [worker.fruitless() for worker in workers(1)] == [1, 1]


def test_a_trial_that_goes_over_to_another_worker_has_told_the_same_steps_before(workers):
    first, second = workers(0)
    first.note(step(5, trial=1))
    second.note(step(9, trial=2))
    assert [first.fruitless(), second.fruitless()] == [0, 0]
    first, second = workers(1)
    first.note(step(9, trial=2))
    second.note(step(5, trial=1))
    assert [first.fruitless(), second.fruitless()] == [1, 1]
    (third,) = workers(2, 1)
    third.note(step(6, trial=1))
    assert third.fruitless() == 0


def test_a_time_of_which_nobody_wrote_anything_does_not_count(workers):
    for worker in (*workers(0), *workers(3)):
        last = worker.fruitless()
    assert last == 2


def test_what_is_kept_does_not_grow_with_the_times(workers, tmp_path):
    for restarts in range(20):
        for worker in workers(restarts, 3):
            worker.note(step(restarts))
            worker.fruitless()
    assert len(list(tmp_path.rglob("*.json"))) <= 6


def test_a_file_that_cannot_be_read_is_passed_over(workers, tmp_path):
    (worker,) = workers(0, 1)
    worker.fruitless()
    (path,) = tmp_path.rglob("*.json")
    for body in ("", "[]", "{}", json.dumps({"further": True, "furthest": 3})):
        path.write_text(body)
        assert workers(1, 1)[0].fruitless() == 1
        for kept in path.parent.glob("1.*"):
            kept.unlink()


def test_what_a_job_of_the_same_number_did_long_ago_is_no_matter(workers):
    for restarts in range(4):
        workers(restarts, 1)[0].fruitless()
    assert [workers(restarts, 1)[0].fruitless() for restarts in range(2)] == [1, 2]
