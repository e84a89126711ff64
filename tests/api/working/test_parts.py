"""The parts of a worker that need no process: lengths of time, jobs, topping up, arrays."""

import os

import pytest

import armwright
from armwright.errors import UsageError
from armwright.persistence import StoredExperiment
from armwright.store import ExperimentFolder, UnavailableError
from armwright.store.posix import PosixFiles
from armwright.store.promise import Promise
from armwright.working import SlurmJob, WorkerOptions, jobs_gone
from armwright.working.batch_script import array_of, side_by_side
from armwright.working.duration import seconds_of
from armwright.working.lookout import Lookout
from armwright.working.slurm_job import own_trials, release_gone_jobs, slurm_claim
from armwright.working.top_up import TopUp, shortage


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("1.5", 1.5),
        ("90s", 90),
        ("1h30m", 5400),
        ("2d", 172800),
        ("0.5h", 1800),
        ("02:30", 150),
        ("1:00:00", 3600),
        ("2-12", 216000),
        ("1-02:03:04", 93784),
    ],
)
def test_lengths_of_time_are_read_as_people_and_slurm_write_them(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "0", "-5", "soon", "UNLIMITED", "INVALID", "5w", "nan", "inf"]
)
def test_what_is_no_length_of_time_is_refused(text):
    with pytest.raises(UsageError, match="expected a length of time"):
        seconds_of(text)


@pytest.mark.parametrize(
    ("given", "array", "at_once"),
    [
        ("1", "0-0", 1),
        ("500", "0-499", 500),
        ("500%50", "0-499%50", 50),
        ("0-9", "0-9", 10),
        ("1-9:4,20", "1-9:4,20", 4),
        ("3-4%9", "3-4%9", 2),
    ],
)
def test_arrays_are_a_number_of_tasks_or_what_sbatch_takes(given, array, at_once):
    assert (array_of(given), side_by_side(array)) == (array, at_once)


@pytest.mark.parametrize("text", ["", "0", "-3", "a", "5%", "5%0", "1-", "1,,2"])
def test_what_is_no_array_is_refused(text):
    with pytest.raises(UsageError, match="expected"):
        array_of(text)


# Slurm, as this process's environment and a stand-in for squeue tell of it; tests marked slurm use
# the real one.

JOB = SlurmJob(ident="7", cluster="here", restarts=1)


@pytest.fixture
def squeue(tmp_path, monkeypatch):
    """Says what squeue answers to whom it is asked for."""

    def squeue(text, code=0):
        program = tmp_path / "squeue"
        program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n{text}\nexit {code}\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        return tmp_path / "asked"

    return squeue


def test_the_job_of_this_process_is_known_from_its_environment():
    environ = {"SLURM_JOB_ID": "7", "SLURM_CLUSTER_NAME": "here", "SLURM_RESTART_COUNT": "1"}
    assert SlurmJob.current(environ) == JOB
    assert SlurmJob.current({}) is None


def test_a_job_knows_how_long_it_may_run(squeue):
    asked = squeue("echo 1:02:03")
    assert JOB.seconds_left() == 3723
    assert asked.read_text() == "--noheader --jobs 7 --format %L\n"
    squeue("echo UNLIMITED")
    assert JOB.seconds_left() is None
    squeue("exit 1")
    assert JOB.seconds_left() is None


def test_jobs_that_the_scheduler_does_not_know_have_gone(squeue):
    squeue("echo 8")
    assert jobs_gone(["7", "8"]) == {"7"}
    squeue("echo slurm_load_jobs error: Invalid job id specified >&2", 1)
    assert jobs_gone(["7"]) == {"7"}


def test_where_the_scheduler_does_not_answer_no_job_has_gone(squeue, monkeypatch):
    squeue("echo connection refused >&2", 1)
    assert jobs_gone(["7"]) == set()
    monkeypatch.setenv("PATH", "/nowhere")
    assert jobs_gone(["7"]) == set()


def claimed(url, jobs):
    """Trials that jobs, (cluster, job), have taken."""
    stored = StoredExperiment.open(url)
    for cluster, job in jobs:
        claim = slurm_claim(SlurmJob(ident=job, cluster=cluster, restarts=0))
        stored.asker.ask(1, Promise(every=None), claim=claim)


def test_trials_of_jobs_that_have_gone_are_free_at_once(url, squeue):
    claimed(url, [("here", "8"), ("here", "9"), ("there", "8")])
    asked = squeue("echo 9")
    folder = ExperimentFolder.open(url)
    assert release_gone_jobs(folder, "here") == [0]
    assert "--jobs 8,9 " in asked.read_text()
    statuses = [trial.status for trial in folder.refresh().trials.values()]
    assert statuses == ["lost", "running", "running"]
    assert folder.state.trials[0].last_attempt.end["note"] == "Slurm job 8 runs no more"


def test_a_requeued_job_seeks_its_own_trials_until_the_store_answers(url, monkeypatch, squeue):
    squeue("echo 7")
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    monkeypatch.setenv("SLURM_CLUSTER_NAME", "here")
    monkeypatch.setenv("SLURM_RESTART_COUNT", "1")
    claimed(url, [("here", "7")])
    folder = ExperimentFolder.open(url)
    folder.end(0, 1, {"state": "preempted"})
    said = []
    lookout = Lookout(folder, WorkerOptions(looks_every=0.0), said.append, place=url.parent)
    with monkeypatch.context() as away:
        away.setattr(PosixFiles, "list", no_answer)
        assert lookout.look(0.0) is None
    assert [remark.text for remark in said] == [
        "cannot look for workers that have gone: cannot read it"
    ]
    assert lookout.look(1.0) is False
    assert lookout.mine == [0]


def no_answer(*_):
    raise UnavailableError("cannot read it")


def test_a_requeued_job_knows_which_trials_were_its_own(url):
    claimed(url, [("here", "7"), ("there", "7"), ("here", "8")])
    folder = ExperimentFolder.open(url)
    for number in range(3):
        folder.end(number, 1, {"state": "preempted"})
    assert own_trials(folder.refresh(), JOB) == [0]
    (trial,) = StoredExperiment(folder).asker.ask(1, None, first=[2])
    assert trial.number == 2  # such are taken before those that wait longer


# Topping up ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("running", "waiting", "wanted"),
    [(1, 0, 0), (3, 0, 0), (4, 0, 4), (4, 1, 4), (4, 2, 0), (500, 31, 64), (500, 32, 0)],
)
def test_few_workers_make_nothing_ahead_and_many_as_much_as_they_are(running, waiting, wanted):
    assert shortage(running=running, waiting=waiting) == wanted


@pytest.fixture
def busy(tmp_path):
    """An experiment with eight trials running and none waiting."""
    definition = {
        "objective": {"metric": "loss", "minimize": True},
        "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
    }
    stored = armwright.create(tmp_path / "busy", definition, budget=99, seed=1)
    stored.ask(8)
    return ExperimentFolder.open(tmp_path / "busy")


def test_by_chance_one_of_many_workers_tops_the_stock_up(busy):
    now = [0.0]
    lucky, others = (
        TopUp(busy.url, clock=lambda: now[0], chance=lambda draw=draw: draw) for draw in (0.1, 0.2)
    )
    assert not others.consider(busy, ours=1)
    assert lucky.consider(busy, ours=1)
    assert not lucky.consider(busy, ours=1)  # one at a time
    assert lucky._maker is not None
    assert lucky._maker.wait() == 0
    assert busy.refresh().counts["waiting"] == 8
    lucky.stop()
    now[0] = 1e6
    assert not lucky.consider(busy, ours=8)


def test_a_worker_looks_at_the_stock_only_now_and_then(busy):
    draws = []
    clock = iter([0.0, 1.0, 20.0])
    top_up = TopUp(busy.url, clock=lambda: next(clock), chance=lambda: draws.append(1) or 1.0)
    for _ in range(3):
        assert not top_up.consider(busy, ours=1)
    assert len(draws) == 2
