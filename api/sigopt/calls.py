"""What the module's calls do on our store; `factory` has them for a project."""

from __future__ import annotations

import logging
import warnings
from typing import TYPE_CHECKING, Any

from armwright.errors import ExperimentExistsError
from armwright.sigopt.ai_experiment import AIExperimentContext
from armwright.sigopt.exception import ConflictingProjectException, refused
from armwright.sigopt.experiment_folder import experiment_folder, missing_experiment
from armwright.sigopt.folders import make_experiment, opened, project_runs
from armwright.sigopt.global_run import global_run
from armwright.sigopt.objects import Project
from armwright.sigopt.place import split_run_id
from armwright.sigopt.project import check_project_id, choose_project
from armwright.sigopt.training_run import TrainingRun, training_run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.sigopt.run_folder import RunFolder

__all__ = [
    "archive_experiment",
    "archive_run",
    "experiment_of",
    "get_run",
    "get_run_id",
    "made_experiment",
    "made_project",
    "set_project",
    "unarchive_experiment",
    "unarchive_run",
]

logger = logging.getLogger(__name__)


def made_experiment(definition: Mapping[str, Any], project: str) -> AIExperimentContext:
    """Makes an experiment of a checked definition."""
    experiment = AIExperimentContext.in_folder(make_experiment(dict(definition), project))
    logger.info("experiment %s is made", experiment.id)
    return experiment


def experiment_of(experiment_id: str | int, project: str) -> AIExperimentContext:
    """Looks an experiment up, and warns where it belongs to another project than expected."""
    experiment = AIExperimentContext.in_folder(_experiment_folder(experiment_id))
    if experiment.project != project:
        logger.warning(
            "experiment %s belongs to the project %r, not to %r",
            experiment.id,
            experiment.project,
            project,
        )
    return experiment


def archive_experiment(
    experiment_id: str | int,
    include_runs: bool = False,  # noqa: FBT001, FBT002 - as callers give it
) -> None:
    """Puts an experiment aside, on request with all its runs."""
    folder = _experiment_folder(experiment_id)
    AIExperimentContext.in_folder(folder).update(state="deleted")
    for run in folder.runs() if include_runs else ():
        folder.patch(_number(run), {"deleted": True})


def unarchive_experiment(experiment_id: str | int) -> None:
    """Brings an experiment back."""
    AIExperimentContext.in_folder(_experiment_folder(experiment_id)).update(state="active")


def get_run(run_id: str | int) -> TrainingRun:
    """Looks a run up, as it is now.

    Raises:
        ApiException: There is none of this id. Status 404.
    """
    folder, number = _run_place(run_id)
    return training_run(folder.run(number))


def archive_run(run_id: str | int) -> None:
    """Puts a run aside: it uses no budget, is never best, and no suggestion learns from it."""
    folder, number = _run_place(run_id)
    folder.run(number)
    folder.patch(number, {"deleted": True})


def unarchive_run(run_id: str | int) -> None:
    """Brings a run back."""
    folder, number = _run_place(run_id)
    folder.run(number)
    folder.patch(number, {"deleted": False})


def made_project(project: str, name: str | None) -> Project:
    """Makes a project of an id."""
    try:
        folder = project_runs(project, exclusive=True)
    except ExperimentExistsError as error:
        raise ConflictingProjectException(project) from error
    folder.refresh()
    return Project({"id": project, "name": name or project})


def set_project(project: str) -> str:
    """Chooses the project of what this process makes from now on.

    Warns where a command line or a notebook's cell began a run: that one stays where it is.

    Raises:
        ValueError: This can be no id.
    """
    from armwright import sigopt

    if sigopt.get_run_id() is not None:
        warnings.warn(
            "set_project leaves the run in force where it is: name its project with --project, "
            "or set SIGOPT_PROJECT",
            UserWarning,
            stacklevel=2,
        )
    choose_project(check_project_id(project))
    return project


def get_run_id() -> str | None:
    """The run that the command line or a notebook's cell began; None where there is none."""
    return global_run.id


def _experiment_folder(experiment_id: Any) -> RunFolder:
    folder = experiment_folder(str(experiment_id))
    if folder is None:
        raise missing_experiment(experiment_id)
    return folder


def _run_place(run_id: Any) -> tuple[RunFolder, int]:
    ident, number = split_run_id(run_id)
    try:
        return opened(ident), number
    except LookupError as error:
        raise refused(f"there is no run {run_id!r}", 404) from error


def _number(run: Mapping[str, Any]) -> int:
    return split_run_id(run["id"])[1]
