"""What to write so that a folder holds what an experiment's document says of one trial.

The whole difference between the document and the facts is worked out before anything is written;
what others have done meanwhile is no conflict; that two did the same thing differently is one.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from armwright.errors import ConflictError, UsageError
from armwright.persistence.data_tables import as_table, whole_document
from armwright.persistence.facts import (
    ABANDONED_ARMS,
    END_KEYS,
    RUN_KEYS,
    claim_document,
    config_of,
    domain_status,
    end_document,
    is_retried,
    known_run,
    made_document,
    stored_data,
    trial_document,
)
from armwright.store.fact import MAX_FACT_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from armwright.store import ExperimentFolder, State, TrialFacts

__all__ = ["Write", "beside_the_arm", "check_size", "for_known_trial", "for_new_trial", "not_text"]

Json = dict[str, Any]

_ENVELOPE_BYTES = 4096  # room for who wrote a fact, and when
_SET_ONCE = ("time_staged", "time_run_started", *END_KEYS)


class Write(NamedTuple):
    """One fact to be added.

    Attributes:
        what: Names it in messages.
        document: Its content.
        call: Writes it.
    """

    what: str
    document: Json
    call: Callable[[], object]


def check_size(write: Write, folder: ExperimentFolder) -> None:
    """Refuses what the store would refuse, before anything is written."""
    text = json.dumps(write.document, allow_nan=False, ensure_ascii=False)
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise not_text(write.what, error) from error
    if size > MAX_FACT_BYTES - _ENVELOPE_BYTES:
        raise UsageError(
            f"{write.what} of {folder.url!r} takes {size} bytes, one file holds "
            f"{MAX_FACT_BYTES - _ENVELOPE_BYTES}; nothing was saved",
            hint="attach the data in smaller parts, or save to a path that ends in .json",
        )


def not_text(what: str, error: UnicodeError) -> UsageError:
    """The error for text that is not Unicode."""
    return UsageError(f"{what} holds text that is not Unicode: {error}")


def for_new_trial(
    folder: ExperimentFolder,
    trial: Json,
    data: list[Json],
    config: Json,
    version: int,
    *,
    about: Mapping[str, Any] | None = None,
) -> Iterator[Write]:
    """All of a trial that the folder does not have.

    Args:
        folder: Where the facts will be.
        trial: What `trial_to_json` returned.
        data: The trial's data documents.
        config: The configuration's document.
        version: Its number.
        about: What else the trial's document says.
    """
    number, what = trial["index"], f"trial {trial['index']}"
    made, claim = trial_document(trial, config, version) | dict(about or {}), claim_document(trial)
    yield Write(what, made, partial(_put, folder, number, made, claim))
    yield from beside_the_arm(folder, trial, data, None if claim is None else 1)


def beside_the_arm(
    folder: ExperimentFolder, trial: Json, data: list[Json], attempt: int | None
) -> Iterator[Write]:
    """What a new trial has beside its arm and claim; `attempt` if it was claimed."""
    claim = claim_document(trial)
    given_up = trial.get(ABANDONED_ARMS) or {}
    event = {ABANDONED_ARMS: given_up} if given_up else {}
    if claim is None and trial["runner"] is not None:
        event["runner"] = trial["runner"]
    yield from _rest(folder, trial, data, event, attempt)


def _put(folder: ExperimentFolder, number: int, made: Json, claim: Json | None) -> None:
    if folder.put_trial(number, made, claim=claim) != "won":
        raise ConflictError(
            f"trial {number} of {folder.url!r} was made by somebody else meanwhile",
            hint="load the experiment again; the trials before this one are saved",
        )


def for_known_trial(
    folder: ExperimentFolder,
    trial: Json,
    data: list[Json],
    facts: TrialFacts,
    state: State,
    *,
    attempt: int | None = None,
) -> Iterator[Write]:
    """What a trial's document holds that the facts about it do not.

    Args:
        folder: Where the facts are.
        trial: What `trial_to_json` returned.
        data: The trial's data documents.
        facts: What the folder says of the trial.
        state: What it says of its configurations.
        attempt: Which one the document is about, where that is known: an end, or data, that come
            after it has ended are too late, also while somebody else is at the next attempt.

    Raises:
        ConflictError: The folder says something else.
    """
    number, claim = trial["index"], claim_document(trial)
    _check_arms(folder, trial, facts, state)
    fresh = _fresh_data(folder, data, facts)
    if claim is not None and is_retried(facts) and attempt is None:
        attempt = facts.next_attempt
        assert attempt is not None  # noqa: S101 - a trial that is retried has one
        call = partial(_claim, folder, number, attempt, claim)
        yield Write(f"trial {number}", claim, call)
        event = _event(folder, {**trial, **dict.fromkeys(RUN_KEYS)}, facts)
        yield from _rest(folder, trial, fresh, event, attempt)
        return
    event = _event(folder, trial, facts)
    attempt = facts.open_attempt if attempt is None else attempt
    if attempt is None:
        _check_end(folder, trial, facts)
        trial = {**trial, "status": {"name": "CANDIDATE"}}  # nothing is left to be ended
    yield from _rest(folder, trial, fresh, event, attempt)


def _rest(
    folder: ExperimentFolder, trial: Json, data: list[Json], event: Json, attempt: int | None
) -> Iterator[Write]:
    """What comes after the arm and the claim: events, data and the end."""
    number, what = trial["index"], f"the data of trial {trial['index']}"
    if attempt is not None:
        small = []
        for item in data:
            if (parts := as_table(item)) is None:
                small.append(item)
                continue
            rest, table = parts
            call = partial(folder.report_table, number, attempt, table, rest)
            yield Write(what, rest, call)
        data = small
    end = end_document(trial, data) if attempt is not None else None
    items = [{"event": event}] if event else []
    for item in items if end is not None else [*items, *data]:
        if attempt is None:
            yield Write(what, item, partial(folder.late, number, item))
        else:
            yield Write(what, item, partial(folder.report, number, attempt, item))
    if end is not None and attempt is not None:
        yield Write(what, end, partial(folder.end, number, attempt, end))


def _claim(folder: ExperimentFolder, number: int, attempt: int, claim: Json) -> None:
    if folder.claim(number, attempt, claim) != "won":
        raise ConflictError(
            f"trial {number} of {folder.url!r} was taken by somebody else meanwhile",
            hint="load the experiment again",
        )


def _fresh_data(folder: ExperimentFolder, data: list[Json], facts: TrialFacts) -> list[Json]:
    known = {item["timestamp"]: item for item in stored_data(facts)}
    for item in data:
        if item != whole_document(known.get(item["timestamp"], item), folder):
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
    there = made_document(facts)
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
