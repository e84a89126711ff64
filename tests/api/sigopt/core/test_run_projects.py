"""Runs that are moved from one project to another."""

import pytest

from armwright.sigopt.exception import ApiException


@pytest.fixture
def listed(conn):
    """The names of the runs of a project, newest first."""

    def listed(project):
        page = conn.clients(1).projects(project).training_runs().fetch()
        return [run.name for run in page.iterate_pages()]

    return listed


@pytest.fixture
def begin(conn):
    def begin(project, name):
        return conn.clients(1).projects(project).training_runs().create(name=name)

    return begin


def test_a_run_is_moved_to_another_project(conn, begin, listed):
    one, _ = begin("from", "one"), begin("from", "two")
    assert conn.training_runs(one.id).update(project="to").project == "to"
    assert conn.training_runs(one.id).fetch().project == "to"
    assert (listed("from"), listed("to")) == (["two"], ["one"])


def test_a_run_is_moved_back(conn, begin, listed):
    one = begin("from", "one")
    conn.training_runs(one.id).update(project="to")
    conn.training_runs(one.id).update(project="from")
    assert (listed("from"), listed("to")) == (["one"], [])


def test_a_run_of_an_experiment_is_moved_by_itself(conn, make, listed):
    experiment = make(type="random")
    runs = [conn.aiexperiments(experiment.id).training_runs().create(name=n) for n in "ab"]
    conn.training_runs(runs[0].id).update(project="to")
    assert (listed("tests"), listed("to")) == (["b"], ["a"])
    assert [run.name for run in experiment.get_runs()] == ["b", "a"]


def test_a_run_that_was_moved_shows_nothing_of_how(conn, begin):
    one = begin("from", "one")
    before = set(one.to_json())
    assert set(conn.training_runs(one.id).update(project="to").to_json()) == before


def test_a_project_that_was_moved_to_can_be_renamed(conn, begin, listed):
    one = begin("from", "one")
    conn.training_runs(one.id).update(project="to")
    assert conn.clients(1).projects("to").update(name="Another").name == "Another"
    assert listed("to") == ["one"]


@pytest.mark.parametrize("project", [None, "Not Legal", ""])
def test_a_run_is_moved_to_no_project_that_cannot_be(conn, begin, listed, project):
    one = begin("from", "one")
    with pytest.raises(ApiException, match="a project's id should be") as caught:
        conn.training_runs(one.id).update(project=project)
    assert (caught.value.status_code, listed("from")) == (400, ["one"])


def test_a_run_does_not_begin_with_a_project(conn):
    with pytest.raises(ApiException, match="unknown key 'project'"):
        conn.clients(1).projects("from").training_runs().create(name="r", project="to")
