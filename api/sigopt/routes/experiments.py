"""Experiments of the core API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.sigopt.core.core_definition import core_definition, is_core, updated_core
from armwright.sigopt.core.documents import core_experiment
from armwright.sigopt.exception import refused
from armwright.sigopt.folders import make_experiment
from armwright.sigopt.project import check_project_id, current_project
from armwright.sigopt.routes.experiment_lists import ai_answer, experiments_page
from armwright.sigopt.routes.finding import (
    any_experiment,
    core_experiment_of,
)

if TYPE_CHECKING:
    from armwright.sigopt.routes.request import Request

__all__ = ["create", "delete", "fetch", "list_all", "list_of_project", "project_of", "update"]

Json = dict[str, Any]


def create(request: Request) -> Json:
    """Makes an experiment."""
    definition = core_definition(request.body)
    return core_experiment(make_experiment(definition, project_of(request.body.get("project"))))


def project_of(given: Any) -> str:
    """The project of a request; the one in force where it names none.

    Raises:
        ApiException: It cannot be one. Status 400.
    """
    try:
        return current_project() if given is None else check_project_id(given)
    except ValueError as error:
        raise refused(str(error)) from error


def fetch(request: Request) -> Json:
    """An experiment, also an archived one, and an AI experiment as such."""
    folder = any_experiment(request.ids[0])
    if is_core(folder.definition):
        return core_experiment(folder)
    return ai_answer(folder)


def list_all(request: Request) -> Json:
    """The experiments of the store; see `experiments_page`."""
    return experiments_page(request, None, ai=False)


def list_of_project(request: Request) -> Json:
    """The same of one project."""
    return experiments_page(request, request.ids[1], ai=False)


def update(request: Request) -> Json:
    """Changes an experiment."""
    folder = core_experiment_of(request.ids[0])
    folder.redefine(lambda definition: updated_core(definition, request.body))
    folder.refresh()
    return core_experiment(folder)


def delete(request: Request) -> None:
    """Archives an experiment."""
    folder = core_experiment_of(request.ids[0])
    folder.redefine(lambda definition: updated_core(definition, {"state": "deleted"}))
