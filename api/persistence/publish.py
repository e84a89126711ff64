"""An in-memory experiment and a store folder: what the folder lacks is added, nothing is replaced.

First the whole difference is worked out, and a conflict refuses all of it; then the facts are
written, each by one exclusive create. Killed in between, the same call goes on where it stopped.
What others have done meanwhile is no conflict; that two did the same thing differently is one.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from armwright.errors import (
    ConflictError,
    ExperimentExistsError,
    ExperimentNotFoundError,
    ExperimentUnfinishedError,
    UsageError,
)
from armwright.persistence.experiment_json import experiment_to_json
from armwright.persistence.facts import (
    ABANDONED_ARMS,
    END_KEYS,
    RUN_KEYS,
    claim_document,
    config_document,
    config_of,
    data_document,
    domain_status,
    end_document,
    is_retried,
    known_run,
    readable_trials,
    stored_data,
    trial_document,
    unreadable_trials,
)
from armwright.store import ExperimentFolder
from armwright.store.fact import MAX_FACT_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from armwright.experiment import Experiment
    from armwright.store import State, TrialFacts

__all__ = ["publish"]

Json = dict[str, Any]

_ENVELOPE_BYTES = 4096  # room for who wrote a fact, and when
_SET_ONCE = ("time_staged", "time_run_started", *END_KEYS)


class _Write(NamedTuple):
    """One fact to be added.

    Attributes:
        what: Names it in messages.
        document: Its content.
        call: Writes it.
    """

    what: str
    document: Json
    call: Callable[[], object]


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
        config={**config, "plan": dict(plan)},
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
            writes += _known_trial(folder, trial, data, facts, state)
        elif int(index) in state.trials:
            raise ConflictError(
                f"trial {index} of {folder.url!r} cannot be read: "
                f"{', '.join(path for path in foreign if path.endswith(f'/{index}.arm.json'))}"
            )
        else:
            writes += _new_trial(folder, trial, data, config, version)
    for write in writes:
        _check_size(write, folder)
    for write in writes:
        write.call()
    experiment._origin = (folder.id, version)
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
        raise _not_text("the definition", error) from error


def _check_size(write: _Write, folder: ExperimentFolder) -> None:
    """Refuses what the store would refuse, before anything is written."""
    text = json.dumps(write.document, allow_nan=False, ensure_ascii=False)
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise _not_text(write.what, error) from error
    if size > MAX_FACT_BYTES - _ENVELOPE_BYTES:
        raise UsageError(
            f"{write.what} of {folder.url!r} takes {size} bytes, one file holds "
            f"{MAX_FACT_BYTES - _ENVELOPE_BYTES}; nothing was saved",
            hint="attach the data in smaller parts, or save to a path that ends in .json",
        )


def _not_text(what: str, error: UnicodeError) -> UsageError:
    return UsageError(f"{what} holds text that is not Unicode: {error}")


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
) -> tuple[list[_Write], int]:
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
    return [_Write("the configuration", edited, call)], base + 1


def _new_trial(
    folder: ExperimentFolder, trial: Json, data: list[Json], config: Json, version: int
) -> Iterator[_Write]:
    number, what = trial["index"], f"trial {trial['index']}"
    made, claim = trial_document(trial, config, version), claim_document(trial)
    yield _Write(what, made, partial(_put, folder, number, made, claim))
    given_up = trial.get(ABANDONED_ARMS) or {}
    event = {ABANDONED_ARMS: given_up} if given_up else {}
    if claim is None and trial["runner"] is not None:
        event["runner"] = trial["runner"]
    yield from _rest(folder, trial, data, event, None if claim is None else 1)


def _put(folder: ExperimentFolder, number: int, made: Json, claim: Json | None) -> None:
    if folder.put_trial(number, made, claim=claim) != "won":
        raise ConflictError(
            f"trial {number} of {folder.url!r} was made by somebody else meanwhile",
            hint="load the experiment again; the trials before this one are saved",
        )


def _known_trial(
    folder: ExperimentFolder, trial: Json, data: list[Json], facts: TrialFacts, state: State
) -> Iterator[_Write]:
    number, claim = trial["index"], claim_document(trial)
    _check_arms(folder, trial, facts, state)
    fresh = _fresh_data(folder, data, facts)
    if claim is not None and is_retried(facts):
        attempt = facts.next_attempt
        assert attempt is not None  # noqa: S101 - a trial that is retried has one
        call = partial(_claim, folder, number, attempt, claim)
        yield _Write(f"trial {number}", claim, call)
        event = _event(folder, {**trial, **dict.fromkeys(RUN_KEYS)}, facts)
        yield from _rest(folder, trial, fresh, event, attempt)
        return
    event = _event(folder, trial, facts)
    if facts.open_attempt is None:
        _check_end(folder, trial, facts)
        trial = {**trial, "status": {"name": "CANDIDATE"}}  # nothing is left to be ended
    yield from _rest(folder, trial, fresh, event, facts.open_attempt)


def _rest(
    folder: ExperimentFolder, trial: Json, data: list[Json], event: Json, attempt: int | None
) -> Iterator[_Write]:
    """What comes after the arm and the claim: events, data and the end."""
    number, what = trial["index"], f"the data of trial {trial['index']}"
    end = end_document(trial, data) if attempt is not None else None
    items = [{"event": event}] if event else []
    for item in items if end is not None else [*items, *data]:
        if attempt is None:
            yield _Write(what, item, partial(folder.late, number, item))
        else:
            yield _Write(what, item, partial(folder.report, number, attempt, item))
    if end is not None and attempt is not None:
        yield _Write(what, end, partial(folder.end, number, attempt, end))


def _claim(folder: ExperimentFolder, number: int, attempt: int, claim: Json) -> None:
    if folder.claim(number, attempt, claim) != "won":
        raise ConflictError(
            f"trial {number} of {folder.url!r} was taken by somebody else meanwhile",
            hint="load the experiment again",
        )


def _fresh_data(folder: ExperimentFolder, data: list[Json], facts: TrialFacts) -> list[Json]:
    known = {item["timestamp"]: item for item in stored_data(facts)}
    for item in data:
        if known.get(item["timestamp"], item) != item:
            raise ConflictError(
                f"trial {facts.number} of {folder.url!r} holds other data of the same time "
                f"({item['timestamp']})",
                hint="load the experiment again",
            )
    return [item for item in data if item["timestamp"] not in known]


def _event(folder: ExperimentFolder, trial: Json, facts: TrialFacts) -> Json:
    """What has changed about the trial since its claim, or since it was made."""
    known = known_run(facts)
    event = {key: trial[key] for key in RUN_KEYS if trial[key] and trial[key] != known.get(key)}
    for key in event:
        if key in _SET_ONCE and known.get(key) is not None:
            raise _done_otherwise(folder, facts, key, known[key], event[key])
    if _name(known.get("status")) == "STAGED" and trial["status"]["name"] not in (
        "CANDIDATE",
        "STAGED",
    ):
        event["status"] = {"__type": "TrialStatus", "name": "RUNNING"}
    given_up = known.get(ABANDONED_ARMS, {})
    fresh = {
        name: item
        for name, item in (trial.get(ABANDONED_ARMS) or {}).items()
        if given_up.get(name) != item
    }
    return {**event, ABANDONED_ARMS: fresh} if fresh else event


def _name(status: Json | None) -> str:
    return "" if status is None else str(status["name"])


def _check_arms(folder: ExperimentFolder, trial: Json, facts: TrialFacts, state: State) -> None:
    there = facts.arm or {}
    version = there["config"]
    made = trial_document(trial, config_of(state, version), version)
    if version not in state.configs:  # its configuration is damaged: nothing more can be compared
        made = {**there, "arms": made["arms"]}
    if made == there:
        return
    arms, others = ([arm["parameters"] for arm in item["arms"]] for item in (made, there))
    if arms == others:
        raise ConflictError(
            f"trial {trial['index']} of {folder.url!r} is another trial of the same arms: "
            "it was made at another time, or by another generator run",
            hint="load the experiment again, or save to another folder",
        )
    raise ConflictError(
        f"trial {trial['index']} of {folder.url!r} is another trial: it has the arms {others}, "
        f"that to save has {arms}",
        hint="load the experiment again, or save to another folder; once a trial is in a folder, "
        "its arms stay",
    )


def _check_end(folder: ExperimentFolder, trial: Json, facts: TrialFacts) -> None:
    """Whether a trial that has ended on both sides has ended in the same way."""
    status, there = trial["status"]["name"], domain_status(facts)
    if end_document(trial, ()) is None or is_retried(facts):
        return
    if status != there:
        raise _done_otherwise(folder, facts, "status", there, status)
    attempt = facts.last_attempt
    end = (attempt.end if attempt is not None else None) or {}
    for key in END_KEYS:
        if trial[key] != end.get(key):
            raise _done_otherwise(folder, facts, key, end.get(key), trial[key])


def _done_otherwise(
    folder: ExperimentFolder, facts: TrialFacts, key: str, there: Any, mine: Any
) -> ConflictError:
    shown = [item["value"] if isinstance(item, dict) else item for item in (there, mine)]
    return ConflictError(
        f"trial {facts.number} of {folder.url!r} has the {key} {shown[0]}, the one to save "
        f"{shown[1]}: two processes ran it",
        hint="load the experiment again",
    )
