"""AI experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.sigopt.best_runs import best_of
from armwright.sigopt.core.core_definition import well_formed
from armwright.sigopt.core.documents import best_observed
from armwright.sigopt.definition import definition_from_fields
from armwright.sigopt.exception import refused
from armwright.sigopt.folders import make_experiment
from armwright.sigopt.place import split_run_id
from armwright.sigopt.routes.experiment_lists import ai_answer, experiments_page
from armwright.sigopt.routes.experiments import project_of
from armwright.sigopt.routes.finding import ai_experiment, core_experiment_of
from armwright.sigopt.routes.paging import in_order
from armwright.sigopt.routes.run_answer import run_answer
from armwright.sigopt.update import updated

if TYPE_CHECKING:
    from armwright.sigopt.routes.request import Request

__all__ = [
    "best_runs",
    "best_runs_of_core",
    "create",
    "create_in_project",
    "delete",
    "fetch",
    "list_all",
    "list_of_project",
    "update",
]

Json = dict[str, Any]


def create(request: Request) -> Json:
    """Makes an experiment in the project that the body names, else in the one in force."""
    body = dict(request.body)
    return _made(body, project_of(body.pop("project", None)))


def create_in_project(request: Request) -> Json:
    """Makes an experiment in a project."""
    return _made(request.body, project_of(request.ids[1]))


def _made(body: Json, project: str) -> Json:
    for key in ("name", "parameters", "metrics"):
        if body.get(key) is None:
            raise refused(f"an experiment needs {key}, got none")
    definition = well_formed(lambda: definition_from_fields(body))
    return ai_answer(make_experiment(definition, project))


def fetch(request: Request) -> Json:
    """An experiment, also an archived one."""
    folder = ai_experiment(request.ids[0])
    folder.release_gone()
    return ai_answer(folder)


def list_all(request: Request) -> Json:
    """The experiments of the store; see `experiments_page`."""
    return experiments_page(request, None, ai=True)


def list_of_project(request: Request) -> Json:
    """The same of one project."""
    return experiments_page(request, request.ids[1], ai=True)


def update(request: Request) -> Json:
    """Changes an experiment."""
    folder = ai_experiment(request.ids[0])
    folder.redefine(lambda definition: well_formed(lambda: updated(definition, request.body)))
    folder.refresh()
    return ai_answer(folder)


def delete(request: Request) -> None:
    """Archives an experiment, with `include_runs` its runs too."""
    folder = ai_experiment(request.ids[0])
    folder.redefine(lambda definition: updated(definition, {"state": "deleted"}))
    for run in folder.runs() if request.flag("include_runs") else ():
        folder.patch(split_run_id(run["id"])[1], {"deleted": True})


def best_runs(request: Request) -> Json:
    """The best runs of an experiment."""
    folder = ai_experiment(request.ids[0])
    best = best_of(folder.definition, folder.runs())
    return in_order([run_answer(run) for run in best], request)


def best_runs_of_core(request: Request) -> Json:
    """The best runs of an experiment of the core API."""
    folder = core_experiment_of(request.ids[0])
    best = best_observed(folder, folder.runs())
    return in_order([run_answer(run) for run in best], request)
