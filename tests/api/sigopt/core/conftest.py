"""A connection, and experiments of the core API that are made through it."""

import pytest

from armwright import sigopt

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}


@pytest.fixture
def conn():
    return sigopt.Connection("anything")


@pytest.fixture
def create(conn):
    """Makes an experiment; what is not given is as small as can be."""

    def create(**fields):
        base = {"name": "e", "parameters": [X], "metrics": [{"name": "y"}], "type": "random"}
        return conn.experiments().create(**{**base, **fields})

    return create


@pytest.fixture
def bound(conn, create):
    """The resource of a new experiment."""

    def bound(**fields):
        return conn.experiments(create(**fields).id)

    return bound


@pytest.fixture
def observe(bound):
    """An experiment with an observation of y for each number, oldest first; None failed."""

    def observe(values, **fields):
        resource = bound(**fields)
        for value in values:
            suggestion = resource.suggestions().create()
            said = (
                {"failed": True} if value is None else {"values": [{"name": "y", "value": value}]}
            )
            resource.observations().create(suggestion=suggestion.id, **said)
        return resource

    return observe
