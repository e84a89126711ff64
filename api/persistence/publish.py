"""An in-memory experiment and a store folder: what the folder lacks is added, nothing is replaced.

First the whole difference is worked out, and a conflict refuses all of it; then the facts are
written, each by one exclusive create. Killed in between, the same call goes on where it stopped.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from armwright.errors import ConflictError, ExperimentNotFoundError
from armwright.persistence.experiment_json import experiment_to_json
from armwright.persistence.facts import (
    claim_document,
    config_document,
    data_document,
    end_document,
    stored_data,
    trial_document,
)
from armwright.store import ExperimentFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from armwright.experiment import Experiment
    from armwright.store import State, TrialFacts

__all__ = ["publish"]

Json = dict[str, Any]


def publish(
    experiment: Experiment,
    url: str,
    *,
    plan: Mapping[str, Any],
    exclusive: bool = False,
) -> ExperimentFolder:
    """Adds to the folder at `url` what it lacks of the experiment; makes it if there is none.

    Args:
        experiment: What to publish. It remembers which configuration of the folder it comes from.
        url: The folder.
        plan: For a new folder: budget, seed and number of initial trials.
        exclusive: Refuse a folder that holds an experiment already.

    Raises:
        ConflictError: The folder holds another fact under the same name. Nothing was changed.
        ExperimentExistsError: `exclusive`, and there is an experiment.
    """
    document = experiment_to_json(experiment)
    config = config_document(document)
    create = partial(
        ExperimentFolder.create,
        url,
        document={"name": document["name"], "time_created": document["time_created"]},
        config={**config, "plan": dict(plan)},
    )
    if exclusive:
        folder = create()
    else:
        try:
            folder = ExperimentFolder.open(url)
        except ExperimentNotFoundError:
            folder = create()
    state = folder.refresh()
    _check_identity(document, state, folder)
    writes, version = _config_writes(config, state, folder, experiment)
    for index, trial in document["trials"].items():
        data = [data_document(*entry) for entry in document["data_by_trial"].get(index, ())]
        facts = state.trials.get(int(index))
        if facts is None:
            writes += _new_trial(folder, trial, data, config, version)
        else:
            writes += _known_trial(folder, trial, data, facts, state)
    for write in writes:
        write()
    experiment._origin = (folder.id, version)
    return folder


def _check_identity(document: Json, state: State, folder: ExperimentFolder) -> None:
    for key in ("name", "time_created"):
        if document[key] != state.experiment.get(key):
            raise ConflictError(
                f"{folder.url!r} holds another experiment: its {key} is "
                f"{state.experiment.get(key)!r}, that of the one to save is {document[key]!r}",
                hint="save to another folder",
            )


def _config_writes(
    config: Json, state: State, folder: ExperimentFolder, experiment: Experiment
) -> tuple[list[Callable[[], object]], int]:
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
    edited = {**newest, **config}
    base = state.version
    return [partial(folder.add_config, edited, base=base)], base + 1


def _new_trial(
    folder: ExperimentFolder, trial: Json, data: list[Json], config: Json, version: int
) -> list[Callable[[], object]]:
    number = trial["index"]
    made, claim = trial_document(trial, config, version), claim_document(trial)
    end = end_document(trial, data)
    writes: list[Callable[[], object]] = [partial(_put, folder, number, made, claim)]
    events = _events(trial)
    if end is not None:
        writes.append(partial(folder.end, number, 1, end))
        writes += [partial(folder.late, number, event) for event in events]
    elif claim is not None:
        writes += [partial(folder.report, number, 1, item) for item in (*data, *events)]
    else:
        writes += [partial(folder.late, number, item) for item in (*data, *events)]
    return writes


def _put(folder: ExperimentFolder, number: int, made: Json, claim: Json | None) -> None:
    if folder.put_trial(number, made, claim=claim) != "won":
        raise ConflictError(
            f"trial {number} of {folder.url!r} was made by somebody else meanwhile",
            hint="load the experiment again; the trials before this one are saved",
        )


def _known_trial(
    folder: ExperimentFolder, trial: Json, data: list[Json], facts: TrialFacts, state: State
) -> list[Callable[[], object]]:
    number = trial["index"]
    _check_arms(folder, trial, facts, state)
    known = {item["timestamp"]: item for item in stored_data(facts)}
    for item in data:
        if known.get(item["timestamp"], item) != item:
            raise ConflictError(
                f"trial {number} of {folder.url!r} holds other data of the same time "
                f"({item['timestamp']})",
                hint="load the experiment again",
            )
    fresh = [item for item in data if item["timestamp"] not in known]
    attempt = facts.open_attempt
    end, claim = end_document(trial, fresh), claim_document(trial)
    writes: list[Callable[[], object]] = []
    if attempt is None and facts.status == "waiting" and claim is not None:
        writes.append(partial(folder.claim, number, 1, claim))
        attempt = 1
    if attempt is not None and end is not None:
        writes.append(partial(folder.end, number, attempt, end))
        return writes
    _check_end(folder, end, facts)
    events = [event for event in _events(trial) if event not in _known_events(facts)]
    if attempt is not None and claim is not None and claim["status"]["name"] != _status(facts):
        events.append({"event": claim})
    for item in (*fresh, *events):
        if attempt is None:
            writes.append(partial(folder.late, number, item))
        else:
            writes.append(partial(folder.report, number, attempt, item))
    return writes


def _check_arms(folder: ExperimentFolder, trial: Json, facts: TrialFacts, state: State) -> None:
    there = facts.arm or {}
    version = there.get("config", state.version)
    made = trial_document(trial, config_document(state.configs[version]), version)
    if made != there:
        arms = [arm["parameters"] for arm in there.get("arms", ())]
        raise ConflictError(
            f"trial {trial['index']} of {folder.url!r} is another trial: it has the arms {arms}, "
            f"that to save has {[arm['parameters'] for arm in made['arms']]}",
            hint="load the experiment again, or save to another folder",
        )


def _check_end(folder: ExperimentFolder, end: Json | None, facts: TrialFacts) -> None:
    if end is not None and end["state"] != facts.status:
        raise ConflictError(
            f"trial {facts.number} of {folder.url!r} ended as {facts.status}, the one to save as "
            f"{end['state']}",
            hint="load the experiment again",
        )


def _events(trial: Json) -> list[Json]:
    abandoned = trial.get("abandoned_arms_metadata")
    return [{"event": {"abandoned_arms_metadata": abandoned}}] if abandoned else []


def _known_events(facts: TrialFacts) -> list[Json]:
    attempts = [item for attempt in facts.attempts.values() for item in attempt.data]
    return [item for item in (*attempts, *facts.late) if "event" in item]


def _status(facts: TrialFacts) -> str | None:
    attempt = facts.last_attempt
    if attempt is None:
        return None
    known = [attempt.claim or {}, *(item.get("event", {}) for item in attempt.data)]
    names = [item["status"]["name"] for item in known if "status" in item]
    return names[-1] if names else "RUNNING"
