"""Observations: what was measured of a suggestion, or of something else that was tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.sigopt.core.documents import is_observation, observation_document, observed
from armwright.sigopt.core.observation_body import given_values, measured_of
from armwright.sigopt.domain import active_assignments
from armwright.sigopt.exception import refused
from armwright.sigopt.fields import distinct, known_keys, listed, metadata_of
from armwright.sigopt.place import split_run_id
from armwright.sigopt.routes.finding import core_experiment_of, run_in
from armwright.sigopt.routes.merging import replaced
from armwright.sigopt.routes.paging import page, whole_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.sigopt.routes.request import Request
    from armwright.sigopt.run_folder import RunFolder

__all__ = ["create", "create_batch", "delete", "delete_all", "fetch", "list_all", "update"]

Json = dict[str, Any]

_MEASURED = ("values", "value", "value_stddev", "failed")
_GIVEN = (*("suggestion", "assignments", "task", "metadata", "object"), *_MEASURED)


def create(request: Request) -> Json:
    """Notes an observation."""
    folder = core_experiment_of(request.ids[0])
    return observation_document(folder, _noted(folder, _checked(folder, request.body)))


def create_batch(request: Request) -> Json:
    """Notes several observations; all are checked before the first is written."""
    folder = core_experiment_of(request.ids[0])
    known_keys(request.body, ("observations", "fields"), "a batch")
    given = listed(request.body.get("observations"), "observations")
    bodies = [_checked(folder, body) for body in given]
    distinct([body["number"] for body in bodies if "number" in body], "suggestions of a batch")
    return whole_page([observation_document(folder, _noted(folder, body)) for body in bodies])


def _checked(folder: RunFolder, body: Any) -> Json:
    """An observation as it is to be noted.

    Raises:
        ApiException: It cannot be; says why. Status 400.
    """
    if not isinstance(body, dict):
        raise refused(f"an observation should be an object, got {body!r}")
    known_keys(body, _GIVEN, "an observation")
    definition = folder.definition
    if definition["state"] == "deleted":
        raise refused(f"experiment {folder.ident} is archived: nothing can be observed")
    checked: Json = {
        "measured": measured_of(definition, body),
        "metadata": metadata_of(body.get("metadata")),
    }
    suggestion, assignments = body.get("suggestion"), body.get("assignments")
    if (suggestion is None) == (assignments is None):
        raise refused("an observation needs either a suggestion or assignments")
    if suggestion is None:
        return {**checked, "given": given_values(definition, body)}
    run = _suggested(folder, str(suggestion))
    task = body.get("task")
    if task is not None and (task.get("name") if isinstance(task, dict) else task) != run.get(
        "task"
    ):
        raise refused(f"suggestion {run['id']} is of task {run.get('task')!r}, got {task!r}")
    return {**checked, "number": split_run_id(run["id"])[1]}


def _suggested(folder: RunFolder, ident: str) -> Json:
    run = run_in(folder, ident, "suggestion")
    waits = split_run_id(ident)[1] in folder.waiting
    if run.get("made_as") == "observation" or waits or run.get("withdrawn"):
        raise refused(f"there is no suggestion {ident!r} in experiment {folder.ident}", 404)
    if run["observation"] is not None:
        raise refused(f"suggestion {ident} is observed already: update the observation instead")
    return run


def _noted(folder: RunFolder, checked: Json) -> Json:
    number = checked.get("number")
    if number is None:
        number, _ = folder.add_run({"made_as": "observation"}, checked["given"])
    measured = checked["measured"]
    metadata = {"observation_metadata": checked["metadata"]} if checked["metadata"] else {}
    state = "failed" if measured is None else "completed"
    folder.observe(number, measured or {}, state=state, **metadata)
    folder.refresh()
    return folder.run(number)


def fetch(request: Request) -> Json:
    """An observation."""
    folder = core_experiment_of(request.ids[0])
    return observation_document(folder, _observation(folder, request.ids[1]))


def list_all(request: Request) -> Json:
    """The observations of an experiment."""
    folder = core_experiment_of(request.ids[0])
    return page([observation_document(folder, run) for run in observed(folder.runs())], request)


def update(request: Request) -> Json:
    """Changes what was measured or tried, or the metadata, of an observation."""
    known_keys(request.body, _GIVEN, "an update of an observation")
    folder = core_experiment_of(request.ids[0])
    run = _observation(folder, request.ids[1])
    changes: Json = {}
    if any(request.body.get(key) is not None for key in _MEASURED):
        changes["observation"] = _measured_anew(folder.definition, request.body)
    if request.body.get("assignments") is not None or request.body.get("task") is not None:
        changes |= _tried_anew(folder.definition, run, request.body)
    if "metadata" in request.body:
        changes["observation_metadata"] = metadata_of(request.body["metadata"])
    if changes:
        measured = changes.get("observation", {}).get("values", {})
        folder.correct(split_run_id(run["id"])[1], changes, measured)
        folder.refresh()
    return observation_document(folder, _observation(folder, request.ids[1]))


def _measured_anew(definition: Mapping[str, Any], body: Mapping[str, Any]) -> Json:
    measured = measured_of(definition, body)
    return {"failed": measured is None, "values": measured or {}}


def _tried_anew(definition: Mapping[str, Any], run: Json, body: Mapping[str, Any]) -> Json:
    if run.get("made_as") != "observation":
        raise refused(f"observation {run['id']} is of a suggestion: what it tried cannot change")
    shared = {"assignments": run["assignments"], "task": run.get("task")}
    given = {**shared, **{k: v for k, v in body.items() if k in shared and v is not None}}
    values = given_values(definition, given)
    shown = active_assignments(definition, values)
    task = {"task": values[definition["task_parameter"]]} if definition["tasks"] else {}
    return {"arm": values, "assignments": replaced(run["assignments"], shown), **task}


def delete(request: Request) -> None:
    """Takes an observation back: it does not count, and nothing is learned from it."""
    folder = core_experiment_of(request.ids[0])
    _take_back(folder, _observation(folder, request.ids[1]))


def delete_all(request: Request) -> None:
    """Takes all observations of an experiment back."""
    folder = core_experiment_of(request.ids[0])
    for run in observed(folder.runs()):
        _take_back(folder, run)


def _take_back(folder: RunFolder, run: Json) -> None:
    folder.patch(split_run_id(run["id"])[1], {"deleted": True})


def _observation(folder: RunFolder, ident: str) -> Json:
    run = run_in(folder, ident, "observation")
    if not is_observation(run):
        raise refused(f"there is no observation {ident!r} in experiment {folder.ident}", 404)
    return run
