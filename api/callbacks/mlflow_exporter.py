"""Writes trials as runs of MLflow, where people look at theirs."""

from __future__ import annotations

import importlib
import math
import re
import time
from typing import TYPE_CHECKING, Any, final

from armwright.callbacks.callback import Callback
from armwright.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.callbacks.events import NewIncumbent, TrialEnd, TrialStart

__all__ = ["MLflowExporter"]

_STATUSES = {"completed": "FINISHED", "failed": "FAILED"}  # others are KILLED
_NOT_ALLOWED = re.compile(r"[^\w\-. /]", re.ASCII)
_Key = tuple[str, int, int, str]


@final
class MLflowExporter(Callback):
    """A run of MLflow for each arm that this process runs.

    A run has the arm's parameters, the means of its metrics and, as `<metric>.sem`, their standard
    errors, with the trial's number as step. Its tags say which trial and attempt it was
    (`armwright.experiment`, `.trial`, `.attempt`, `.arm`), how it ended (`.state`, `.reason`) and
    whether it was the best so far when it ended (`.incumbent`). It writes through a client of its
    own: no run becomes MLflow's active one, and runs that the trial itself logs are left alone.

    What MLflow does not allow in names, such as a comma, becomes an underscore.

    Args:
        experiment: The name of MLflow's experiment, made where there is none; that of ours if left
            out.
        tracking_uri: Where MLflow keeps its runs; as MLflow decides if left out.
        tags: Of each run.

    Raises:
        UsageError: MLflow is not installed.
    """

    def __init__(
        self,
        experiment: str | None = None,
        *,
        tracking_uri: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        try:
            library = importlib.import_module("mlflow.tracking")
        except ImportError as error:
            raise UsageError(
                "MLflowExporter needs mlflow, which is not installed",
                hint="pip install 'armwright[mlflow]'",
            ) from error
        self._client: Any = library.MlflowClient(tracking_uri=tracking_uri)
        self._experiment, self._tags = experiment, dict(tags or {})
        self._places: dict[str, str] = {}
        self._runs: dict[_Key, str] = {}  # that have not ended
        self._newest: dict[str, str] = {}  # of the trial that ended last, by arm

    def on_trial_start(self, event: TrialStart, /) -> None:
        """Begins a run for each arm."""
        for arm, parameters in event.arms.items():
            self._begin(event, arm, parameters)

    def on_trial_end(self, event: TrialEnd, /) -> None:
        """Ends the runs, with what was measured."""
        entities = importlib.import_module("mlflow.entities")
        self._newest = {}
        for arm, parameters in event.arms.items():
            run = self._runs.get(_key(event, arm)) or self._begin(event, arm, parameters)
            found: dict[str, float] = {}
            for name, (mean, sem) in event.results.get(arm, {}).items():
                found[_allowed(name)] = mean
                if math.isfinite(sem):
                    found[f"{_allowed(name)}.sem"] = sem
            now = round(time.time() * 1000)
            metrics = [entities.Metric(*item, now, event.trial) for item in found.items()]
            said = {"armwright.state": event.state, "armwright.reason": event.reason}
            tags = [entities.RunTag(name, text) for name, text in said.items() if text]
            self._client.log_batch(run, metrics=metrics, tags=tags)
            self._client.set_terminated(run, _STATUSES.get(event.state, "KILLED"))
            self._newest[arm] = self._runs.pop(_key(event, arm))

    def on_new_incumbent(self, event: NewIncumbent, /) -> None:
        """Says so of its run."""
        self._client.set_tag(self._newest[event.arm], "armwright.incumbent", "true")

    def close(self) -> None:
        """Ends, as killed, the runs whose trial has not ended."""
        for run in self._runs.values():
            self._client.set_terminated(run, "KILLED")
        self._runs = {}

    def _begin(self, event: TrialStart | TrialEnd, arm: str, parameters: Mapping[str, Any]) -> str:
        entities = importlib.import_module("mlflow.entities")
        name = f"{event.experiment} {arm}" + (f" again ({event.attempt})" * (event.attempt > 1))
        about = {
            "armwright.experiment": event.experiment,
            "armwright.trial": str(event.trial),
            "armwright.attempt": str(event.attempt),
            "armwright.arm": arm,
        }
        place = self._place(event.experiment)
        made = self._client.create_run(place, run_name=name, tags={**self._tags, **about})
        run: str = made.info.run_id
        self._runs[_key(event, arm)] = run
        params = [entities.Param(_allowed(name), str(item)) for name, item in parameters.items()]
        self._client.log_batch(run, params=params)
        return run

    def _place(self, experiment: str) -> str:
        """The id of MLflow's experiment."""
        name = self._experiment or experiment
        if name not in self._places:
            there = self._client.get_experiment_by_name(name)
            ident = self._client.create_experiment(name) if there is None else there.experiment_id
            self._places[name] = str(ident)
        return self._places[name]


def _key(event: TrialStart | TrialEnd, arm: str) -> _Key:
    return (event.experiment, event.trial, event.attempt, arm)


def _allowed(name: str) -> str:
    """A name that MLflow allows."""
    return _NOT_ALLOWED.sub("_", name)
