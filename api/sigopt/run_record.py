"""A run as the facts of its trial tell it: a JSON object with the fields of a TrainingRun.

What is said of a run while it is open are data of its attempt, what is said later are late facts;
each holds under "sigopt" the fields that change. Maps are merged, null removes a key.

    state         only ever moves up: active, completed, failed
    observation   what the first end said, and nothing after it: values, or failed
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from armwright.persistence.facts import is_retried
from armwright.persistence.kept_definition import KEY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from armwright.store import TrialFacts

__all__ = ["KEY", "RANK", "is_archived", "run_document"]

Json = dict[str, Any]

RANK = {"active": 0, "completed": 1, "failed": 2}
_MEASURED = ("values", "checkpoint", "state")
_MAPS = (
    *("assignments", "values", "metadata", "logs", "sys_metadata", "dev_metadata"),
    *("source_code", "model", "parameters_meta", "parameters_sources_meta", "files"),
)


def run_document(facts: TrialFacts, folder_id: str) -> Json:
    """All that is known of a run.

    Args:
        facts: Of its trial.
        folder_id: Of the experiment or project.
    """
    arm = facts.arm or {}
    made = arm.get(KEY, {})
    arms = arm.get("arms") or [{"parameters": {}}]
    document: Json = {
        "id": f"{folder_id}{facts.number}",
        "state": "active",
        "deleted": False,
        "favorite": False,
        "completed": None,
        "datasets": [],
        "tags": {},
        "checkpoints": [],
        **{name: {} for name in _MAPS},
        **made,
        "assignments": dict(made.get("assignments", arms[0]["parameters"])),
        "metadata": dict(made.get("metadata") or {}),
        "observation": _observation(facts),
    }
    document["suggested"] = sorted(document["assignments"])
    document.setdefault("updated", document.get("created"))
    for patch in _patches(facts):
        _apply(document, patch)
    if document["observation"] is not None:
        if document["state"] == "active":  # ended by somebody who knows nothing of runs
            document["state"] = "completed" if facts.status == "completed" else "failed"
            document["completed"] = _ended(facts)
            document["updated"] = max(document["updated"] or 0, document["completed"] or 0) or None
        for name, value in document["observation"]["values"].items():
            document["values"].setdefault(name, value)
    document["finished"] = document["state"] != "active"
    return document


def _ended(facts: TrialFacts) -> int | None:
    """When the run ended, by the clock of whoever ended it; None where that cannot be read."""
    ended = None if facts.last_attempt is None else facts.last_attempt.ended
    try:
        moment = None if ended is None else datetime.fromisoformat(ended.at)
    except ValueError:
        return None
    if moment is None:
        return None
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def is_archived(facts: TrialFacts) -> bool:
    """Whether a run has been archived and not brought back."""
    said = [patch["deleted"] for patch in _patches(facts) if "deleted" in patch]
    return bool(said and said[-1])


def _patches(facts: TrialFacts) -> Iterator[Json]:
    """What was said of the run, oldest first, as far as that can be told.

    What a worker measured that was given up does not count once another has taken the run up, nor
    what it says after that.
    """
    for attempt in facts.attempts.values():
        lost = attempt is not facts.last_attempt
        for document in (*attempt.data, *attempt.stray, attempt.end or {}):
            if isinstance(document.get(KEY), dict):
                said = _said(document)
                yield {k: v for k, v in said.items() if k not in _MEASURED} if lost else said
    newest = facts.last_attempt.number if facts.last_attempt is not None else 1
    for document in facts.late:
        zombie = document.get("too_late") and document.get("attempt") != newest
        if isinstance(document.get(KEY), dict) and not zombie:
            yield _said(document)


def _said(document: Mapping[str, Any]) -> Json:
    """What a fact says of the run; a file is known by the table that holds it."""
    said: Json = dict(document[KEY])
    if "file" in said and isinstance(document.get("table"), str):
        about = {**said.pop("file"), "table": document["table"]}
        said["files"] = {about.pop("id", about["table"]): about}
    return said


def _apply(document: Json, patch: Mapping[str, Any]) -> None:
    for name, value in patch.items():
        if name == "state":
            if RANK[value] > RANK[document["state"]]:
                document["state"] = value
        elif name == "datasets":
            document["datasets"] += [item for item in value if item not in document["datasets"]]
        elif name == "checkpoint":
            document["checkpoints"].append(value)
        elif name == "tags":  # all of them, or some more or less
            tags = {} if isinstance(value, list) else document[name]
            marks = dict.fromkeys(value, True) if isinstance(value, list) else value
            document[name] = {tag: True for tag, on in {**tags, **marks}.items() if on}
        elif name == "files":  # one is announced, and has come: the order does not matter
            kept = document[name]
            document[name] = kept | {word: {**kept.get(word, {}), **value[word]} for word in value}
        elif name in _MAPS:
            merged = {**document[name], **value}
            document[name] = {key: item for key, item in merged.items() if item is not None}
        else:
            document[name] = value


def _observation(facts: TrialFacts) -> Json | None:
    """How the run was judged when it first ended; None while it is open."""
    attempt = facts.last_attempt
    if attempt is None or attempt.end is None or is_retried(facts):
        return None
    values: Json = {}
    for data in attempt.end.get("data") or ():
        for row in data.get("rows") or ():
            value = {"name": row["metric_name"], "value": row["mean"]}
            values[row["metric_name"]] = {**value, "value_stddev": row.get("sem")}
    return {"failed": facts.status != "completed", "values": values}
