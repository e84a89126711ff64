"""Where an experiment is: in a folder of our store, or behind the driver of a connection."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, Protocol, final

from armwright.sigopt.best_runs import best_of
from armwright.sigopt.global_run import global_params
from armwright.sigopt.new_run import default_name, new_run
from armwright.sigopt.place import CLIENT_ID, USER_ID
from armwright.sigopt.run_context import RunContext
from armwright.sigopt.training_run import training_run
from armwright.sigopt.update import updated
from armwright.sigopt.validate import check_shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from armwright.sigopt.run_folder import RunFolder
    from armwright.sigopt.training_run import TrainingRun

__all__ = ["ConnectionSource", "ExperimentSource", "FolderSource", "experiment_document"]

Json = dict[str, Any]

_CLOCKS_DIFFER_S = 120  # of machines that write into one store, at most, for what is shown alone


class ExperimentSource(Protocol):
    """What reads and changes one experiment."""

    def read(self) -> Json:
        """All that the experiment shows, as it is now."""
        ...

    def look(self) -> None:
        """Looks, now and then, for workers that have gone."""
        ...

    def prepare(self) -> None:
        """Called before the first of many runs."""
        ...

    def waits(self) -> bool:
        """Whether there is a run to be taken up although the budget is used up."""
        ...

    def add_run(
        self, project: str, name: str | None, metadata: Mapping[str, Any] | None
    ) -> RunContext:
        """Begins a run with a suggestion."""
        ...

    def runs(self) -> Iterator[TrainingRun]:
        """All runs, newest first."""
        ...

    def changed_runs(self, seen: dict[Any, Any]) -> Iterator[TrainingRun]:
        """The runs of which something is new, and maybe some others.

        Args:
            seen: Empty at first; is brought up to date.
        """
        ...

    def best_runs(self) -> Iterator[TrainingRun]:
        """The best runs."""
        ...

    def change(self, fields: Mapping[str, Any]) -> Json:
        """Changes the experiment; all that it shows then."""
        ...

    def archive(self) -> None:
        """Puts the experiment aside."""
        ...


def experiment_document(folder: RunFolder) -> Json:
    """All that an experiment shows, as far as is known."""
    definition = copy.deepcopy(folder.definition)  # what users change in it is theirs
    definition.pop("category_indices", None)
    return {
        **definition,
        "id": folder.ident,
        "client": CLIENT_ID,
        "user": USER_ID,
        "progress": folder.progress(),
    }


@final
class FolderSource:
    """An experiment in a folder.

    Args:
        folder: The folder.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder

    def read(self) -> Json:
        """See `ExperimentSource`."""
        self._folder.refresh()
        return experiment_document(self._folder)

    def look(self) -> None:
        """See `ExperimentSource`."""
        self._folder.release_gone()

    def prepare(self) -> None:
        """See `ExperimentSource`."""
        if self._folder.definition["type"] == "offline":
            from armwright.optimizer import compiles_ahead

            compiles_ahead()

    def waits(self) -> bool:
        """See `ExperimentSource`."""
        return self._folder.has_gone()

    def add_run(
        self, project: str, name: str | None, metadata: Mapping[str, Any] | None
    ) -> RunContext:
        """See `ExperimentSource`."""
        return new_run(self._folder, project, name, metadata, {"experiment": self._folder.ident})

    def runs(self) -> Iterator[TrainingRun]:
        """See `ExperimentSource`."""
        self._folder.refresh()
        yield from map(training_run, self._folder.runs())

    def changed_runs(self, seen: dict[Any, Any]) -> Iterator[TrainingRun]:
        """See `ExperimentSource`."""
        self._folder.refresh()
        yield from map(training_run, self._folder.changed_runs(seen))

    def best_runs(self) -> Iterator[TrainingRun]:
        """See `ExperimentSource`."""
        self._folder.refresh()
        yield from map(training_run, best_of(self._folder.definition, self._folder.runs()))

    def change(self, fields: Mapping[str, Any]) -> Json:
        """See `ExperimentSource`."""
        self._folder.redefine(lambda definition: updated(definition, fields))
        return self.read()

    def archive(self) -> None:
        """See `ExperimentSource`."""
        self.change({"state": "deleted"})


@final
class ConnectionSource:
    """An experiment behind a driver.

    Args:
        connection: See `armwright.sigopt.Connection`.
        experiment: As it is.
    """

    def __init__(self, connection: Any, experiment: Any) -> None:
        self._connection, self._about = connection, experiment

    @property
    def _resource(self) -> Any:
        return self._connection.aiexperiments(self._about.id)

    def read(self) -> Json:
        """See `ExperimentSource`."""
        found: Json = self._resource.fetch().to_json()
        return found

    def look(self) -> None:
        """See `ExperimentSource`; that is the driver's business."""

    def prepare(self) -> None:
        """See `ExperimentSource`; nothing is suggested here."""

    def waits(self) -> bool:
        """See `ExperimentSource`; that is the driver's business too."""
        return False

    def add_run(
        self, project: str, name: str | None, metadata: Mapping[str, Any] | None
    ) -> RunContext:
        """See `ExperimentSource`."""
        said = {"name": default_name(project) if name is None else name, "metadata": metadata}
        run = self._resource.training_runs().create(**said)
        return RunContext(self._connection, run, global_params())

    def runs(self) -> Iterator[TrainingRun]:
        """See `ExperimentSource`."""
        yield from self._runs_with()

    def changed_runs(self, seen: dict[Any, Any]) -> Iterator[TrainingRun]:
        """See `ExperimentSource`."""
        moment = seen.get("updated", 0) - _CLOCKS_DIFFER_S
        since = [{"field": "updated", "operator": ">=", "value": moment}] if moment > 0 else []
        for run in self._runs_with(*since):
            seen["updated"] = max(seen.get("updated", 0), run.updated or 0)
            yield run

    def _runs_with(self, *more: Json) -> Iterator[TrainingRun]:
        of_ours = {"field": "experiment", "operator": "==", "value": self._about.id}
        project = self._connection.clients(self._about.client).projects(self._about.project)
        page = project.training_runs().fetch(filters=json.dumps([of_ours, *more]))
        yield from page.iterate_pages()

    def best_runs(self) -> Iterator[TrainingRun]:
        """See `ExperimentSource`."""
        yield from self._resource.best_training_runs().fetch().iterate_pages()

    def change(self, fields: Mapping[str, Any]) -> Json:
        """See `ExperimentSource`."""
        check_shape(fields)
        found: Json = self._resource.update(**fields).to_json()
        return found

    def archive(self) -> None:
        """See `ExperimentSource`."""
        self._resource.delete()
