"""A store of its own for each test, and experiments in it."""

import uuid

import pytest

from armwright import sigopt
from armwright.store.heartbeat import Heartbeat

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
N = {"name": "n", "type": "int", "bounds": {"min": 1, "max": 9}}
C = {"name": "c", "type": "categorical", "categorical_values": ["red", "blue"]}


@pytest.fixture(autouse=True)
def _store(monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_SEED", "3")
    monkeypatch.setenv("SIGOPT_PROJECT", "tests")
    sigopt.set_store(f"memory://{uuid.uuid4().hex}")
    start, started = Heartbeat.start, []

    def note(heartbeat):
        started.append(heartbeat)
        start(heartbeat)

    monkeypatch.setattr(Heartbeat, "start", note)
    yield
    for heartbeat in started:  # of runs that the test did not end
        heartbeat.stop()
    sigopt.set_store(None)
    sigopt.params.clear()


@pytest.fixture
def make():
    """Makes an experiment; what is not given is as small as can be."""

    def make(**fields):
        base = {"name": "e", "parameters": [X], "metrics": [{"name": "y"}]}
        return sigopt.create_experiment(**{**base, **fields})

    return make


@pytest.fixture
def ended(make):
    """An experiment with a run for each dict of values, oldest first."""

    def ended(values, **fields):
        experiment = make(**{"type": "random", **fields})
        for measured in values:
            with experiment.create_run() as run:
                run.log_metrics(measured)
        return experiment

    return ended


@pytest.fixture
def experiment(make):
    return make(type="random", parameters=[X, N])


@pytest.fixture
def run(experiment):
    return experiment.create_run()
