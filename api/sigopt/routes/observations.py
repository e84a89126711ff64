"""Observations: what was measured of a suggestion, or of something else that was tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.sigopt.core.documents import (
    is_observation,
    observation_document,
    observed,
    suggestion_of,
    taken_back,
)
from armwright.sigopt.core.observation_body import (
    given_values,
    measured_anew,
    measured_of,
    values_of,
)
from armwright.sigopt.core.observation_sort import sorting
from armwright.sigopt.domain import active_assignments
from armwright.sigopt.exception import ApiException, refused
from armwright.sigopt.fields import distinct, known_keys, listed, metadata_of
from armwright.sigopt.place import split_run_id
from armwright.sigopt.routes.finding import (
    core_experiment_of,
    observed_experiment_of,
    run_in,
)
from armwright.sigopt.routes.merging import replaced
from armwright.sigopt.routes.paging import page, whole_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.sigopt.routes.request import Request
    from armwright.sigopt.run_folder import RunFolder

__all__ = ["create", "create_batch", "delete", "delete_all", "fetch", "list_all", "update"]

Json = dict[str, Any]

_MEASURED = ("values", "value", "value_stddev", "failed")
_GIVEN = (*("suggestion", "assignments", "task", "metadata", "object", "no_optimize"), *_MEASURED)


def create(request: Request) -> Json:
    """Notes an observation."""
    folder = observed_experiment_of(request.ids[0])
    return observation_document(folder, _noted(folder, _checked(folder, request.body)))


def create_batch(request: Request) -> Json:
    """Notes several observations; all are checked before the first is written."""
    folder = observed_experiment_of(request.ids[0])
    known_keys(request.body, ("observations", "fields", "no_optimize"), "a batch")
    given = listed(request.body.get("observations"), "observations")
    bodies = [_checked(folder, body) for body in given]
    named = [body["run"]["id"] for body in bodies if "run" in body]
    distinct(named, "suggestions of a batch")
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
        "metadata": None if body.get("metadata") is None else metadata_of(body["metadata"]),
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
    return {**checked, "run": run}


def _suggested(folder: RunFolder, ident: str) -> Json:
    """The run of a suggestion that is observed.

    Raises:
        ApiException: There is none in this experiment. Status 400, for it is a field that is wrong.
    """
    missing = refused(f"there is no suggestion {ident!r} in experiment {folder.ident}")
    try:
        run = run_in(folder, ident, "suggestion")
    except ApiException as error:
        raise missing from error
    waits = split_run_id(ident)[1] in folder.waiting
    if run.get("made_as") == "observation" or waits or run.get("withdrawn"):
        raise missing
    return run


def _noted(folder: RunFolder, checked: Json) -> Json:
    """Notes an observation; a second one of a suggestion is a run of its own."""
    run, measured, metadata = checked.get("run"), checked["measured"], checked["metadata"]
    said = {} if metadata is None else {"observation_metadata": metadata}
    state = "failed" if measured is None else "completed"
    number = _place(folder, checked, run)
    try:
        folder.observe(number, measured or {}, state=state, **said)
    except ApiException:
        folder.refresh()
        if run is None or folder.run(number)["observation"] is None:
            raise
        number = _place(folder, checked, folder.run(number))  # somebody else was faster
        folder.observe(number, measured or {}, state=state, **said)
    folder.refresh()
    return folder.run(number)


def _place(folder: RunFolder, checked: Json, run: Json | None) -> int:
    """The number of the run that is to hold an observation."""
    if run is None:
        return folder.add_run({"made_as": "observation"}, checked["given"])[0]
    if run["observation"] is None and not run["deleted"]:
        return split_run_id(run["id"])[1]
    about = {"made_as": "observation", "of_suggestion": run["id"]}
    return folder.add_run(about, values_of(folder.definition, run))[0]


def fetch(request: Request) -> Json:
    """An observation."""
    folder = core_experiment_of(request.ids[0])
    return observation_document(folder, _observation(folder, request.ids[1]))


def list_all(request: Request) -> Json:
    """The observations of an experiment, or those taken back; newest first, or by `sort`."""
    folder = core_experiment_of(request.ids[0])
    runs = folder.runs()
    found = taken_back(runs) if request.flag("deleted") else observed(runs)
    shown = [observation_document(folder, run) for run in found]
    return page(shown, request, sorting(request.word("sort")))


def update(request: Request) -> Json:
    """Changes what was measured or tried, or the metadata, of an observation."""
    known_keys(request.body, _GIVEN, "an update of an observation")
    folder = core_experiment_of(request.ids[0])
    run = _observation(folder, request.ids[1])
    changes = {
        **measured_anew(folder.definition, run, request.body),
        **_tried_anew(folder, run, request.body),
    }
    if "metadata" in request.body:
        given = request.body["metadata"]
        changes["observation_metadata"] = None if given is None else metadata_of(given)
    if changes:
        measured = changes.get("observation", {}).get("values", {})
        folder.correct(split_run_id(run["id"])[1], changes, measured)
        folder.refresh()
        _close(folder, changes.get("of_suggestion"))
    return observation_document(folder, _observation(folder, request.ids[1]))


def _close(folder: RunFolder, suggestion: str | None) -> None:
    """Closes a suggestion that another's observation is now of; nobody is to wait for it."""
    if suggestion is not None and folder.run(split_run_id(suggestion)[1])["observation"] is None:
        folder.patch(split_run_id(suggestion)[1], {"deleted": True})
        folder.refresh()


def _tried_anew(folder: RunFolder, run: Json, body: Mapping[str, Any]) -> Json:
    """What changes where an update names another suggestion, assignments or a task."""
    definition = folder.definition
    suggestion, given = body.get("suggestion"), body.get("assignments")
    if suggestion is not None and given is not None:
        raise refused("an observation is of a suggestion or of assignments, got both")
    of_suggestion = suggestion_of(run) is not None
    if suggestion is None and "suggestion" in body and given is None and of_suggestion:
        raise refused("an observation needs a suggestion or assignments, got neither")
    if given is None and "assignments" in body and suggestion is None and not of_suggestion:
        raise refused("an observation needs a suggestion or assignments, got neither")
    if suggestion is not None:
        if body.get("task") is not None:
            raise refused("an observation has the task of its suggestion: leave out task")
        if not of_suggestion and "assignments" not in body:
            raise refused("an observation of assignments: set these to null with the suggestion")
        other = _suggested(folder, str(suggestion))
        values = values_of(definition, other)
        about: Json = {"of_suggestion": other["id"]}
        task = other.get("task")
    elif given is not None or body.get("task") is not None:
        if given is not None and of_suggestion and "suggestion" not in body:
            raise refused("an observation of a suggestion: set that to null with the assignments")
        if given is None and of_suggestion:
            raise refused(f"observation {run['id']} is of a suggestion: its task cannot change")
        if of_suggestion and definition["tasks"] and "task" not in body:
            raise refused("assignments in place of a suggestion need a task, got none")
        shared = {"assignments": run["assignments"], "task": run.get("task")}
        named = {key: item for key, item in body.items() if key in shared and item is not None}
        values = given_values(definition, {**shared, **named})
        about = {"of_suggestion": None}
        task = values[definition["task_parameter"]] if definition["tasks"] else None
    else:
        return {}
    shown = active_assignments(definition, values)
    told = {"task": task} if definition["tasks"] else {}
    return {"arm": values, "assignments": replaced(run["assignments"], shown), **told, **about}


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
