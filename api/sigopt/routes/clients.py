"""Whom things belong to. A store has one client and one organization, and needs no token."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from armwright.errors import ExperimentExistsError
from armwright.sigopt.exception import refused
from armwright.sigopt.fields import checked_name, known_keys, metadata_of
from armwright.sigopt.folders import project_runs
from armwright.sigopt.place import CLIENT_ID, USER_ID
from armwright.sigopt.routes.experiments import project_of
from armwright.sigopt.routes.finding import core_experiment_of, project_folders
from armwright.sigopt.routes.paging import page, whole_page

if TYPE_CHECKING:
    from armwright.sigopt.routes.request import Request
    from armwright.sigopt.run_folder import RunFolder

__all__ = [
    "begin_session",
    "client",
    "create_project",
    "experiment_token",
    "organization",
    "organizations",
    "project",
    "projects",
    "token",
    "update_project",
]

Json = dict[str, Any]

_NAME = "armwright"


def client(request: Request) -> Json:
    """The client; it is the same by every id."""
    return _client(request.ids[0])


def _client(ident: str) -> Json:
    return {
        "object": "client",
        "id": ident,
        "name": _NAME,
        "organization": CLIENT_ID,
        "created": 0,
    }


def organization(request: Request) -> Json:
    """The organization; it is the same by every id."""
    return _organization(request.ids[0])


def organizations(_: Request) -> Json:
    """All organizations."""
    return whole_page([_organization(CLIENT_ID)])


def _organization(ident: str) -> Json:
    return {"object": "organization", "id": ident, "name": _NAME, "created": 0, "deleted": False}


def token(request: Request) -> Json:
    """Who asks."""
    return _token(request.ids[0], None)


def experiment_token(request: Request) -> Json:
    """A token for one experiment; as the store needs none, it says no more than that."""
    return _token(_NAME, core_experiment_of(request.ids[0]).ident)


def _token(word: str, experiment: str | None) -> Json:
    return {
        "object": "token",
        "token": word,
        "token_type": "client" if experiment is None else "guest",
        "all_experiments": experiment is None,
        "client": CLIENT_ID,
        "development": False,
        "experiment": experiment,
        "expires": None,
        "permissions": "write",
        "user": USER_ID,
    }


def begin_session(_: Request) -> Json:
    """Somebody has come in."""
    return {
        "object": "session",
        "api_token": _token(_NAME, None),
        "client": _client(CLIENT_ID),
        "user": {"object": "user", "id": USER_ID, "name": _NAME, "deleted": False},
    }


def projects(request: Request) -> Json:
    """The projects in the store, with `deleted` archived ones too; `sort` is created or updated."""
    found = [_project(folder) for folder in project_folders()]
    sort = request.word("sort")
    if sort not in (None, "created", "updated"):
        raise refused(f"projects are sorted by created or updated, got {sort!r}")
    shown = [item for item in found if request.flag("deleted") or not item["deleted"]]
    return page(shown, request, None if sort is None else lambda item: item[sort])


def project(request: Request) -> Json:
    """A project; one that is not there is made, as naming it is all there is to it."""
    return _project(project_runs(project_of(request.ids[1])))


def create_project(request: Request) -> Json:
    """Makes a project."""
    body = request.body
    known_keys(body, ("id", "name", "metadata"), "a project")
    for key in ("id", "name"):
        if body.get(key) is None:
            raise refused(f"a project needs {key}, got none")
    ident = project_of(body.get("id"))
    changes = _checked(body)
    try:
        folder = project_runs(ident, exclusive=True)
    except ExperimentExistsError as error:
        raise refused(f"there is a project {ident!r} already", 409) from error
    return _changed(folder, changes)


def update_project(request: Request) -> Json:
    """Changes the name or the metadata of a project, or archives it."""
    known_keys(request.body, ("name", "metadata", "deleted"), "a project")
    if request.body.get("name", "?") is None:
        raise refused("a project needs a name, got null")
    return _changed(project_runs(project_of(request.ids[1])), _checked(request.body))


def _checked(body: Json) -> Json:
    changes: Json = {}
    if body.get("name") is not None:
        changes["name"] = checked_name(body["name"], "the name of a project")
    if "metadata" in body:
        changes["metadata"] = metadata_of(body["metadata"])
    if body.get("deleted") is not None:
        if not isinstance(body["deleted"], bool):
            raise refused(f"deleted should be true or false, got {body['deleted']!r}")
        changes["deleted"] = body["deleted"]
    return changes


def _changed(folder: RunFolder, changes: Json) -> Json:
    moment = round(time.time())
    folder.redefine(lambda before: {"created": moment, **before, **changes, "updated": moment})
    folder.refresh()
    return _project(folder)


def _project(folder: RunFolder) -> Json:
    definition = folder.definition
    return {
        "object": "project",
        "id": definition["project"],
        "client": CLIENT_ID,
        "name": definition.get("name", definition["project"]),
        "user": USER_ID,
        "created": definition.get("created"),
        "updated": definition.get("updated"),
        "metadata": definition.get("metadata") or None,
        "deleted": bool(definition.get("deleted")),
    }
