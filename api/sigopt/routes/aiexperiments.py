"""AI experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.sigopt.best_runs import best_of
from armwright.sigopt.core.core_definition import is_core, well_formed
from armwright.sigopt.core.documents import best_observed
from armwright.sigopt.definition import definition_from_fields
from armwright.sigopt.exception import refused
from armwright.sigopt.experiment_source import experiment_document
from armwright.sigopt.folders import make_experiment
from armwright.sigopt.place import CLIENT_ID, split_run_id
from armwright.sigopt.routes.experiments import project_of
from armwright.sigopt.routes.finding import ai_experiment, all_experiments, core_experiment_of
from armwright.sigopt.routes.paging import page, whole_page
from armwright.sigopt.routes.run_answer import run_answer
from armwright.sigopt.update import updated

if TYPE_CHECKING:
    from armwright.sigopt.routes.request import Request
    from armwright.sigopt.run_folder import RunFolder

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
    return _answer(make_experiment(definition, project))


def _answer(folder: RunFolder) -> Json:
    return {"object": "aiexperiment", **experiment_document(folder), "client": CLIENT_ID}


def fetch(request: Request) -> Json:
    """An experiment, also an archived one."""
    folder = ai_experiment(request.ids[0])
    folder.release_gone()
    return _answer(folder)


def list_all(request: Request) -> Json:
    """The experiments of the store: those that are not archived, or by `state`."""
    return _listed(request, None)


def list_of_project(request: Request) -> Json:
    """The same of one project."""
    return _listed(request, request.ids[1])


def _listed(request: Request, project: str | None) -> Json:
    state = request.word("state", "active")
    found = [
        _answer(folder)
        for folder in all_experiments(project)
        if not is_core(folder.definition) and state in ("all", folder.definition["state"])
    ]
    return page(found, request)


def update(request: Request) -> Json:
    """Changes an experiment."""
    folder = ai_experiment(request.ids[0])
    folder.redefine(lambda definition: well_formed(lambda: updated(definition, request.body)))
    folder.refresh()
    return _answer(folder)


def delete(request: Request) -> None:
    """Archives an experiment, with `include_runs` its runs too."""
    folder = ai_experiment(request.ids[0])
    folder.redefine(lambda definition: updated(definition, {"state": "deleted"}))
    for run in folder.runs() if request.flag("include_runs") else ():
        folder.patch(split_run_id(run["id"])[1], {"deleted": True})


def best_runs(request: Request) -> Json:
    """The best runs of an experiment."""
    folder = ai_experiment(request.ids[0])
    return whole_page([run_answer(run) for run in best_of(folder.definition, folder.runs())])


def best_runs_of_core(request: Request) -> Json:
    """The best runs of an experiment of the core API."""
    folder = core_experiment_of(request.ids[0])
    return whole_page([run_answer(run) for run in best_observed(folder, folder.runs())])
