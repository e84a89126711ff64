"""`sigopt.params` and `sigopt.log_...`: for the run in force, which a command line or a cell began.

`armwright sigopt run` and `optimize` name the run in the environment of what they start, and the
notebook's `%%run` and `%%optimize` set it while the cell runs; `with run:` does not. Where none is
in force, what is logged is checked and goes nowhere, and parameters are kept in this process: they
are what every later run has where nothing was suggested.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, final

from armwright.sigopt.config import config
from armwright.sigopt.log_values import checked_metric, checked_text, metric_values
from armwright.sigopt.run_params import RunParams

if TYPE_CHECKING:
    from armwright.sigopt.run_context import RunContext

__all__ = [
    "GlobalParams",
    "GlobalRun",
    "global_params",
    "global_run",
    "log_checkpoint",
    "log_dataset",
    "log_failure",
    "log_image",
    "log_metadata",
    "log_metric",
    "log_metrics",
    "log_model",
    "params",
]


@final
class GlobalRun:
    """The run in force, if there is one.

    One that the environment names is opened when it is first asked for.
    """

    CONFIG_CONTEXT_KEY = "global_run_context"

    def __init__(self, run: RunContext | None = None) -> None:
        self._lock = threading.RLock()
        self._run = run
        self._named: Mapping[str, Any] | None = None
        self.alone = RunParams({}, frozenset(), lambda _: None)

    @classmethod
    def from_environment(cls) -> GlobalRun:
        """The run that the environment names."""
        found = cls()
        found._named = config.get_context_data(cls)
        return found

    @property
    def id(self) -> str | None:
        """Of the run."""
        if self._named is not None:
            return str(self._named["run"]["id"])
        return None if self._run is None else self._run.id

    @property
    def run_context(self) -> RunContext | None:
        """The run; None if none is in force."""
        with self._lock:
            if self._named is not None:
                from armwright.sigopt.run_context import RunContext

                self._run = RunContext.from_json(self._named)
                self._named = None
            return self._run

    def set_run_context(self, run: RunContext) -> None:
        """Puts a run in force."""
        with self._lock:
            self._run, self._named = run, None

    def clear_run_context(self) -> None:
        """Puts none in force."""
        with self._lock:
            self._run = self._named = None

    def to_json(self) -> dict[str, Any] | None:
        """The run, as a process that we start needs to know it."""
        run = self.run_context
        return None if run is None else run.to_json()


@final
class GlobalParams(MutableMapping[str, Any]):
    """The parameters of the run in force; where there is none, of this process."""

    _run: GlobalRun

    def __init__(self, run: GlobalRun) -> None:
        object.__setattr__(self, "_run", run)

    @property
    def _now(self) -> RunParams:
        run = self._run.run_context
        return self._run.alone if run is None else run.params

    def __getitem__(self, name: str) -> Any:
        return self._now[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._now[name] = value

    def __delitem__(self, name: str) -> None:
        del self._now[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now)

    def __len__(self) -> int:
        return len(self._now)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._now, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._now, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._now, name)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """See `RunParams.update`."""
        self._now.update(*args, **kwargs)

    def setdefault(self, name: str, default: Any = None) -> Any:
        """See `RunParams.setdefault`."""
        return self._now.setdefault(name, default)

    def setdefaults(self, *args: Any, **kwargs: Any) -> RunParams:
        """See `RunParams.setdefaults`."""
        return self._now.setdefaults(*args, **kwargs)

    def __eq__(self, other: object) -> bool:
        return self._now == other

    __hash__ = None  # type: ignore[assignment] # it can change

    def __repr__(self) -> str:
        return repr(self._now)


global_run = GlobalRun.from_environment()
params = GlobalParams(global_run)


def global_params() -> dict[str, Any]:
    """What was set in `sigopt.params`."""
    return dict(params)


def log_metric(name: str, value: Any, stddev: Any = None) -> None:
    """See `RunContext.log_metric`."""
    checked_metric(name, value, stddev)
    _tell("log_metric", name, value, stddev)


def log_metrics(*args: Any, **kwargs: Any) -> None:
    """See `RunContext.log_metrics`."""
    metric_values(*args, **kwargs)
    _tell("log_metrics", *args, **kwargs)


def log_metadata(key: str, value: Any) -> None:
    """See `RunContext.log_metadata`."""
    checked_text(key, "a key of metadata")
    _tell("log_metadata", key, value)


def log_dataset(name: str) -> None:
    """See `RunContext.log_dataset`."""
    checked_text(name, "the name of a dataset")
    _tell("log_dataset", name)


def log_model(type_: Any = None) -> None:
    """See `RunContext.log_model`."""
    _tell("log_model", type_)


def log_failure() -> None:
    """See `RunContext.log_failure`."""
    _tell("log_failure")


def log_checkpoint(values: Mapping[str, Any]) -> None:
    """See `RunContext.log_checkpoint`."""
    if not isinstance(values, Mapping):
        raise ValueError(f"a checkpoint should be a dict of metrics, got {values!r}")
    metric_values({name: value for name, value in values.items() if value is not None})
    _tell("log_checkpoint", values)


def log_image(image: Any, name: str | None = None) -> None:
    """See `RunContext.log_image`."""
    if name is not None:
        checked_text(name, "the name of an image")
    _tell("log_image", image, name)


def _tell(what: str, *args: Any, **kwargs: Any) -> None:
    run = global_run.run_context
    if run is not None:
        getattr(run, what)(*args, **kwargs)
