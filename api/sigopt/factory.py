"""The module's calls for one project, without choosing it for the whole process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from armwright.sigopt import calls
from armwright.sigopt.ai_experiment import AIExperimentContext
from armwright.sigopt.definition import definition_from_fields
from armwright.sigopt.folders import make_experiment, project_runs
from armwright.sigopt.new_run import new_run
from armwright.sigopt.project import check_project_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.sigopt.objects import Project
    from armwright.sigopt.run_context import RunContext
    from armwright.sigopt.training_run import TrainingRun

__all__ = ["SigOptFactory"]


@final
class SigOptFactory:
    """The calls of the module, for one project.

    Args:
        project: Its id.

    Raises:
        ValueError: This can be no id.
    """

    def __init__(self, project: str) -> None:
        self.project = check_project_id(project)

    def create_experiment(self, **fields: Any) -> AIExperimentContext:
        """See `armwright.sigopt.create_experiment`."""
        return AIExperimentContext(make_experiment(definition_from_fields(fields), self.project))

    def get_experiment(self, experiment_id: str | int) -> AIExperimentContext:
        """See `armwright.sigopt.get_experiment`."""
        return calls.get_experiment(experiment_id)

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

    def create_project(self, name: str | None = None) -> Project:
        """See `armwright.sigopt.create_project`."""
        return calls.create_project(self.project, name)

    create_aiexperiment = create_experiment
    get_aiexperiment = get_experiment
    archive_aiexperiment = archive_experiment
    unarchive_aiexperiment = unarchive_experiment
