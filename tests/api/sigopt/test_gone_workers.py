"""Runs whose workers were killed: they use budget, and are taken up or archived."""

import subprocess
import sys

import pytest

from armwright import sigopt

BEGIN_AND_VANISH = """
import os, sys
from armwright import sigopt
sigopt.set_store(sys.argv[1])
run = sigopt.get_experiment(sys.argv[2]).create_run()
print(run.id, flush=True)
os._exit(1)
"""
X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}


@pytest.fixture
def orphaned(tmp_path):
    """An experiment of two runs, and the id of one that a process has begun and left."""
    sigopt.set_store(tmp_path)
    experiment = sigopt.create_experiment(
        name="e", type="random", parameters=[X], metrics=[{"name": "y"}], budget=2
    )
    words = [sys.executable, "-c", BEGIN_AND_VANISH, str(tmp_path), experiment.id]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
    return experiment, done.stdout.strip()


def test_a_run_whose_worker_has_gone_is_active_and_uses_budget(orphaned):
    experiment, orphan = orphaned
    assert not experiment.is_finished()
    assert experiment.progress.active_run_count == 1
    assert experiment.progress.remaining_budget == 1
    assert sigopt.get_run(orphan).state == "active"


def test_the_next_run_takes_it_up(orphaned):
    experiment, orphan = orphaned
    run = experiment.create_run()
    run.end()
    assert run.id == orphan
    assert experiment.progress.remaining_budget == 2  # as it was looked up
    experiment.refresh()
    assert experiment.progress.remaining_budget == 1


@pytest.mark.slow
def test_a_loop_takes_it_up_though_the_budget_is_used_up(orphaned):
    experiment, orphan = orphaned
    other = sigopt.get_experiment(experiment.id)
    other._source._folder._watcher.release()
    done = []
    for run in experiment.loop():
        with run:
            run.log_metric("y", 1)
        done.append(run.id)
    assert done[0] == orphan
    assert len(done) == 2
    assert {run.state for run in experiment.get_runs()} == {"completed"}


@pytest.mark.slow
def test_a_loop_ends_with_what_others_left(orphaned, monkeypatch):
    experiment, orphan = orphaned
    monkeypatch.setattr("armwright.sigopt.run_folder._LOOK_EVERY_S", 0.0)
    runs = experiment.loop()
    first = next(runs)
    first.log_metric("y", 1)
    assert first.id == orphan
    experiment.create_run().end()
    experiment.refresh()
    assert experiment.progress.remaining_budget == 0
    first._writer.heartbeat.stop()
    first._writer.folder._folder.end(0, first._writer.attempt, {"state": "lost"})
    again = next(runs)
    assert again.id == orphan
    again.end()
    assert list(runs) == []


def test_archiving_it_gives_its_budget_back(orphaned):
    experiment, orphan = orphaned
    sigopt.archive_run(orphan)
    experiment.refresh()
    assert experiment.progress.remaining_budget == 2
    with experiment.create_run() as run:
        assert run.id != orphan
