"""Runs, of experiments and of projects.

MERGE merges maps key by key, null removes a key; PUT replaces what it names. A run that this
process begins is shown to be alive until it is ended here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.sigopt.core.documents import suggestions_of
from armwright.sigopt.core.observation_body import check_chosen, values_of
from armwright.sigopt.exception import refused
from armwright.sigopt.fields import known_keys, listed, metadata_of
from armwright.sigopt.folders import project_runs
from armwright.sigopt.new_run import default_name
from armwright.sigopt.routes import held_runs
from armwright.sigopt.routes.experiments import project_of
from armwright.sigopt.routes.finding import (
    ai_experiment,
    core_experiment_of,
    experiments_of,
    run_in,
    run_place,
)
from armwright.sigopt.routes.paging import page, whole_page
from armwright.sigopt.routes.run_answer import checkpoint_answer, run_answer
from armwright.sigopt.routes.run_changes import checkpoint_of, merged, replacing
from armwright.sigopt.routes.run_filters import checked_filters, passes, sorted_by
from armwright.sigopt.routes.run_project import moved, runs_of_project
from armwright.sigopt.upload import upload_to

if TYPE_CHECKING:
    from armwright.sigopt.routes.request import Request
    from armwright.sigopt.run_folder import RunFolder

__all__ = [
    "add_checkpoint",
    "checkpoint",
    "checkpoints",
    "create_batch",
    "create_in_ai_experiment",
    "create_in_core_experiment",
    "create_in_project",
    "delete",
    "delete_of_core_experiment",
    "fetch",
    "fetch_of_core_experiment",
    "list_all",
    "list_of_core_experiment",
    "list_of_project",
    "merge",
    "replace",
    "replace_of_core_experiment",
]

Json = dict[str, Any]

_MOST_CHECKPOINTS = 200
_MOST_OF_A_BATCH = 10_000


def create_in_ai_experiment(request: Request) -> Json:
    """Begins a run of an AI experiment, with a suggestion."""
    folder = ai_experiment(request.ids[0])
    return _begun(folder, request, {"experiment": folder.ident})


def create_in_core_experiment(request: Request) -> Json:
    """Begins a run of an experiment of the core API, with a suggestion."""
    folder = core_experiment_of(request.ids[0])
    return _begun(folder, request, {"experiment": folder.ident, "made_as": "run"})


def create_in_project(request: Request) -> Json:
    """Begins a run outside experiments; its parameters are the caller's."""
    folder = project_runs(project_of(request.ids[1]))
    return _begun(folder, request, {"experiment": None})


def _begun(folder: RunFolder, request: Request, about: Json) -> Json:
    """Begins a run, with what the request says of it; of what is suggested it may change some."""
    body, project = request.body, folder.definition["project"]
    named = {"name": default_name(project), **body}
    changes = merged({key: item for key, item in named.items() if key != "metadata"})
    said = {
        "name": changes.pop("name"),
        "project": project,
        "metadata": metadata_of(body.get("metadata")),
    }
    chosen = _chosen(folder, changes.get("assignments", {}))
    number, attempt = folder.add_run({**said, **about})
    held_runs.hold(folder, number, attempt)
    if folder.run(number).get("made_as") != about.get("made_as"):  # it was queued before
        folder.patch(number, {**said, **about}, attempt=attempt)
        folder.refresh()
    if chosen:
        run = folder.run(number)
        values = values_of(
            folder.definition, {**run, "assignments": {**run["assignments"], **chosen}}
        )
        folder.correct(number, {"arm": values, "assignments": chosen}, {})
    changes = {key: item for key, item in changes.items() if item != {}}
    return _changed(folder, number, changes, wanted=True) or {}


def _chosen(folder: RunFolder, given: Json) -> Json:
    """The parameters of an experiment that a caller chooses itself; the rest is suggested.

    Raises:
        ApiException: One cannot have its value. Status 400.
    """
    definition = folder.definition
    if "parameters" not in definition:
        return {}
    known = {item["name"] for kind in ("parameters", "conditionals") for item in definition[kind]}
    chosen = {name: item for name, item in given.items() if name in known and item is not None}
    check_chosen(definition, chosen)
    return chosen


def create_batch(request: Request) -> Json:
    """Adds runs that were done elsewhere to a project."""
    known_keys(request.body, ("runs", "fields"), "a batch")
    given = listed(request.body.get("runs"), "runs")
    if len(given) > _MOST_OF_A_BATCH:
        raise refused(f"a batch has at most {_MOST_OF_A_BATCH} runs, got {len(given)}")
    runs = upload_to(project_of(request.ids[1]), given)
    found = [_found(str(run.id)) for run in runs]
    fields = request.word("fields")
    wanted = None if fields is None else {"object", *fields.split(",")}
    return whole_page(
        [{k: v for k, v in run.items() if wanted is None or k in wanted} for run in found]
    )


def _found(ident: str) -> Json:
    folder, number = run_place(ident)
    return run_answer(folder.run(number))


def fetch(request: Request) -> Json:
    """A run; also one that is archived."""
    return _found(request.ids[-1])


def list_all(request: Request) -> Json:
    """The runs of the project in force."""
    return _listed(request, project_of(request.body.get("project")))


def list_of_project(request: Request) -> Json:
    """The runs of a project, of its experiments and others; `filters` may name an experiment."""
    return _listed(request, project_of(request.ids[1]))


def list_of_core_experiment(request: Request) -> Json:
    """The runs of an experiment of the core API."""
    folder = core_experiment_of(request.ids[0])
    found = [run_answer(run) for run in suggestions_of(folder) if run.get("made_as") == "run"]
    return page(found, request)


def _listed(request: Request, project: str) -> Json:
    filters = checked_filters(request.parsed("filters"))
    named = [
        item["value"]
        for item in filters
        if item["field"] == "experiment" and item["operator"] == "=="
    ]
    if named:
        runs = [run for folder in experiments_of(named[:1]) for run in folder.runs()]
    else:
        runs = list(runs_of_project(project))
    found = [run_answer(run) for run in runs if run.get("made_as") in (None, "run")]
    shown = [run for run in found if all(passes(run, item) for item in filters)]
    search = request.word("search")
    if search:
        shown = [run for run in shown if search.lower() in str(run["name"]).lower()]
    return page(shown, request, sorted_by(request.word("sort")))


def merge(request: Request) -> Json | None:
    """Says something more of a run."""
    folder, number = held_runs.place(request.ids[-1]) or run_place(request.ids[-1])
    changes = merged(_without_project(request.body)) | moved(folder, request.body)
    return _changed(folder, number, changes, wanted=request.wanted)


def replace(request: Request) -> Json | None:
    """Says something of a run anew."""
    folder, number = run_place(request.ids[-1])
    changes = replacing(folder.run(number), merged(_without_project(request.body)))
    changes |= moved(folder, request.body)
    return _changed(folder, number, changes, wanted=request.wanted)


def _without_project(body: Json) -> Json:
    return {key: item for key, item in body.items() if key != "project"}


def _changed(folder: RunFolder, number: int, changes: Json, *, wanted: bool) -> Json | None:
    folder.run(number)
    state = changes.pop("state", None)
    attempt = held_runs.attempt_at(folder, number)
    if changes:
        folder.patch(number, changes, attempt=attempt)
    if state in ("completed", "failed"):
        folder.finish(number, state, attempt=attempt or folder.newest_attempt(number))
        held_runs.let_go(folder, number)
    if not wanted:
        return None
    folder.refresh()
    return run_answer(folder.run(number))


def delete(request: Request) -> None:
    """Archives a run: it uses no budget, is never best, and no suggestion learns from it."""
    folder, number = run_place(request.ids[-1])
    folder.run(number)
    folder.patch(number, {"deleted": True})


def fetch_of_core_experiment(request: Request) -> Json:
    """A run of an experiment of the core API."""
    _check_belongs(request)
    return fetch(request)


def replace_of_core_experiment(request: Request) -> Json | None:
    """Says something anew of a run of an experiment of the core API."""
    _check_belongs(request)
    return replace(request)


def delete_of_core_experiment(request: Request) -> None:
    """Archives a run of an experiment of the core API."""
    _check_belongs(request)
    delete(request)


def _check_belongs(request: Request) -> None:
    run_in(core_experiment_of(request.ids[0]), request.ids[-1], "run")


def add_checkpoint(request: Request) -> Json | None:
    """Notes what a run measured on its way."""
    folder, number = run_place(request.ids[-1])
    folder.refresh()
    run = folder.run(number)
    if run["finished"]:
        raise refused(f"run {run['id']} is finished: it takes no checkpoint", 403)
    if len(run["checkpoints"]) >= _MOST_CHECKPOINTS:
        raise refused(f"run {run['id']} has {_MOST_CHECKPOINTS} checkpoints, the most", 403)
    attempt = held_runs.attempt_at(folder, number)
    folder.patch(number, {"checkpoint": checkpoint_of(request.body)}, attempt=attempt)
    if not request.wanted:
        return None
    folder.refresh()
    run = folder.run(number)
    return checkpoint_answer(run, len(run["checkpoints"]) - 1)


def checkpoints(request: Request) -> Json:
    """What a run measured on its way."""
    folder, number = run_place(request.ids[-1])
    run = folder.run(number)
    found = [checkpoint_answer(run, place) for place in range(len(run["checkpoints"]))]
    return page(found, request)


def checkpoint(request: Request) -> Json:
    """One of them."""
    folder, number = run_place(request.ids[-2])
    run = folder.run(number)
    place = request.ids[-1].rpartition("-")[2]
    if not place.isdigit() or int(place) >= len(run["checkpoints"]):
        raise refused(f"run {run['id']} has no checkpoint {request.ids[-1]!r}", 404)
    return checkpoint_answer(run, int(place))
