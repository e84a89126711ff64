"""Which runs of a list are wanted, and in which order: `filters` and `sort`.

A field is one of a run's answer: `name`, `state`, `created`, `assignments.<name>`,
`metadata.<key>`, `values.<metric>.value`, `logs.<stream>.content`, `model.type` and the like.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final

from armwright.sigopt.exception import refused
from armwright.sigopt.fields import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["checked_filters", "passes", "sorted_by"]

Json = dict[str, Any]

_IDS: Final = ("id", "experiment", "suggestion", "observation", "user", "client")
_TIMES: Final = ("created", "updated", "completed", "checkpoint_count")
_FLAGS: Final = ("deleted", "favorite", "finished")
_TEXTS: Final = ("name", "project", "state")
_PLAIN: Final = (*_IDS, *_TIMES, *_FLAGS, *_TEXTS)
_MAPS: Final = ("assignments", "metadata", "sys_metadata", "dev_metadata")
_PARTS: Final = {
    "values": ("value", "value_stddev"),
    "logs": ("content",),
}
_ONLY: Final = {"model": ("type",), "source_code": ("content", "hash")}
_STATES: Final = ("active", "completed", "failed")
_COMPARED: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def checked_filters(given: Any) -> list[Json]:
    """Filters as they are compared; a run has to pass all of them.

    Raises:
        ApiException: One cannot be. Status 400.
    """
    return [_checked(item) for item in listed(given, "filters")]


def _checked(item: Any) -> Json:
    if not isinstance(item, dict) or "field" not in item:
        raise refused(f"a filter should be an object with field, operator and value, got {item!r}")
    field, compares = str(item["field"]), item.get("operator", "==")
    _reader(field)
    if compares == "isnull":
        if field == "state":
            raise refused("every run has a state: isnull is not for it")
        return {"field": field, "operator": compares, "value": None}
    if compares not in _COMPARED:
        known = ", ".join((*_COMPARED, "isnull"))
        raise refused(f"a filter compares with one of {known}, got {compares!r}")
    if "value" not in item:
        raise refused(f"a filter should have a value, got {item!r}")
    if compares != "==" and field in (*_FLAGS, "state"):
        raise refused(f"{field} is compared with ==, got {compares!r}")
    return {"field": field, "operator": compares, "value": _value(field, item["value"])}


def _value(field: str, value: Any) -> Any:
    """What a field is compared with, of the field's kind."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    text = isinstance(value, str)
    if field in _IDS:
        fits = (isinstance(value, int) and number) or (text and value.isdecimal())
        value = str(value)
    elif field in _TIMES:
        fits = isinstance(value, int) and number
    elif field in _FLAGS:
        fits = isinstance(value, bool)
    elif field == "state":
        fits = value in _STATES
    elif field.startswith("values."):
        fits = number
    elif field.startswith(_MAPS):
        fits = number or text
    else:
        fits = text
    if not fits:
        raise refused(f"{field} cannot be compared with {value!r}")
    return value


def passes(run: Mapping[str, Any], item: Mapping[str, Any]) -> bool:
    """Whether a run's answer passes a filter."""
    found, wanted = _reader(item["field"])(run), item["value"]
    if item["operator"] == "isnull":
        return found is None
    if found is None:
        return False
    if item["field"] in _IDS:
        found, wanted = int(found), int(wanted)
    if isinstance(found, str) != isinstance(wanted, str):
        return False
    return _COMPARED[item["operator"]](found, wanted)


def sorted_by(field: str | None) -> Callable[[Mapping[str, Any]], Any] | None:
    """What sorts runs' answers by a field; None for their age.

    Raises:
        ApiException: There is no such field. Status 400.
    """
    if field is None:
        return None
    read = _reader(field)
    if field in _IDS:
        return lambda run: None if read(run) is None else int(read(run))
    return read


def _reader(field: str) -> Callable[[Mapping[str, Any]], Any]:
    """What reads a field of a run's answer; None where the run has none."""
    if field in _PLAIN:
        return lambda run: run.get(field)
    head, _, name = field.partition(".")
    if name and head in _MAPS:
        return lambda run: (run.get(head) or {}).get(name)
    if name in _ONLY.get(head, ()):
        return lambda run: (run.get(head) or {}).get(name)
    key, _, part = name.rpartition(".")
    if key and part in _PARTS.get(head, ()):
        return lambda run: ((run.get(head) or {}).get(key) or {}).get(part)
    raise refused(f"runs have no field {field!r} by which they can be filtered or sorted")
