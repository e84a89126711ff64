"""From the ids of a route to folders and runs, as they are now."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from armwright.sigopt.core.core_definition import is_core
from armwright.sigopt.exception import ApiException, refused
from armwright.sigopt.experiment_folder import experiment_folder, missing_experiment
from armwright.sigopt.folders import named_folders, opened, opened_at
from armwright.sigopt.place import is_id, split_run_id, store
from armwright.store.location import experiment_url, locate_root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from armwright.sigopt.run_folder import RunFolder

__all__ = [
    "ai_experiment",
    "all_experiments",
    "any_experiment",
    "core_experiment_of",
    "experiments_of",
    "observed_experiment_of",
    "project_folders",
    "run_in",
    "run_place",
]

Json = dict[str, Any]

_PROJECT = "9"  # what the ids of projects' folders begin with


def core_experiment_of(ident: str) -> RunFolder:
    """The folder of an experiment of the core API.

    Raises:
        ApiException: There is none of this id. Status 404.
    """
    folder = _experiment(ident)
    if not is_core(folder.definition):
        raise refused(f"experiment {ident} is an AI experiment: ask aiexperiments({ident})", 404)
    return folder


def observed_experiment_of(ident: str) -> RunFolder:
    """The same, of one that takes suggestions and observations.

    Raises:
        ApiException: There is none, status 404; or it takes runs alone, status 403.
    """
    folder = core_experiment_of(ident)
    if folder.definition.get("runs_only"):
        raise refused(f"experiment {ident} takes runs only: create one of its training_runs", 403)
    return folder


def any_experiment(ident: str) -> RunFolder:
    """The folder of an experiment of either kind.

    Raises:
        ApiException: There is none of this id. Status 404.
    """
    return _experiment(ident)


def ai_experiment(ident: str) -> RunFolder:
    """The folder of an AI experiment.

    Raises:
        ApiException: There is none of this id. Status 404.
    """
    folder = _experiment(ident)
    if is_core(folder.definition):
        raise refused(f"experiment {ident} is of the core API: ask experiments({ident})", 404)
    return folder


def _experiment(ident: str) -> RunFolder:
    folder = experiment_folder(ident)
    if folder is None:
        raise missing_experiment(ident)
    return folder


def experiments_of(idents: Iterable[str]) -> list[RunFolder]:
    """The folders of those ids that are of experiments, of either kind."""
    found = []
    for ident in idents:
        with contextlib.suppress(ApiException):
            found.append(_experiment(ident))
    return found


def all_experiments(project: str | None = None) -> Iterator[RunFolder]:
    """The folders of all experiments in the store, newest first, and then those with names.

    Args:
        project: Only those of this project.
    """
    made = _folders(lambda name: not name.startswith(_PROJECT))
    for folder in (*made, *_opened_each(named_folders())):
        definition = folder.definition
        if "parameters" in definition and project in (None, definition["project"]):
            yield folder


def project_folders() -> Iterator[RunFolder]:
    """The folders of all projects in the store."""
    for folder in _folders(lambda name: name.startswith(_PROJECT)):
        if "project" in folder.definition:
            yield folder


def _folders(wanted: Callable[[str], bool]) -> Iterator[RunFolder]:
    """The folders that SigOpt code made in the store, by name from the last."""
    location = locate_root(store())
    names = sorted(location.files.list(location.path).folders, reverse=True)
    yield from _opened_each(name for name in names if is_id(name) and wanted(name))


def _opened_each(names: Iterable[str]) -> Iterator[RunFolder]:
    for name in names:
        with contextlib.suppress(LookupError):  # it is being made, or was removed at this moment
            yield opened_at(experiment_url(store(), name))


def run_place(run_id: str) -> tuple[RunFolder, int]:
    """The folder and the trial's number of a run.

    Raises:
        ApiException: There is none of this id. Status 404.
    """
    ident, number = split_run_id(run_id)
    try:
        return opened(ident), number
    except LookupError as error:
        raise refused(f"there is no run {run_id!r}", 404) from error


def run_in(folder: RunFolder, run_id: str, what: str) -> Json:
    """The document of a run that is in a folder.

    Args:
        folder: Where it should be.
        run_id: Of the run.
        what: It is, for people.

    Raises:
        ApiException: It is not there. Status 404.
    """
    missing = refused(f"there is no {what} {run_id!r} in experiment {folder.ident}", 404)
    if not (run_id.isascii() and run_id.isdigit()) or not run_id.startswith(folder.ident):
        raise missing
    if len(run_id) == len(folder.ident):
        raise missing
    return folder.run(split_run_id(run_id)[1])
