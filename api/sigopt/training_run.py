"""A run as it was when it was looked up."""

from __future__ import annotations

import copy
from typing import Any, ClassVar, final

from armwright.sigopt.api_object import ApiObject, Fields, as_is, dict_of, list_of
from armwright.sigopt.parts import (
    Assignments,
    Checkpoint,
    Metadata,
    MetricEvaluation,
    Model,
    SourceCode,
    SysMetadata,
)
from armwright.sigopt.place import CLIENT_ID, USER_ID

__all__ = ["TrainingRun", "training_run"]


def _logs(logs: dict[str, Any]) -> dict[str, str]:
    """What was printed, by stream; each a text, or an object with the text as content."""
    return {n: log["content"] if isinstance(log, dict) else log for n, log in logs.items()}


@final
class TrainingRun(ApiObject):
    """A run as it was when it was looked up; nothing can be written through it."""

    FIELDS: ClassVar[Fields] = {
        "id": as_is,
        "name": as_is,
        "object": as_is,
        "project": as_is,
        "experiment": as_is,
        "state": as_is,
        "finished": as_is,
        "completed": as_is,
        "created": as_is,
        "updated": as_is,
        "deleted": as_is,
        "favorite": as_is,
        "assignments": Assignments,
        "values": dict_of(MetricEvaluation),
        "metadata": Metadata,
        "datasets": list,
        "model": Model,
        "logs": _logs,
        "source_code": SourceCode,
        "checkpoint_count": as_is,
        "checkpoints": list_of(Checkpoint),
        "best_checkpoint": as_is,
        "files": as_is,
        "tags": as_is,
        "user": as_is,
        "client": as_is,
        "suggestion": as_is,
        "observation": as_is,
        "sys_metadata": SysMetadata,
        "dev_metadata": Metadata,
    }


def training_run(document: dict[str, Any]) -> TrainingRun:
    """The run that a run's document describes."""
    checkpoints = [{**item, "id": str(place)} for place, item in enumerate(document["checkpoints"])]
    observation, suggested = document["observation"], document["suggested"]
    body = {
        **document,
        "checkpoints": checkpoints,
        "checkpoint_count": len(checkpoints),
        "files": [f"{document['id']}-{word}" for word in document["files"]],
        "tags": list(document["tags"]),
        "client": CLIENT_ID,
        "user": USER_ID,
        "observation": document["id"] if observation is not None else None,
        "suggestion": document["id"] if suggested and document.get("experiment") else None,
    }
    body.pop("suggested")
    return TrainingRun(copy.deepcopy(body))  # what users change in it is theirs
