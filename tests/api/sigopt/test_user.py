"""Whoever can read a store is its one user, and all things in it are that user's."""

import json

import pytest

from armwright import sigopt

FIELDS = {
    "name": "e",
    "parameters": [{"name": "x", "type": "double", "bounds": {"min": 0, "max": 1}}],
    "metrics": [{"name": "y"}],
    "type": "random",
}


@pytest.fixture
def conn():
    return sigopt.Connection()


@pytest.fixture
def user(conn):
    return conn.tokens("self").fetch().user


def test_an_experiment_is_the_users(user):
    assert sigopt.create_experiment(**FIELDS).user == user == "1"


def test_a_run_is_the_users(user):
    assert sigopt.get_run(sigopt.create_run().id).user == user


def test_an_experiment_of_the_core_api_is_the_users(conn, user):
    assert conn.experiments().create(**FIELDS).user == user


def test_a_project_is_the_users(conn, user):
    sigopt.create_run()
    assert conn.clients("1").projects("tests").fetch().user == user


def test_a_session_has_the_user(conn, user):
    assert conn.pki_sessions().create().user.id == user


def test_runs_are_found_by_their_user(conn, user):
    sigopt.create_run()
    runs = conn.clients("1").projects("tests").training_runs()
    asked = [{"field": "user", "operator": "==", "value": user}]
    assert runs.fetch(filters=json.dumps(asked)).count == 1
