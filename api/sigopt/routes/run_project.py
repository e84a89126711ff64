"""The project of a run: that of its folder, unless the run was moved to another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.sigopt.exception import refused
from armwright.sigopt.folders import project_runs
from armwright.sigopt.project import check_project_id
from armwright.sigopt.routes.finding import all_experiments, experiments_of, project_folders

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from armwright.sigopt.run_folder import RunFolder

__all__ = ["moved", "runs_of_project"]

Json = dict[str, Any]

_GUESTS = "guests"  # of a project: the folders that have runs which were moved to it


def moved(folder: RunFolder, body: Mapping[str, Any]) -> Json:
    """What an update changes where it names another project for a run.

    Args:
        folder: Of the run.
        body: Of the update.

    Raises:
        ApiException: This can be no project. Status 400.
    """
    if "project" not in body:
        return {}
    try:
        project = check_project_id(body["project"])
    except ValueError as error:
        raise refused(str(error)) from error
    home = project_runs(project)
    if folder.ident not in (home.ident, *home.definition.get(_GUESTS, ())):
        home.redefine(
            lambda before: {**before, _GUESTS: sorted({*before.get(_GUESTS, ()), folder.ident})}
        )
        home.refresh()
    return {"project": project, "moved": True}


def runs_of_project(project: str) -> Iterator[Json]:
    """The documents of all runs of a project, of its experiments and others."""
    home = project_runs(project)
    own = [home, *all_experiments(project)]
    known = {folder.ident for folder in own}
    guests = [ident for ident in home.definition.get(_GUESTS, ()) if ident not in known]
    others = [folder for folder in project_folders() if folder.ident in guests] if guests else []
    for folder in (*own, *experiments_of(guests), *others):
        for run in folder.runs():
            if (run["project"] if run.get("moved") else folder.definition["project"]) == project:
                yield run
