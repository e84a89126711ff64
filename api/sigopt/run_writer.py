"""Where what a run says goes: into its folder, or to the driver of a connection."""

from __future__ import annotations

import time
from typing import IO, TYPE_CHECKING, Any, Protocol, final

from armwright.sigopt.exception import refused
from armwright.sigopt.file_utils import get_blob_properties
from armwright.sigopt.lib import remove_nones
from armwright.sigopt.run_record import RANK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from armwright.sigopt.run_folder import RunFolder

__all__ = ["QUIET", "ConnectionWriter", "FolderWriter", "RunWriter", "allow_state_update"]

Json = dict[str, Any]

_MOST_CHECKPOINTS = 200
QUIET = {"X-Response-Content": "skip"}  # the answer is not looked at
_CALLED = {
    "parameters_meta": "assignments_meta",
    "parameters_sources_meta": "assignments_sources",
}


def allow_state_update(new_state: str, old_state: str) -> bool:
    """Whether a run may pass from a state to another: up, from active to completed to failed."""
    return RANK.get(new_state, 0) > RANK.get(old_state, 0)


class RunWriter(Protocol):
    """What takes what a run says."""

    def say(self, changes: Mapping[str, Any]) -> None:
        """Notes changes: maps are merged, data sets added."""
        ...

    def checkpoint(self, values: Mapping[str, Json]) -> None:
        """Notes what was measured on the way."""
        ...

    def file(self, name: str | None, label: str, content: IO[bytes], kind: str) -> None:
        """Keeps a file: its name for people, its label where it has none, and its content type."""
        ...

    def fail(self) -> None:
        """Ends the run as failed."""
        ...

    def finish(self, state: str) -> None:
        """Ends the run, unless it has ended in a state as high."""
        ...

    def begin(self) -> None:
        """Shows from now on that we work on the run."""
        ...

    def to_json(self) -> Json:
        """What another process needs beside the run's record."""
        ...


@final
class FolderWriter:
    """Writes into the folder of an experiment or project.

    Args:
        folder: The folder.
        number: Of the run's trial.
        attempt: At the trial; ours.
    """

    def __init__(self, folder: RunFolder, number: int, attempt: int) -> None:
        self.folder, self._number, self.attempt = folder, number, attempt
        self.heartbeat = folder.heartbeat(number, attempt)

    def say(self, changes: Mapping[str, Any]) -> None:
        """See `RunWriter`."""
        self.folder.patch(self._number, changes, attempt=self.attempt)

    def checkpoint(self, values: Mapping[str, Json]) -> None:
        """See `RunWriter`; refuses where the run has ended, or has as many as there may be."""
        self.folder.refresh()
        run = self.folder.run(self._number)
        if run["finished"]:
            raise refused(f"run {run['id']} is finished: it takes no checkpoint", 403)
        if len(run["checkpoints"]) >= _MOST_CHECKPOINTS:
            raise refused(f"run {run['id']} has {_MOST_CHECKPOINTS} checkpoints, the most", 403)
        self.say({"checkpoint": {"created": round(time.time()), "values": dict(values)}})

    def file(self, name: str | None, label: str, content: IO[bytes], kind: str) -> None:
        """See `RunWriter`."""
        about = {"name": name, "filename": label, "content_type": kind}
        self.folder.keep_file(self._number, about, content.read(), attempt=self.attempt)

    def fail(self) -> None:
        """See `RunWriter`."""
        self.finish("failed")

    def finish(self, state: str) -> None:
        """See `RunWriter`."""
        try:
            self.folder.finish(self._number, state, attempt=self.attempt)
        finally:
            self.heartbeat.stop()

    def begin(self) -> None:
        """See `RunWriter`."""
        self.heartbeat.start()

    def to_json(self) -> Json:
        """See `RunWriter`."""
        return {"folder": self.folder.url, "number": self._number, "attempt": self.attempt}


@final
class ConnectionWriter:
    """Asks the driver of a connection to write.

    Args:
        connection: See `armwright.sigopt.Connection`.
        run_id: Of the run.
        change: Sends a change of the run's record.
        upload: Sends a file to where the driver says.
    """

    def __init__(
        self,
        connection: Any,
        run_id: str,
        change: Callable[[Json], None],
        upload: Callable[[Json, IO[bytes]], None],
    ) -> None:
        self._connection, self._id = connection, run_id
        self._change, self._upload = change, upload

    def say(self, changes: Mapping[str, Any]) -> None:
        """See `RunWriter`."""
        body = {_CALLED.get(key, key): _sent(key, value) for key, value in changes.items()}
        self._change(body)

    def checkpoint(self, values: Mapping[str, Json]) -> None:
        """See `RunWriter`."""
        body = {"values": [{"name": name, "value": one["value"]} for name, one in values.items()]}
        self._request("POST", ["checkpoints"], body, QUIET)

    def file(self, name: str | None, label: str, content: IO[bytes], kind: str) -> None:
        """See `RunWriter`; goes where the driver says."""
        length, md5 = get_blob_properties(content)
        body = {
            "name": name,
            "filename": label,
            "content_type": kind,
            "content_length": length,
            "content_md5": md5,
        }
        content.seek(0)
        self._upload(self._request("POST", ["files"], body, None)["upload"], content)

    def fail(self) -> None:
        """See `RunWriter`."""
        self.say({"state": "failed"})

    def finish(self, state: str) -> None:
        """See `RunWriter`."""
        if allow_state_update(state, self._connection.training_runs(self._id).fetch().state):
            self.say({"state": state})

    def begin(self) -> None:
        """See `RunWriter`; that is the driver's business."""

    def to_json(self) -> Json:
        """See `RunWriter`; the record has the id, and that is all."""
        return {}

    def _request(
        self, method: str, path: list[str], body: Json, headers: dict[str, str] | None
    ) -> Any:
        return self._connection.impl.request(
            method, ["training_runs", self._id, *path], body, headers
        )


def _sent(key: str, value: Any) -> Any:
    """A change as requests have it."""
    if key == "values":
        return {
            name: remove_nones({"value": one["value"], "value_stddev": one["value_stddev"]})
            for name, one in value.items()
        }
    if key == "datasets":
        return {name: {} for name in value}
    if key == "logs":
        return {name: {"content": text} for name, text in value.items()}
    return remove_nones(value) if key == "model" else value
