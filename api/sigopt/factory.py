"""The module's calls for one project, without choosing it for the whole process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from armwright.sigopt import calls
from armwright.sigopt.definition import definition_from_fields
from armwright.sigopt.folders import project_runs
from armwright.sigopt.interface import get_connection
from armwright.sigopt.new_run import new_run
from armwright.sigopt.project import check_project_id, current_project
from armwright.sigopt.upload import upload_to
from armwright.sigopt.validate import validate_aiexperiment_input

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from armwright.sigopt.ai_experiment import AIExperimentContext
    from armwright.sigopt.interface import Connection
    from armwright.sigopt.objects import Project
    from armwright.sigopt.run_context import RunContext
    from armwright.sigopt.training_run import TrainingRun

__all__ = ["SigOptFactory"]


@final
class SigOptFactory:
    """The calls of the module, for one project.

    Args:
        project: Its id.
        connection: What `connection` is to be; by default the one that this process shares.

    Raises:
        ValueError: This can be no id.
    """

    def __init__(self, project: str, connection: Connection | None = None) -> None:
        self._project = check_project_id(project)
        self._connection = connection

    @property
    def connection(self) -> Connection:
        """The core API, for what this class has no call for."""
        return get_connection() if self._connection is None else self._connection

    @classmethod
    def from_default_project(cls) -> SigOptFactory:
        """For the project in force: see `armwright.sigopt.set_project`."""
        return cls(current_project())

    @property
    def project(self) -> str:
        """The project's id."""
        return self._project

    def set_project(self, project: str) -> None:
        """Chooses another project.

        Raises:
            ValueError: This can be no id.
        """
        self._project = check_project_id(project)

    def create_experiment(self, **fields: Any) -> AIExperimentContext:
        """See `armwright.sigopt.create_experiment`."""
        return self.create_prevalidated_aiexperiment(validate_aiexperiment_input(fields))

    def create_prevalidated_aiexperiment(self, body: Mapping[str, Any]) -> AIExperimentContext:
        """Makes an experiment of a body whose shape has been checked."""
        return calls.made_experiment(definition_from_fields(body), self.project)

    def get_experiment(self, experiment_id: str | int) -> AIExperimentContext:
        """See `armwright.sigopt.get_experiment`."""
        return calls.experiment_of(experiment_id, self.project)

    def archive_experiment(
        self,
        experiment_id: str | int,
        include_runs: bool = False,  # noqa: FBT001, FBT002 - as callers give it
    ) -> None:
        """See `armwright.sigopt.archive_experiment`."""
        calls.archive_experiment(experiment_id, include_runs)

    def unarchive_experiment(self, experiment_id: str | int) -> None:
        """See `armwright.sigopt.unarchive_experiment`."""
        calls.unarchive_experiment(experiment_id)

    def create_run(
        self, name: str | None = None, metadata: Mapping[str, Any] | None = None
    ) -> RunContext:
        """See `armwright.sigopt.create_run`."""
        folder = project_runs(self.project)
        return new_run(folder, self.project, name, metadata, {"experiment": None})

    def get_run(self, run_id: str | int) -> TrainingRun:
        """See `armwright.sigopt.get_run`."""
        return calls.get_run(run_id)

    def archive_run(self, run_id: str | int) -> None:
        """See `armwright.sigopt.archive_run`."""
        calls.archive_run(run_id)

    def unarchive_run(self, run_id: str | int) -> None:
        """See `armwright.sigopt.unarchive_run`."""
        calls.unarchive_run(run_id)

    def upload_runs(
        self, runs: Iterable[Mapping[str, Any]], max_batch_size: int = 10000
    ) -> list[TrainingRun]:
        """See `armwright.sigopt.upload_runs`."""
        del max_batch_size
        return upload_to(self.project, runs)

    def create_project(self, id_: str | None = None, name: str | None = None) -> Project:
        """See `armwright.sigopt.create_project`."""
        if id_ is not None:
            self.set_project(id_)
        return calls.made_project(self.project, name)

    create_aiexperiment = create_experiment
    get_aiexperiment = get_experiment
    archive_aiexperiment = archive_experiment
    unarchive_aiexperiment = unarchive_experiment
