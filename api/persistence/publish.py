"""An in-memory experiment and a store folder: what the folder lacks is added, nothing is replaced.

First the whole difference is worked out, and a conflict refuses all of it; then the facts are
written, each by one exclusive create. Killed in between, the same call goes on where it stopped.
What others have done meanwhile is no conflict; that two did the same thing differently is one.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from armwright.errors import (
    ConflictError,
    ExperimentExistsError,
    ExperimentNotFoundError,
    ExperimentUnfinishedError,
    UsageError,
)
from armwright.persistence.experiment_json import experiment_to_json
from armwright.persistence.facts import (
    config_document,
    data_document,
    readable_trials,
    unreadable_trials,
)
from armwright.persistence.trial_writes import (
    Write,
    check_size,
    for_known_trial,
    for_new_trial,
    not_text,
)
from armwright.store import ExperimentFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from armwright.experiment import Experiment
    from armwright.store import State

__all__ = ["publish"]

Json = dict[str, Any]


def publish(
    experiment: Experiment,
    url: str,
    *,
    plan: Mapping[str, Any],
    parts: Mapping[str, Any] | None = None,
    exclusive: bool = False,
) -> ExperimentFolder:
    """Adds to the folder at `url` what it lacks of the experiment; makes it if there is none.

    Args:
        experiment: What to publish. It remembers which configuration of the folder it comes from.
        url: The folder.
        plan: For a new folder: budget, seed and number of initial trials.
        parts: For a new folder: what else its configuration holds.
        exclusive: Refuse a folder that holds an experiment already.

    Raises:
        ConflictError: The folder holds another fact under the same name. Nothing was changed.
        ExperimentExistsError: `exclusive`, and there is an experiment.
        JSONEncodeError: Something in the experiment has no form in a document.
        UsageError: Something cannot be a fact: data without a trial, or too much in one piece.
    """
    document = experiment_to_json(experiment)
    orphans = sorted(set(document["data_by_trial"]) - set(document["trials"]))
    if orphans:
        raise UsageError(
            f"data are attached to trial {', '.join(orphans)}, which the experiment does not have; "
            "a folder keeps data with their trial",
            hint="add the trial first, or save to a path that ends in .json",
        )
    config = config_document(document)
    create = partial(
        ExperimentFolder.create,
        url,
        document={"name": document["name"]},
        config={**config, "plan": dict(plan), **(parts or {})},
    )
    folder = _checked(create) if exclusive else _opened_or_made(url, create)
    state = folder.refresh()
    _check_name(document, state, folder)
    writes, version = _config_writes(config, state, folder, experiment)
    trials, foreign = readable_trials(state), {item.path for item in unreadable_trials(state)}
    for index, trial in document["trials"].items():
        data = [data_document(*entry) for entry in document["data_by_trial"].get(index, ())]
        facts = trials.get(int(index))
        if facts is not None:
            writes += for_known_trial(folder, trial, data, facts, state)
        elif int(index) in state.trials:
            raise ConflictError(
                f"trial {index} of {folder.url!r} cannot be read: "
                f"{', '.join(path for path in foreign if path.endswith(f'/{index}.arm.json'))}"
            )
        else:
            writes += for_new_trial(folder, trial, data, config, version)
    for write in writes:
        check_size(write, folder)
    for write in writes:
        write.call()
    journal = experiment._journal
    if journal is None or journal.folder_id == folder.id:
        experiment._origin = (folder.id, version)
        experiment.refresh()
    return folder


def _opened_or_made(url: str, create: Callable[[], ExperimentFolder]) -> ExperimentFolder:
    try:
        return ExperimentFolder.open(url)
    except (ExperimentNotFoundError, ExperimentUnfinishedError):
        try:
            return _checked(create)
        except ExperimentExistsError:  # somebody made it at this moment
            return ExperimentFolder.open(url)


def _checked(create: Callable[[], ExperimentFolder]) -> ExperimentFolder:
    try:
        return create()
    except UnicodeError as error:
        raise not_text("the definition", error) from error


def _check_name(document: Json, state: State, folder: ExperimentFolder) -> None:
    name, created = state.experiment.get("name"), state.configs[state.version]["time_created"]
    for key, mine, other in (
        ("name", document["name"], name),
        ("time_created", document["time_created"]["value"], created["value"]),
    ):
        if mine != other:
            raise ConflictError(
                f"{folder.url!r} holds another experiment: its {key} is {other!r}, that of the "
                f"one to save is {mine!r}",
                hint="save to another folder",
            )


def _config_writes(
    config: Json, state: State, folder: ExperimentFolder, experiment: Experiment
) -> tuple[list[Write], int]:
    """What publishes a changed configuration, and the version in force then."""
    newest = state.configs[state.version]
    if config == {key: newest.get(key) for key in config}:
        return [], state.version
    if experiment._origin != (folder.id, state.version):
        changed = sorted(key for key in config if config[key] != newest.get(key))
        raise ConflictError(
            f"{folder.url!r} holds another configuration (version {state.version}); different are: "
            f"{', '.join(changed)}",
            hint="load it again and repeat the change, or save to another folder",
        )
    edited, base = {**newest, **config}, state.version
    call = partial(folder.add_config, edited, base=base)
    return [Write("the configuration", edited, call)], base + 1
