"""Suggestions, and the queue of those that are to come next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.sigopt.core.documents import (
    queue_of,
    queued_document,
    suggestion_document,
    suggestions_of,
)
from armwright.sigopt.core.observation_body import given_values
from armwright.sigopt.exception import refused
from armwright.sigopt.fields import known_keys, metadata_of
from armwright.sigopt.place import split_run_id
from armwright.sigopt.routes.finding import core_experiment_of, run_in
from armwright.sigopt.routes.merging import replaced
from armwright.sigopt.routes.paging import page

if TYPE_CHECKING:
    from armwright.sigopt.routes.request import Request
    from armwright.sigopt.run_folder import RunFolder

__all__ = [
    "create",
    "delete",
    "delete_all",
    "enqueue",
    "fetch",
    "fetch_queued",
    "list_all",
    "list_queue",
    "unqueue",
    "update",
]

Json = dict[str, Any]

_GIVEN = ("assignments", "task", "metadata")


def create(request: Request) -> Json:
    """Suggests something: what was queued first, else what is best to try; or what is given."""
    known_keys(request.body, _GIVEN, "a suggestion")
    folder = core_experiment_of(request.ids[0])
    metadata = metadata_of(request.body.get("metadata"))
    given = None
    if request.body.get("assignments") is not None:
        given = given_values(folder.definition, request.body)
    number, _ = folder.add_run({"made_as": "suggestion", "metadata": metadata}, given)
    run = folder.run(number)
    if metadata and run["metadata"] != metadata:  # it was queued before
        folder.patch(number, {"metadata": metadata})
        folder.refresh()
        run = folder.run(number)
    return suggestion_document(folder, run)


def fetch(request: Request) -> Json:
    """A suggestion."""
    folder = core_experiment_of(request.ids[0])
    return suggestion_document(folder, _suggestion(folder, request.ids[1]))


def list_all(request: Request) -> Json:
    """The suggestions of an experiment; on request only those of a `state`: open or closed."""
    folder = core_experiment_of(request.ids[0])
    state = request.word("state", "all")
    found = [suggestion_document(folder, run) for run in suggestions_of(folder)]
    return page([item for item in found if state in ("all", item["state"])], request)


def update(request: Request) -> Json:
    """Replaces the metadata of a suggestion."""
    known_keys(request.body, ("metadata", "state"), "an update of a suggestion")
    folder = core_experiment_of(request.ids[0])
    run = _suggestion(folder, request.ids[1])
    known = suggestion_document(folder, run)["state"]
    if request.body.get("state") not in (None, known):
        raise refused(
            f"suggestion {run['id']} is {known}: it is closed by an observation, or deleted"
        )
    if "metadata" in request.body:
        after = metadata_of(request.body["metadata"])
        folder.patch(split_run_id(run["id"])[1], {"metadata": replaced(run["metadata"], after)})
        folder.refresh()
    return suggestion_document(folder, _suggestion(folder, request.ids[1]))


def delete(request: Request) -> None:
    """Withdraws a suggestion that is open."""
    folder = core_experiment_of(request.ids[0])
    run = _suggestion(folder, request.ids[1])
    if run["observation"] is not None:
        raise refused(f"suggestion {run['id']} is observed: delete the observation instead")
    _withdraw(folder, run)


def delete_all(request: Request) -> None:
    """Withdraws all suggestions that are open."""
    folder = core_experiment_of(request.ids[0])
    if request.word("state", "open") not in ("open", "all"):
        raise refused("closed suggestions are part of observations: delete those instead")
    for run in suggestions_of(folder):
        if run["observation"] is None and not run["deleted"]:
            _withdraw(folder, run)


def enqueue(request: Request) -> Json:
    """Says what one of the next suggestions is to be; the first in the queue comes first."""
    known_keys(request.body, ("assignments", "task"), "a queued suggestion")
    folder = core_experiment_of(request.ids[0])
    given = given_values(folder.definition, request.body)
    number, _ = folder.add_run({"made_as": "queued"}, given, begun=False)
    return queued_document(folder, folder.run(number))


def fetch_queued(request: Request) -> Json:
    """What is in the queue under an id."""
    folder = core_experiment_of(request.ids[0])
    return queued_document(folder, _queued(folder, request.ids[1]))


def list_queue(request: Request) -> Json:
    """All that is in the queue."""
    folder = core_experiment_of(request.ids[0])
    return page([queued_document(folder, run) for run in queue_of(folder)], request)


def unqueue(request: Request) -> None:
    """Takes something out of the queue."""
    folder = core_experiment_of(request.ids[0])
    _withdraw(folder, _queued(folder, request.ids[1]))


def _suggestion(folder: RunFolder, ident: str) -> Json:
    run = run_in(folder, ident, "suggestion")
    waits = split_run_id(ident)[1] in folder.waiting
    if run.get("made_as") == "observation" or waits or run.get("withdrawn"):
        raise refused(f"there is no suggestion {ident!r} in experiment {folder.ident}", 404)
    return run


def _queued(folder: RunFolder, ident: str) -> Json:
    run = run_in(folder, ident, "queued suggestion")
    if split_run_id(ident)[1] not in folder.waiting or run["deleted"]:
        raise refused(f"there is no queued suggestion {ident!r}: it was suggested or deleted", 404)
    return run


def _withdraw(folder: RunFolder, run: Json) -> None:
    folder.patch(split_run_id(run["id"])[1], {"deleted": True, "withdrawn": True})
