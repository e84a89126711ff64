"""Making and opening the folders of experiments and projects; each is opened once by a process."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Any

from armwright.errors import (
    ExperimentExistsError,
    ExperimentNotFoundError,
    ExperimentUnfinishedError,
    InvalidNameError,
    StoreError,
    UsageError,
)
from armwright.persistence.experiment_json import definition_to_json
from armwright.persistence.facts import config_document
from armwright.sigopt.constraint_rules import check_room
from armwright.sigopt.exception import ApiException, ConnectionException, refused
from armwright.sigopt.place import (
    experiment_id,
    fresh_id,
    is_id,
    is_id_of_name,
    project_folder_id,
    store,
)
from armwright.sigopt.run_folder import RunFolder
from armwright.sigopt.run_record import KEY
from armwright.sigopt.suggester import Suggester
from armwright.store import ExperimentFolder
from armwright.store.layout import config_path
from armwright.store.location import experiment_url, locate_root

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from armwright.experiment import Experiment

__all__ = [
    "configuration",
    "make_experiment",
    "named_folders",
    "opened",
    "opened_at",
    "opened_before",
    "opened_by_name",
    "project_runs",
    "shared_folder",
]

Json = dict[str, Any]

_KEPT = f'"{KEY}"'.encode()  # in a configuration
_lock = threading.RLock()
_opened: dict[str, RunFolder] = {}
_named: dict[tuple[str, str], str] = {}  # by store and id the name of a folder


def configuration(definition: Json, before: Mapping[str, Any] | None = None) -> Json:
    """The configuration that keeps a definition, for SigOpt code and for every other tool.

    Args:
        definition: Checked.
        before: The configuration that this one replaces.
    """
    if before is not None and "parameters" not in definition:  # a project's
        return {**before, KEY: definition}
    from armwright.sigopt.domain import domain_experiment

    document = config_document(definition_to_json(domain_experiment(definition)))
    plan = dict((before or {}).get("plan") or _plan())
    if before:
        document["time_created"] = before["time_created"]
    return {**document, "plan": {**plan, "budget": definition["budget"]}, KEY: definition}


def _plan() -> Json:
    from armwright.generation.seed import base_seed

    return {"budget": None, "seed": base_seed(None), "initial_trials": None}


def make_experiment(definition: Json, project: str) -> RunFolder:
    """Makes the folder of an experiment.

    Raises:
        ApiException: No point keeps the linear constraints. Status 400.
        ConnectionException: The store cannot be written.
    """
    from armwright.persistence.next_run import check_runnable
    from armwright.sigopt.domain import domain_experiment

    moment = int(time.time())
    definition = {
        **definition,
        "project": project,
        "state": "active",
        "created": moment,
        "updated": moment,
    }
    try:
        if definition["linear_constraints"]:
            check_room(definition["linear_constraints"], definition["parameters"])
            check_runnable(domain_experiment(definition))
        config = configuration(definition)
    except (UsageError, ValueError) as error:
        raise refused(f"this experiment cannot be run: {error}") from error
    while True:
        ident = fresh_id()
        try:
            folder = _create(ident, definition["name"], config)
        except ExperimentExistsError:
            continue  # somebody else took this microsecond
        return _remember(experiment_url(store(), ident), folder)


def project_runs(project: str, *, exclusive: bool = False) -> RunFolder:
    """The folder of a project's runs outside experiments, made if there is none.

    Raises:
        ExperimentExistsError: `exclusive`, and there is one.
    """
    ident = project_folder_id(project)
    return _made_once(ident, project, {"project": project, "state": "active"}, exclusive=exclusive)


def shared_folder() -> RunFolder:
    """The folder of what belongs to no project, made if there is none: its runs are never any."""
    ident = project_folder_id("*")  # no project's name
    return _made_once(ident, "tags", {"state": "active", "tags": {}}, exclusive=False)


def _made_once(ident: str, name: str, definition: Json, *, exclusive: bool) -> RunFolder:
    if not exclusive:
        try:
            return opened(ident)
        except LookupError:
            pass
    config = config_document(definition_to_json(_nothing(name)))
    try:
        folder = _create(ident, name, {**config, "plan": _plan(), KEY: definition})
    except ExperimentExistsError:
        if exclusive:
            raise
        return opened(ident)
    return _remember(experiment_url(store(), ident), folder)


def _nothing(name: str) -> Experiment:
    from armwright.experiment import Experiment, SearchSpace

    return Experiment(search_space=SearchSpace(parameters=[]), name=name)


def opened(ident: str) -> RunFolder:
    """The folder of an id, as it is now.

    Raises:
        LookupError: There is none.
        ConnectionException: The store cannot be read.
    """
    name = _named.get((store(), ident), ident)
    try:
        return opened_at(experiment_url(store(), name))
    except LookupError:
        if not is_id_of_name(ident):
            raise
    for folder in named_folders():
        if experiment_id(folder) == ident:
            _named[store(), ident] = folder
            return opened_at(experiment_url(store(), folder))
    raise LookupError(ident)


def opened_by_name(name: str) -> RunFolder:
    """The folder of this name, as it is now, if it is an experiment of SigOpt's fields.

    Raises:
        LookupError: There is none.
        ConnectionException: The store cannot be read.
    """
    if name not in named_folders([name]):
        raise LookupError(name)
    return opened_at(experiment_url(store(), name))


def named_folders(names: Iterable[str] | None = None) -> list[str]:
    """The folders of the store whose names are no ids, and that hold SigOpt's fields.

    Nothing else of them is read than how they were configured first.

    Args:
        names: Which of them; all where None.
    """
    location = locate_root(store())
    if names is None:
        names = location.files.list(location.path).folders
    paths = {}
    for name in names:
        with contextlib.suppress(InvalidNameError):
            experiment_url(store(), name)
            if not is_id(name) and not name.startswith("."):
                paths[location.join(f"{name}/{config_path(1)}")] = name
    read = location.files.read(list(paths))
    return sorted(paths[path] for path, body in read if isinstance(body, bytes) and _KEPT in body)


def opened_at(url: str) -> RunFolder:
    """The folder at a URL, as it is now; its last part is the id, or has one.

    Raises:
        LookupError: There is none.
        ConnectionException: The store cannot be read.
    """
    ident = url.rpartition("/")[2]
    try:
        with _lock:
            known = _opened.get(url)
        if known is None:
            return _remember(url, ExperimentFolder.open(url))
        known.refresh()
        return known
    except ApiException as error:  # it was removed since it was opened
        with _lock:
            _opened.pop(url, None)
        raise LookupError(ident) from error
    except (ExperimentNotFoundError, ExperimentUnfinishedError, InvalidNameError) as error:
        with _lock:
            _opened.pop(url, None)
        raise LookupError(ident) from error
    except StoreError as error:
        raise ConnectionException(str(error)) from error


def opened_before(folder: RunFolder) -> bool:
    """Whether this is what `opened` gives for the folder's id, but for what is new in it."""
    with _lock:
        return _opened.get(experiment_url(store(), folder.name)) is folder


def _create(ident: str, name: str, config: Json) -> ExperimentFolder:
    url = experiment_url(store(), ident)
    try:
        return ExperimentFolder.create(url, document={"name": name}, config=config)
    except ExperimentExistsError:
        raise
    except StoreError as error:
        raise ConnectionException(str(error)) from error


def _remember(url: str, folder: ExperimentFolder) -> RunFolder:
    with _lock:
        ident = experiment_id(folder.name)
        found = _opened[url] = RunFolder(ident, folder, Suggester(folder))
        return found
