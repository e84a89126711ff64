"""Clients in memory, whose first arms need no fit."""

import pytest

from armwright.ax.ax_client import AxClient

PARAMETERS = [
    {"name": "x", "type": "range", "bounds": [0.0, 10.0]},
    {"name": "n", "type": "range", "bounds": [1, 8]},
    {"name": "k", "type": "fixed", "value": "rbf"},
]


@pytest.fixture
def parameters():
    """A range of floats, one of whole numbers, and a fixed word."""
    return [dict(parameter) for parameter in PARAMETERS]


@pytest.fixture
def arm():
    """A point among them."""
    return {"x": 1.5, "n": 2, "k": "rbf"}


@pytest.fixture
def made():
    """Makes a client with an experiment of these parameters."""

    def made(parameters=PARAMETERS, **more):
        client = AxClient(random_seed=1)
        client.create_experiment(parameters, **more)
        return client

    return made


@pytest.fixture
def client(made):
    """One that minimizes a loss."""
    return made(objective_name="loss", minimize=True)
