"""An experiment, as it was when it was looked up, and the handle that acts on it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar, final

from armwright.sigopt.api_object import ApiObject, Fields, as_is, list_of
from armwright.sigopt.experiment_source import (
    ConnectionSource,
    FolderSource,
    experiment_document,
)
from armwright.sigopt.parts import (
    Conditional,
    LinearConstraint,
    Metadata,
    Metric,
    Parameter,
    RunsProgress,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from armwright.sigopt.experiment_source import ExperimentSource
    from armwright.sigopt.run_context import RunContext
    from armwright.sigopt.run_folder import RunFolder
    from armwright.sigopt.training_run import TrainingRun

__all__ = ["AIExperiment", "AIExperimentContext"]

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


@final
class AIExperimentContext:
    """A handle of an experiment: its attributes, and what can be done with it.

    Attributes are those of the last `refresh`. Safe to share between threads.

    Args:
        experiment: As it is.
        connection: Where it is; not needed where there is a source.
        source: What reads and changes it; the connection's driver if left out.
    """

    def __init__(
        self, experiment: Any, connection: Any = None, *, source: ExperimentSource | None = None
    ) -> None:
        self._source = source or ConnectionSource(connection, experiment)
        self._lock = threading.RLock()
        self._experiment = experiment

    @classmethod
    def in_folder(cls, folder: RunFolder) -> AIExperimentContext:
        """An experiment that is kept in a folder."""
        experiment = AIExperiment(experiment_document(folder))
        return cls(experiment, source=FolderSource(folder))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self._experiment, name)

    def __repr__(self) -> str:
        return repr(self._experiment)

    def to_json(self) -> dict[str, Any]:
        """All attributes, as a dict of its own."""
        found: dict[str, Any] = self._experiment.to_json()
        return found

    def refresh(self) -> None:
        """Reads the experiment anew."""
        with self._lock:
            self._experiment = AIExperiment(self._source.read())

    def is_finished(self) -> bool:
        """Whether the budget is used up, after a refresh; open runs count."""
        with self._lock:
            self._source.look()
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
        return self._source.add_run(self.project, name, metadata)

    def loop(
        self,
        name: str | None = None,
        *,
        progress: bool = True,
        callbacks: Iterable[Any] = (),
    ) -> Iterator[RunContext]:
        """Begins one run after the other until the budget is used up; without one, for ever.

        What the budget was used for by workers that have gone is taken up before the end.

        Args:
            name: Of each run.
            progress: Whether a line shows how far all is, on a terminal or in a notebook.
            callbacks: Who is told of each run; see `armwright.callbacks`.
        """
        from armwright.sigopt.told_runs import told_runs

        yield from told_runs(self, self._begun(name), progress=progress, callbacks=callbacks)

    def _begun(self, name: str | None) -> Generator[RunContext, None, None]:
        self._source.prepare()
        while not self.is_finished() or self._source.waits():
            yield self.create_run(name=name)

    def get_runs(self) -> Iterator[TrainingRun]:
        """All runs, newest first: open, failed and archived ones too."""
        yield from self._source.runs()

    def changed_runs(self, seen: dict[Any, Any]) -> Iterator[TrainingRun]:
        """The runs of which something is new since the last call, and maybe some others.

        Args:
            seen: Empty at first; is brought up to date.
        """
        yield from self._source.changed_runs(seen)

    def get_best_runs(self) -> Iterator[TrainingRun]:
        """The best runs: one, or the Pareto front, or all that keep the constraints."""
        yield from self._source.best_runs()

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
        return AIExperiment(self._source.change(fields))

    def archive(self) -> None:
        """Puts the experiment aside; its runs stay as they are."""
        self._source.archive()
        self.refresh()
