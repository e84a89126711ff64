"""The trials of an `AxClient` in a store folder, which any number of clients share.

Each change is one exclusive create of a fact; reading looks for what others wrote. How arms are
made is part of the folder, the same for every client, and refuses none of them.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Self, final

from armwright.errors import (
    ExperimentExistsError,
    ExperimentNotFoundError,
    ExperimentUnfinishedError,
    UsageError,
)
from armwright.experiment.attached_data import attach
from armwright.experiment.clock import now, now_ms
from armwright.generation import default_generation_strategy
from armwright.generation_options import GENERATION
from armwright.persistence import StoredExperiment, object_from_json, object_to_json
from armwright.persistence.experiment_json import experiment_to_json
from armwright.persistence.facts import (
    data_document,
    generation_of,
    known_run,
    plan_of,
)
from armwright.store.address import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment import Arm, Data, Experiment
    from armwright.generation import GenerationStrategy

__all__ = ["StoreKeeper"]

# Another client may be between its first file and its second; that takes milliseconds.
_TRIES, _WAIT_S = 50, 0.1
_INITIAL = "num_initialization_trials"
_COMPARED = ("search_space", "optimization_config", "status_quo", "experiment_type")


@final
class StoreKeeper:
    """See `TrialKeeper`. Make one with `create` or `open`."""

    def __init__(self, stored: StoredExperiment) -> None:
        self._stored = stored
        self._folder = stored._folder

    @classmethod
    def open(cls, url: str) -> Self:
        """Opens the experiment at `url`, also one that another client is making just now.

        Raises:
            ExperimentNotFoundError: There is none.
            StoreError: It cannot be read.
        """
        for _ in range(_TRIES):
            try:
                return cls(StoredExperiment.open(url))
            except ExperimentUnfinishedError:
                time.sleep(_WAIT_S)
        return cls(StoredExperiment.open(url))

    @classmethod
    def create_or_open(
        cls, url: str, experiment: Experiment, *, seed: int | None, options: Mapping[str, Any]
    ) -> Self:
        """Makes the experiment at `url`, or opens an equal one.

        Args:
            url: `<root>/<name>`.
            experiment: Its definition.
            seed: Decides every arm of a folder that is made now.
            options: `num_initialization_trials` and `generation`, likewise.

        Raises:
            UsageError: There is an experiment that is not equal, says what differs; or an option is
                another one.
            StoreError: It cannot be made or read.
        """
        unknown = sorted(set(options) - {_INITIAL, GENERATION})
        if unknown:
            raise UsageError(
                f"choose_generation_strategy_kwargs: on a store {_INITIAL} and {GENERATION} "
                f"only, got {', '.join(unknown)}",
                hint="how arms are made is the same for every client of a store",
            )
        try:
            return cls(
                StoredExperiment.create(
                    url,
                    experiment,
                    seed=seed,
                    initial_trials=options.get(_INITIAL),
                    generation=options.get(GENERATION),
                )
            )
        except ExperimentExistsError as error:
            opened = cls.open(url)
            there = experiment_to_json(opened.experiment)
            wanted = experiment_to_json(experiment)
            different = [key for key in _COMPARED if there[key] != wanted[key]]
            if wanted["name"] not in (None, there["name"]):
                different.append("name")
            if different:
                raise UsageError(
                    f"{shown(url)!r} holds another experiment; different are: "
                    f"{', '.join(different)}",
                    hint="use another URL, or the same definition",
                ) from error
            return opened

    @classmethod
    def check_free(cls, url: str) -> None:
        """Refuses a URL where there is an experiment: nothing on a store is dropped.

        Raises:
            UsageError: There is one.
        """
        try:
            cls.open(url)
        except ExperimentNotFoundError:
            return
        raise UsageError(
            f"overwrite_existing_experiment: {shown(url)!r} holds an experiment, and nothing on "
            "a store is dropped",
            hint="use another URL",
        )

    @property
    def url(self) -> str:
        """Where the folder is."""
        return self._stored.url

    @property
    def experiment(self) -> Experiment:
        """The experiment with all that others wrote until now; live, see `StoredExperiment`."""
        return self._stored.refresh()

    @property
    def strategy(self) -> GenerationStrategy:
        """What makes the arms, made anew: where it stands is in the experiment."""
        plan = plan_of(self._stored.state)
        return default_generation_strategy(
            self._stored.experiment.search_space,
            seed=plan["seed"],
            initial_trials=plan["initial_trials"],
            budget=plan["budget"],
            options=generation_of(plan),
        )

    def next_trial(self) -> tuple[Arm, int]:
        """Claims a trial that waits, else a new one."""
        asked = self._stored.ask()[0]
        return asked.arm, asked.number

    def attach(self, arm: Arm) -> int:
        """Adds a trial of an arm that is ours from the start."""
        return self._stored.asker.add(arm)

    def complete(self, index: int, data: Data, metadata: Mapping[str, Any]) -> None:
        """Ends the running attempt with its data; the first end counts."""
        self._end(index, metadata, {"state": "completed"}, data)

    def fail(
        self, index: int, metadata: Mapping[str, Any], *, reason: str, data: Data | None = None
    ) -> None:
        """Ends the running attempt as failed."""
        known = {"failure_reason": reason, **metadata} if reason else metadata
        kind = "crash" if data is None else "nan"
        self._end(index, known, {"state": "failed", "reason": kind}, data)

    def add_data(self, index: int, data: Data, metadata: Mapping[str, Any]) -> None:
        """Writes the trial's latest data together with the new ones."""
        with self._stored.asker.lock:
            view = self._stored.asker.known_experiment(self._folder.refresh())
            stored = {index: OrderedDict(view.data_by_trial.get(index, {}))}
            timestamp = attach(stored, data, combine=True, now_ms=now_ms())
            known = {**view.trials[index].run_metadata, **metadata}
        combined = stored[index][timestamp]
        self._folder.late(index, data_document(timestamp, object_to_json(combined)))
        if metadata:
            self._folder.late(index, {"event": {"run_metadata": object_to_json(known)}})

    def _end(
        self, index: int, metadata: Mapping[str, Any], end: dict[str, Any], data: Data | None
    ) -> None:
        facts = self._folder.refresh().trials[index]
        attempt = facts.open_attempt
        if attempt is None:
            raise UsageError(f"trial {index} of {self.url!r}: nobody runs it, it is {facts.status}")
        if metadata:
            known = {**object_from_json(known_run(facts).get("run_metadata") or {}), **metadata}
            event = {"run_metadata": object_to_json(known)}
            self._folder.report(index, attempt, {"event": event})
        if data is not None:
            end["data"] = [data_document(now_ms(), object_to_json(data))]
        self._folder.end(index, attempt, {**end, "time_completed": object_to_json(now())})
