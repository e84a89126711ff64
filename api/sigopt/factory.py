"""The module's calls for one project, without choosing it for the whole process.

They go to our store, unless their connection leads elsewhere: the one that a factory is given, else
the one that was put into `interface._global_connection`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from armwright.sigopt import calls
from armwright.sigopt.connection_calls import ConnectionCalls, leads_elsewhere
from armwright.sigopt.definition import definition_from_fields
from armwright.sigopt.folders import project_runs
from armwright.sigopt.interface import get_connection
from armwright.sigopt.new_run import new_run
from armwright.sigopt.project import check_project_id, choose_project, current_project
from armwright.sigopt.upload import upload_to
from armwright.sigopt.validate import validate_aiexperiment_input

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from armwright.sigopt.ai_experiment import AIExperimentContext
    from armwright.sigopt.interface import Connection
    from armwright.sigopt.objects import Project
    from armwright.sigopt.run_context import RunContext
    from armwright.sigopt.training_run import TrainingRun

__all__ = ["SigOptFactory", "global_factory"]


@final
class SigOptFactory:
    """The calls of the module, for one project.

    Args:
        project_id: Of the project; where None, the one in force, see
            `armwright.sigopt.set_project`.
        connection: Where the calls go; by default the one that this process shares.

    Raises:
        ValueError: This can be no id.
    """

    def __init__(self, project_id: str | None, connection: Connection | None = None) -> None:
        self._project = None if project_id is None else check_project_id(project_id)
        self._connection = connection

    @property
    def connection(self) -> Connection:
        """The core API, for what this class has no call for."""
        return get_connection() if self._connection is None else self._connection

    @classmethod
    def from_default_project(cls) -> SigOptFactory:
        """For the project that is in force now."""
        return cls(current_project())

    @property
    def project(self) -> str:
        """The project's id."""
        return current_project() if self._project is None else self._project

    def set_project(self, project: str) -> None:
        """Chooses another project.

        Raises:
            ValueError: This can be no id.
        """
        if self._project is None:
            choose_project(check_project_id(project))
        else:
            self._project = check_project_id(project)

    @property
    def _elsewhere(self) -> ConnectionCalls | None:
        """The calls over the connection, where that leads elsewhere than to our store."""
        connection = self.connection
        return ConnectionCalls(connection, self.project) if leads_elsewhere(connection) else None

    def create_experiment(
        self, *, name: str, parameters: Sequence[Any], metrics: Sequence[Any], **more: Any
    ) -> AIExperimentContext:
        """Makes an experiment.

        Args:
            name: For people.
            parameters: What can be tried: mappings with name, type, and bounds, grid or
                categorical_values.
            metrics: What is measured: mappings with name, objective, strategy and threshold.
            **more: type (offline, random or grid), budget, parallel_bandwidth, num_solutions,
                conditionals, linear_constraints, metadata.

        Raises:
            ValidationError: A field is of the wrong shape.
            ApiException: A value is refused, status 400.
            ConnectionException: The store cannot be written.
        """
        fields = {"name": name, "parameters": parameters, "metrics": metrics, **more}
        return self.create_prevalidated_aiexperiment(validate_aiexperiment_input(fields))

    def create_prevalidated_aiexperiment(self, body: Mapping[str, Any]) -> AIExperimentContext:
        """Makes an experiment of a body whose shape has been checked."""
        over = self._elsewhere
        if over is not None:
            return over.make_experiment(body)
        return calls.made_experiment(definition_from_fields(body), self.project)

    def get_experiment(self, experiment_id: str | int) -> AIExperimentContext:
        """Looks an experiment up; also an archived one.

        Raises:
            ApiException: There is none of this id. Status 404.
            ConnectionException: The store cannot be read.
        """
        over = self._elsewhere
        if over is not None:
            return over.get_experiment(experiment_id)
        return calls.experiment_of(experiment_id, self.project)

    def archive_experiment(
        self,
        experiment_id: str | int,
        include_runs: bool = False,  # noqa: FBT001, FBT002 - as callers give it
    ) -> None:
        """Puts an experiment aside, on request with all its runs."""
        over = self._elsewhere
        if over is not None:
            over.archive_experiment(experiment_id, include_runs=include_runs)
        else:
            calls.archive_experiment(experiment_id, include_runs)

    def unarchive_experiment(self, experiment_id: str | int) -> None:
        """Brings an experiment back."""
        (self._elsewhere or calls).unarchive_experiment(experiment_id)

    def create_run(
        self, name: str | None = None, metadata: Mapping[str, Any] | None = None
    ) -> RunContext:
        """Begins a run outside any experiment; its parameters are the caller's."""
        over = self._elsewhere
        if over is not None:
            return over.create_run(name, metadata)
        folder = project_runs(self.project)
        return new_run(folder, self.project, name, metadata, {"experiment": None})

    def get_run(self, run_id: str | int) -> TrainingRun:
        """Looks a run up, as it is now.

        Raises:
            ApiException: There is none of this id. Status 404.
        """
        found: TrainingRun = (self._elsewhere or calls).get_run(run_id)
        return found

    def archive_run(self, run_id: str | int) -> None:
        """Puts a run aside: it uses no budget, is never best, and teaches nothing."""
        (self._elsewhere or calls).archive_run(run_id)

    def unarchive_run(self, run_id: str | int) -> None:
        """Brings a run back."""
        (self._elsewhere or calls).unarchive_run(run_id)

    def upload_runs(
        self, runs: Iterable[Mapping[str, Any]], max_batch_size: int = 10000
    ) -> list[TrainingRun]:
        """Adds runs that have ended to the project; all are checked before the first is written.

        Args:
            runs: Mappings with any of name, state (completed or failed), assignments, values (for
                each metric an object with value and value_stddev), metadata and the other fields
                of a run.
            max_batch_size: How many a request holds; on our store each run is a file of its own.

        Raises:
            ApiException: A run cannot be. Status 400.
        """
        over = self._elsewhere
        if over is not None:
            return over.upload_runs(runs, max_batch_size)
        return upload_to(self.project, runs)

    def create_project(self, id_: str | None = None, name: str | None = None) -> Project:
        """Makes a project; where an id is given, also chooses it.

        Raises:
            ValueError: This can be no id.
            ConflictingProjectException: There is one of this id.
        """
        if id_ is not None:
            self.set_project(id_)
        over = self._elsewhere
        if over is not None:
            made: Project = over.create_project(name)
            return made
        return calls.made_project(self.project, name)

    create_aiexperiment = create_experiment

    def get_aiexperiment(self, aiexperiment_id: str | int) -> AIExperimentContext:
        """See `get_experiment`."""
        return self.get_experiment(aiexperiment_id)

    def archive_aiexperiment(
        self,
        aiexperiment_id: str | int,
        include_runs: bool = False,  # noqa: FBT001, FBT002 - as callers give it
    ) -> None:
        """See `archive_experiment`."""
        self.archive_experiment(aiexperiment_id, include_runs)

    def unarchive_aiexperiment(self, aiexperiment_id: str | int) -> None:
        """See `unarchive_experiment`."""
        self.unarchive_experiment(aiexperiment_id)


global_factory: SigOptFactory = SigOptFactory(None)
