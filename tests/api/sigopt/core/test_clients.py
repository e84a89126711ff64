"""Clients, projects, organizations, tokens and sessions."""

import pytest

from armwright import sigopt
from armwright.sigopt.exception import ApiException
from armwright.sigopt.objects import Client, Organization, Project, Session, Token

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}


def test_the_token_names_a_client(conn):
    token = conn.tokens("self").fetch()
    assert isinstance(token, Token)
    assert conn.clients(token.client).fetch().id == token.client


def test_no_token_is_needed():
    assert sigopt.Connection().tokens("self").fetch().all_experiments is True


def test_a_token_of_an_experiment_names_it(conn, create):
    experiment = create()
    assert conn.experiments(experiment.id).tokens().create().experiment == experiment.id


def test_a_token_of_an_unknown_experiment_is_refused(conn):
    with pytest.raises(ApiException, match="there is no experiment") as caught:
        conn.experiments(7).tokens().create()
    assert caught.value.status_code == 404


def test_every_client_is_there(conn):
    client = conn.clients(123).fetch()
    assert isinstance(client, Client)
    assert client.id == "123"


def test_an_organization_is_there(conn):
    organization = conn.organizations(conn.clients(1).fetch().organization).fetch()
    assert isinstance(organization, Organization)
    assert organization.deleted is False


def test_organizations_are_listed(conn):
    assert conn.organizations().fetch().count == 1


def test_a_session_has_a_token_and_a_client(conn):
    session = conn.pki_sessions().create()
    assert isinstance(session, Session)
    assert session.api_token.client == session.client.id


def test_a_project_is_made(conn):
    project = conn.clients(1).projects().create(id="p", name="A project", metadata={"k": 1})
    assert isinstance(project, Project)
    assert (project.id, project.name, project.metadata) == ("p", "A project", {"k": 1})


def test_a_project_that_is_there_is_a_conflict(conn):
    conn.clients(1).projects().create(id="p", name="A")
    with pytest.raises(ApiException, match="there is a project 'p' already") as caught:
        conn.clients(1).projects().create(id="p", name="A")
    assert caught.value.status_code == 409


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": "A"}, "a project needs id, got none"),
        ({"id": "p"}, "a project needs name, got none"),
        ({"id": "Not Legal", "name": "A"}, "a project's id should be"),
        ({"id": "p", "name": ""}, "the name of a project"),
        ({"id": "p", "strange": 1}, "unknown key 'strange'"),
    ],
)
def test_a_project_that_cannot_be_is_refused(conn, fields, problem):
    with pytest.raises(ApiException, match=problem) as caught:
        conn.clients(1).projects().create(**fields)
    assert caught.value.status_code == 400


def test_a_project_is_fetched(conn):
    made = conn.clients(1).projects().create(id="p", name="A")
    assert conn.clients(1).projects("p").fetch() == made


def test_a_project_that_was_never_made_is_there(conn):
    assert conn.clients(1).projects("fresh").fetch().name == "fresh"


def test_a_project_can_be_changed(conn):
    conn.clients(1).projects().create(id="p", name="A")
    conn.clients(1).projects("p").update(name="B", metadata={"k": "v"})
    found = conn.clients(1).projects("p").fetch()
    assert (found.name, found.metadata) == ("B", {"k": "v"})


def test_projects_are_listed(conn):
    for ident in ("p", "q"):
        conn.clients(1).projects().create(id=ident, name=ident)
    found = conn.clients(1).projects().fetch().iterate_pages()
    assert sorted(project.id for project in found) == ["p", "q"]


def test_a_project_has_its_ai_experiments(conn, make):
    made = make()
    found = conn.clients(1).projects("tests").aiexperiments().fetch()
    assert [item.id for item in found.iterate_pages()] == [made.id]


def test_an_ai_experiment_is_made_in_a_project(conn):
    made = (
        conn.clients(1)
        .projects("other")
        .aiexperiments()
        .create(name="e", parameters=[X], metrics=[{"name": "y"}])
    )
    assert sigopt.get_experiment(made.id).project == "other"
