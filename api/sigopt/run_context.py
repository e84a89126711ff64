"""A run in progress: its parameters, and what it logs."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, Any, Self, final
from urllib.parse import urlsplit

from armwright.sigopt.exception import refused
from armwright.sigopt.fields import plain_json
from armwright.sigopt.file_utils import create_api_image_payload
from armwright.sigopt.folders import opened_at
from armwright.sigopt.http_library import requests
from armwright.sigopt.log_values import (
    assignments_of,
    checked_metric,
    checked_text,
    metadata_entry,
    metric_values,
    shortened,
    shortened_log,
)
from armwright.sigopt.run_params import RunParams
from armwright.sigopt.run_writer import (
    QUIET,
    ConnectionWriter,
    FolderWriter,
    allow_state_update,
)
from armwright.sigopt.store_driver import StoreDriver
from armwright.sigopt.training_run import TrainingRun, training_run

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from armwright.sigopt.run_folder import RunFolder
    from armwright.sigopt.run_writer import RunWriter

__all__ = ["RunContext", "allow_state_update", "maybe_truncate_log"]


@final
class RunContext:
    """A run in progress; as a context manager it ends the run, failed where the block raised.

    Args:
        connection: Where the run is; not needed where there is a writer.
        run: The run as it is.
        default_params: Parameters it has where nothing was suggested.
        writer: What takes what the run says; the connection's driver if left out.

    Attributes:
        id: Of the run.
        experiment: The experiment's id; None outside experiments.
        run: The run as it was when it began.
        params: Its parameters.
    """

    def __init__(
        self,
        connection: Any,
        run: Any,
        default_params: Mapping[str, Any] | None = None,
        *,
        writer: RunWriter | None = None,
    ) -> None:
        self.connection = connection
        self.run: TrainingRun = run
        self.id: str = run.id
        self.experiment: str | None = run.experiment
        self._writer = writer or ConnectionWriter(
            connection, run.id, lambda body: self._update_run(body), self._upload
        )
        self.params = RunParams(run.assignments, frozenset(run.assignments), self.set_parameters)
        self.params.setdefaults(default_params or {})

    @classmethod
    def in_folder(
        cls,
        folder: RunFolder,
        number: int,
        attempt: int,
        defaults: Mapping[str, Any],
        *,
        is_ours: bool = True,
    ) -> RunContext:
        """A run that is kept in a folder.

        Args:
            folder: The folder.
            number: Of its trial.
            attempt: At the trial; ours.
            defaults: Parameters it has where nothing was suggested.
            is_ours: Whether this process answers for the run; else the one that started us does.
        """
        document = folder.run(number)
        writer = FolderWriter(folder, number, attempt)
        if is_ours:
            writer.begin()
        context = cls(None, training_run(document), writer=writer)
        frozen = frozenset(document["suggested"]) if context.experiment else frozenset()
        context.params = RunParams(document["assignments"], frozen, context.set_parameters)
        context.params.setdefaults(defaults)
        return context

    @classmethod
    def from_json(cls, handed: Mapping[str, Any]) -> RunContext:
        """The run of the process that started us; see `to_json`.

        Raises:
            ApiException: There is no such run. Status 404.
        """
        if "folder" not in handed:
            from armwright.sigopt.interface import get_connection

            return cls(get_connection(), TrainingRun(handed["run"]))
        try:
            folder = opened_at(str(handed["folder"]))
        except LookupError as error:
            raise refused(f"there is no run {handed['run']['id']}", 404) from error
        number, attempt = int(handed["number"]), int(handed["attempt"])
        return cls.in_folder(folder, number, attempt, {}, is_ours=False)

    def to_json(self) -> dict[str, Any]:
        """The run, as a process that we start needs to know it."""
        return {"run": self.run.to_json(), **self._writer.to_json()}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exception: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end(exception)

    def end(self, exception: BaseException | None = None) -> None:
        """Ends the run; failed where there was an exception. A run that failed stays so."""
        self._end(exception=exception)

    def _end(self, exception: BaseException | None) -> None:
        self._writer.finish("completed" if exception is None else "failed")

    def log_failure(self) -> None:
        """Ends the run as failed."""
        self._writer.fail()

    def log_metric(self, name: str, value: Any, stddev: Any = None) -> None:
        """Notes what was measured; the last value counts.

        Raises:
            ValueError: The name is no text, or a value is no finite number.
            ApiException: The standard deviation is below 0. Status 400.
        """
        checked = checked_metric(name, value, stddev)
        if (checked["value_stddev"] or 0) < 0:
            raise refused(f"metric {name!r}: a standard deviation is 0 or more, got {stddev!r}")
        self._say(values={name: checked})

    def log_metrics(self, *args: Any, **kwargs: Any) -> None:
        """The same for several metrics, given as to `dict`."""
        self._say(values=metric_values(*args, **kwargs))

    def log_metadata(self, key: str, value: Any) -> None:
        """Notes something about the run; what is neither text nor number is noted as its text.

        Raises:
            ValueError: The key is no text, or empty.
            ApiException: The key has more than 100 characters, or the text more than 500.
                Status 400.
        """
        self._say(metadata=metadata_entry(key, value))

    def log_dataset(self, name: str) -> None:
        """Notes a data set that was used."""
        self._say(datasets=[checked_text(name, "the name of a dataset")])

    def log_model(self, type_: Any = None) -> None:
        """Notes what kind of model was trained."""
        self._say(model={"type": None if type_ is None else str(type_)})

    def log_source_code(self, content: str | None = None, hash: str | None = None) -> None:  # noqa: A002
        """Notes what was executed."""
        said = {"content": None if content is None else shortened(content), "hash": hash}
        self._log_source_code({key: item for key, item in said.items() if item is not None})

    def _log_source_code(self, source_code: dict[str, Any]) -> None:
        self._say(source_code=source_code)

    def set_logs(self, logs: Mapping[str, str]) -> None:
        """Keeps what was printed, by stream.

        Raises:
            TypeError: This is no mapping of texts.
        """
        if not isinstance(logs, Mapping):
            raise TypeError(f"logs should be a mapping of streams to texts, got {logs!r}")
        for name, text in logs.items():
            checked_text(name, "the name of a stream")
            if not isinstance(text, str):
                raise TypeError(f"what {name} printed should be a text, got {text!r}")
        self._say(logs={name: shortened_log(text) for name, text in logs.items()})

    def log_checkpoint(self, values: Mapping[str, Any]) -> None:
        """Notes what was measured on the way.

        Raises:
            ValueError: This is no dict of numbers.
            ApiException: The run has ended, or has 200 checkpoints. Status 403.
        """
        if not isinstance(values, Mapping):
            raise ValueError(f"a checkpoint should be a dict of metrics, got {values!r}")
        kept = {
            name: checked_metric(name, value) for name, value in values.items() if value is not None
        }
        self._writer.checkpoint(kept)

    def log_image(self, image: Any, name: str | None = None) -> None:
        """Keeps a picture with the run; warns about what is none.

        Args:
            image: A path, a PIL image, a matplotlib figure or an array.
            name: For people.
        """
        if name is not None:
            checked_text(name, "the name of an image")
        found = create_api_image_payload(image)
        if found is None:
            return
        path, content, kind = found
        label = "image" if path is None else path.rpartition("/")[2]
        with content:
            self._writer.file(name, label, content, kind)

    def set_parameter(self, name: str, value: Any) -> None:
        """Notes a parameter's value."""
        self.set_parameters({name: value})

    def set_parameters(self, parameters: Mapping[str, Any]) -> None:
        """The same for several; None removes one."""
        self._say(assignments=assignments_of(parameters))

    def set_parameters_meta(self, parameters_meta: Mapping[str, Any]) -> None:
        """Notes how parameters are to be shown."""
        self._say(parameters_meta=dict(parameters_meta))

    def set_parameter_meta(self, name: str, value: Mapping[str, Any]) -> None:
        """The same for one."""
        self.set_parameters_meta({name: value})

    def set_parameter_source(self, name: str, source: str) -> None:
        """Notes where a parameter's value came from."""
        self.set_parameters_meta({name: {"source": source}})

    def set_parameters_source(self, parameters: Iterable[str], source: str) -> None:
        """The same for several."""
        self.set_parameters_meta({name: {"source": source} for name in parameters})

    def set_parameters_sources_meta(self, source_name: str, sort: int, default_show: bool) -> None:  # noqa: FBT001 - as callers give it
        """Notes how parameters of one source are to be shown."""
        shown = {"sort": sort, "default_show": default_show}
        self._say(parameters_sources_meta={source_name: shown})

    def log_sys_metadata(self, key: str, value: Any, mode: str | None = None) -> None:
        """Notes something about the system; with a mode of "metadata" or "dev", there instead."""
        if mode == "metadata":
            self.log_metadata(key, value)
        elif mode == "dev":
            self.log_dev_metadata(key, value)
        else:
            self._say(sys_metadata={checked_text(key, "a key"): plain_json(value)})

    def log_dev_metadata(self, key: str, value: Any) -> None:
        """Notes something for developers."""
        self._say(dev_metadata=metadata_entry(key, value))

    def _say(self, **changes: Any) -> None:
        self._writer.say(changes)

    def _update_run(self, body: dict[str, Any]) -> None:
        """Sends a change of the run's record over the connection."""
        self.connection.impl.request("MERGE", ["training_runs", self.id], body, QUIET)

    def _upload(self, to: dict[str, Any], content: IO[bytes]) -> None:
        """Sends a file to where the driver of the connection says."""
        if isinstance(self.connection.impl.driver, StoreDriver):
            _keep_here(to, content)
            return
        response = requests.request(to["method"], to["url"], headers=to["headers"], data=content)
        response.raise_for_status()


def _keep_here(to: dict[str, Any], content: IO[bytes]) -> None:
    """Sends a file to our own store in this process: by no proxy, and without `requests`."""
    from http.client import HTTPConnection

    address = urlsplit(to["url"])
    server = HTTPConnection(address.netloc)
    try:
        server.request(to["method"], address.path, content.read(), to["headers"])
        status = server.getresponse().status
    finally:
        server.close()
    if status != HTTPStatus.OK:
        raise refused(f"the store refuses the file, with status {status}", status)


maybe_truncate_log = shortened_log
