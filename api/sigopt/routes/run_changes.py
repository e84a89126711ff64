"""What a request says of a run, as the run's record keeps it."""

from __future__ import annotations

import time
from typing import Any

from armwright.sigopt.exception import refused
from armwright.sigopt.fields import checked_name, known_keys, listed, metadata_of
from armwright.sigopt.log_values import assignments_of, checked_metric, shortened_log
from armwright.sigopt.routes.merging import replaced

__all__ = ["checkpoint_of", "merged", "replacing"]

Json = dict[str, Any]

_MAPS = (
    *("assignments", "values", "metadata", "logs", "sys_metadata", "dev_metadata"),
    *("source_code", "model"),
)
_OURS = {"assignments_meta": "parameters_meta", "assignments_sources": "parameters_sources_meta"}
_KEYS = (*_MAPS, *_OURS, "name", "state", "deleted", "favorite", "datasets", "tags", "object")
_FLAGS = ("deleted", "favorite")
_STATES = ("active", "completed", "failed")


def merged(body: Json) -> Json:
    """The changes that a request says.

    Raises:
        ApiException: One cannot be. Status 400.
    """
    known_keys(body, _KEYS, "a run")
    for key in (*_MAPS, *_OURS):
        if not isinstance(body.get(key, {}), dict | None):
            raise refused(f"{key} should be an object, got {body[key]!r}")
    changes: Json = {key: body[key] or {} for key in _MAPS if key in body}
    changes |= {ours: body[key] or {} for key, ours in _OURS.items() if key in body}
    if "name" in body:
        changes["name"] = checked_name(body["name"], "the name of a run")
    if "state" in body:
        if body["state"] not in _STATES:
            raise refused(f"state should be one of {', '.join(_STATES)}, got {body['state']!r}")
        changes["state"] = body["state"]
    for key in _FLAGS:
        if body.get(key) is not None:
            if not isinstance(body[key], bool):
                raise refused(f"{key} should be true or false, got {body[key]!r}")
            changes[key] = body[key]
    for key in ("datasets", "tags"):
        if body.get(key) is not None:
            names = list(body[key]) if isinstance(body[key], dict) else body[key]
            changes[key] = listed(names, f"{key} of a run")
    try:
        _read(changes)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise refused(f"a run: {error}") from error
    return changes


def _read(changes: Json) -> None:
    """Puts the maps as they are kept; null, which removes a key, stays."""
    if "assignments" in changes:
        changes["assignments"] = assignments_of(changes["assignments"])
    if "values" in changes:
        changes["values"] = {
            name: None
            if item is None
            else checked_metric(name, item.get("value"), item.get("value_stddev"))
            for name, item in changes["values"].items()
        }
    if "metadata" in changes:
        gone = {key: None for key, item in changes["metadata"].items() if item is None}
        changes["metadata"] = {**metadata_of(changes["metadata"]), **gone}
    for key, item in changes.get("source_code", {}).items():
        if item is not None and not isinstance(item, str):
            raise TypeError(f"{key} of source_code should be a text, got {item!r}")
    if "logs" in changes:
        changes["logs"] = {name: _log(name, log) for name, log in changes["logs"].items()}


def _log(name: str, log: Any) -> str | None:
    if log is None:
        return None
    if not isinstance(log, dict) or not isinstance(log.get("content"), str) or len(log) > 1:
        raise TypeError(f"logs of {name!r} should be an object with a text as content, got {log!r}")
    return shortened_log(log["content"])


def replacing(run: Json, changes: Json) -> Json:
    """Changes that make the maps of a run what they say, with nothing of before left in them."""
    return {
        key: replaced(run[key], item) if key in _MAPS else item for key, item in changes.items()
    }


def checkpoint_of(body: Json) -> Json:
    """A checkpoint as it is kept.

    Raises:
        ApiException: It cannot be. Status 400.
    """
    known_keys(body, ("values", "metadata"), "a checkpoint")
    if body.get("values") is None:
        raise refused("a checkpoint needs values, got none")
    values: Json = {}
    for item in listed(body.get("values"), "the values of a checkpoint"):
        if not isinstance(item, dict):
            raise refused(f"a value should be an object with name and value, got {item!r}")
        try:
            name = item.get("name")
            values[str(name)] = checked_metric(name, item.get("value"), item.get("value_stddev"))
        except ValueError as error:
            raise refused(f"a checkpoint: {error}") from error
    kept: Json = {"created": round(time.time()), "values": values}
    metadata = metadata_of(body.get("metadata"))
    return {**kept, "metadata": metadata} if metadata else kept
