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
from armwright.sigopt.routes.finding import (
    core_experiment_of,
    observed_experiment_of,
    run_in,
)
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
    folder = observed_experiment_of(request.ids[0])
    metadata = metadata_of(request.body.get("metadata"))
    given = None
    if request.body.get("assignments") is not None:
        given = given_values(folder.definition, request.body)
    elif request.body.get("task") is not None:
        raise refused("a suggestion is made with its task: give assignments too, or leave task out")
    about = _metadata(request.body, metadata)
    number, _ = folder.add_run({"made_as": "suggestion", **about}, given)
    run = folder.run(number)
    if about and run["metadata"] != metadata:  # it was queued before
        folder.patch(number, about)
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
    state, ids = request.word("state", "all"), request.word("id")
    wanted = None if ids is None else ids.split(",")
    found = [suggestion_document(folder, run) for run in suggestions_of(folder)]
    shown = [item for item in found if state in ("all", item["state"])]
    return page([item for item in shown if wanted is None or item["id"] in wanted], request)


def _metadata(body: Json, metadata: Json) -> Json:
    """What a suggestion says of its metadata: an empty object is one, none is none."""
    if "metadata" not in body:
        return {}
    return {"metadata": metadata, "has_metadata": body["metadata"] is not None}


def update(request: Request) -> Json:
    """Replaces the metadata of a suggestion; of the rest, which follows, it changes nothing."""
    folder = core_experiment_of(request.ids[0])
    run = _suggestion(folder, request.ids[1])
    if "metadata" in request.body:
        after = _metadata(request.body, metadata_of(request.body["metadata"]))
        after["metadata"] = replaced(run["metadata"], after["metadata"])
        folder.patch(split_run_id(run["id"])[1], after)
        folder.refresh()
    return suggestion_document(folder, _suggestion(folder, request.ids[1]))


def delete(request: Request) -> None:
    """Withdraws a suggestion; what was observed of it stays."""
    folder = core_experiment_of(request.ids[0])
    _withdraw(folder, _suggestion(folder, request.ids[1]))


def delete_all(request: Request) -> None:
    """Withdraws all suggestions, on request only those that are open, or closed."""
    folder = core_experiment_of(request.ids[0])
    state = request.word("state", "all")
    for run in suggestions_of(folder):
        if state in ("all", suggestion_document(folder, run)["state"]):
            _withdraw(folder, run)


def enqueue(request: Request) -> Json:
    """Says what one of the next suggestions is to be; the first in the queue comes first."""
    known_keys(request.body, ("assignments", "task"), "a queued suggestion")
    folder = observed_experiment_of(request.ids[0])
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
    said = {"withdrawn": True}
    if run["observation"] is None:
        said["deleted"] = True
    folder.patch(split_run_id(run["id"])[1], said)
