"""An experiment, as it was when it was looked up, and the handle that acts on it."""

from __future__ import annotations

import copy
import threading
from typing import TYPE_CHECKING, Any, ClassVar, final

from armwright.sigopt.api_object import ApiObject, Fields, as_is, list_of
from armwright.sigopt.best_runs import best_of
from armwright.sigopt.new_run import new_run
from armwright.sigopt.parts import (
    Conditional,
    LinearConstraint,
    Metadata,
    Metric,
    Parameter,
    RunsProgress,
)
from armwright.sigopt.place import CLIENT_ID
from armwright.sigopt.training_run import training_run
from armwright.sigopt.update import updated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from armwright.sigopt.run_context import RunContext
    from armwright.sigopt.run_folder import RunFolder
    from armwright.sigopt.training_run import TrainingRun

__all__ = ["AIExperiment", "AIExperimentContext", "experiment_document"]

_FIELDS: Fields = {
    "id": as_is,
    "name": as_is,
    "type": as_is,
    "project": as_is,
    "client": as_is,
    "user": as_is,
    "state": as_is,
    "created": as_is,
    "updated": as_is,
    "budget": as_is,
    "parallel_bandwidth": as_is,
    "num_solutions": as_is,
    "metadata": Metadata,
    "metrics": list_of(Metric),
    "parameters": list_of(Parameter),
    "conditionals": list_of(Conditional),
    "linear_constraints": list_of(LinearConstraint),
    "progress": RunsProgress,
}


@final
class AIExperiment(ApiObject):
    """An experiment as it was when it was looked up."""

    FIELDS: ClassVar[Fields] = _FIELDS


def experiment_document(folder: RunFolder) -> dict[str, Any]:
    """All that an experiment shows, as far as is known."""
    return {
        **copy.deepcopy(folder.definition),  # what users change in it is theirs
        "id": folder.ident,
        "client": CLIENT_ID,
        "user": None,
        "progress": folder.progress(),
    }


@final
class AIExperimentContext:
    """A handle of an experiment: its attributes, and what can be done with it.

    Attributes are those of the last `refresh`. Safe to share between threads.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._experiment = AIExperiment(experiment_document(folder))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self._experiment, name)

    def __repr__(self) -> str:
        return repr(self._experiment)

    def to_json(self) -> dict[str, Any]:
        """All attributes, as a dict of its own."""
        return self._experiment.to_json()

    def refresh(self) -> None:
        """Reads the experiment anew."""
        self._folder.refresh()
        with self._lock:
            self._experiment = AIExperiment(experiment_document(self._folder))

    def is_finished(self) -> bool:
        """Whether the budget is used up, after a refresh; open runs count."""
        with self._lock:
            self._folder.release_gone()
            self.refresh()
            left = self._experiment.progress.remaining_budget
        return left is not None and left <= 0

    def create_run(
        self, name: str | None = None, metadata: Mapping[str, Any] | None = None
    ) -> RunContext:
        """Begins a run with a suggestion; also beyond the budget.

        Args:
            name: For people; the project and the time if left out.
            metadata: Texts and numbers.

        Raises:
            ApiException: The experiment is archived, or nothing can be suggested. Status 400.
        """
        about = {"experiment": self._folder.ident}
        return new_run(self._folder, self.project, name, metadata, about)

    def loop(self, name: str | None = None) -> Iterator[RunContext]:
        """Begins one run after the other until the budget is used up; without one, for ever.

        What the budget was used for by workers that have gone is taken up before the end.
        """
        if self.type == "offline":
            from armwright.optimizer import compiles_ahead

            compiles_ahead()
        while not self.is_finished() or self._folder.has_gone():
            yield self.create_run(name=name)

    def get_runs(self) -> Iterator[TrainingRun]:
        """All runs, newest first: open, failed and archived ones too."""
        self._folder.refresh()
        yield from map(training_run, self._folder.runs())

    def get_best_runs(self) -> Iterator[TrainingRun]:
        """The best runs: one, or the Pareto front, or all that keep the constraints."""
        self._folder.refresh()
        yield from map(training_run, best_of(self._folder.definition, self._folder.runs()))

    def update(self, **fields: Any) -> AIExperiment:
        """Changes the experiment for all; this handle shows it after a refresh.

        Args:
            **fields: Of name, parameters, metrics, metadata, budget, parallel_bandwidth, state.

        Returns:
            The experiment as it is now.

        Raises:
            ValidationError: A field is of the wrong shape.
            ApiException: It cannot change so. Status 400.
        """
        self._folder.redefine(lambda definition: updated(definition, fields))
        self._folder.refresh()
        return AIExperiment(experiment_document(self._folder))

    def archive(self) -> None:
        """Puts the experiment aside; its runs stay as they are."""
        self.update(state="deleted")
        self.refresh()
