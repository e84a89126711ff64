"""Experiments for workers, and programs for them to run."""

import pytest

import armwright
from armwright.store import ExperimentFolder
from armwright.working import Worker, WorkerOptions

DEFINITION = {
    "objective": {"metric": "loss", "minimize": True},
    "tracking_metrics": ["size"],
    "parameters": [
        {"name": "x", "type": "range", "bounds": [0.0, 1.0]},
        {"name": "big", "type": "choice", "values": [True, False]},
        {"name": "the kind", "type": "choice", "values": ["a b", "c"]},
    ],
}


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    """No variable of whoever runs the tests."""
    for name in ("ARMWRIGHT_EXPERIMENT", "SLURM_JOB_ID", "SLURM_RESTART_COUNT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def url(tmp_path):
    """An experiment with a budget of three trials."""
    armwright.create(tmp_path / "runs" / "lr", DEFINITION, budget=3, seed=4)
    return tmp_path / "runs" / "lr"


@pytest.fixture
def events():
    """What the worker said."""
    return []


@pytest.fixture
def work(url, events):
    """Runs a worker with words and options to its end."""

    def work(*words, **options):
        options = WorkerOptions(**{"grace": 120.0, **options})
        return Worker(url, words, options=options, report=events.append).run()

    return work


@pytest.fixture
def sh(work):
    """The same with a shell's program as the command."""

    def sh(program, *words, **options):
        return work("sh", "-c", program, "sh", *words, **options)

    return sh


@pytest.fixture
def trials(url):
    """The trials of the experiment, read anew."""

    def trials():
        return ExperimentFolder.open(url).state.trials

    return trials
