"""The status quo of an experiment whose parameters are edited: it has a value of each, as any arm.

Of a parameter that is new it has the value of the arms so far, and of one that goes none any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.errors import UsageError
from armwright.experiment import Arm
from armwright.persistence.defined_status_quo import STATUS_QUO_KEY
from armwright.persistence.json_codec import object_from_json, object_to_json
from armwright.persistence.status_quo_first import relative_bounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["check_compared", "check_kept", "edited_status_quo"]

_Json = dict[str, Any]


def check_kept(config: Mapping[str, Any], changes: Mapping[str, Any], *, url: str) -> None:
    """Refuses an edit of the status quo itself.

    Args:
        config: Before the edit.
        changes: New values by key.
        url: Where the experiment is, as a word of a shell.

    Raises:
        UsageError: It is such an edit.
    """
    own = STATUS_QUO_KEY
    if own in changes and own not in object_from_json(config["search_space"]).parameters:
        raise UsageError("an edit keeps the status quo", hint=_fork(url))


def check_compared(config: Mapping[str, Any], *, url: str) -> None:
    """Refuses a bound relative to a status quo that is not there.

    Args:
        config: After the edit.
        url: Where the experiment is, as a word of a shell.

    Raises:
        UsageError: There is such a bound.
    """
    bounds = relative_bounds(object_from_json(config["optimization_config"]))
    if bounds and object_from_json(config["status_quo"]) is None:
        raise UsageError(
            f"{' and '.join(bounds)} is relative to the status quo, and the experiment has none",
            hint=f"write the bound without %; or {_fork(url)}",
        )


def edited_status_quo(
    config: Mapping[str, Any], names: Iterable[str], was: Mapping[str, Any]
) -> _Json:
    """The part of the configuration that is to be another; empty where it stays as it is.

    Args:
        config: Before the edit.
        names: Of all parameters after it.
        was: Values of new parameters in the arms so far.

    Raises:
        UsageError: Nothing says what value of a new parameter the status quo has.
    """
    arm: Arm | None = object_from_json(config["status_quo"])
    names = list(names)
    if arm is None or set(names) == arm.parameters.keys():
        return {}
    values = {**was, **arm.parameters}
    for name in names:
        if name not in values:
            raise UsageError(
                f"the status quo has no value of {name}", hint=f"{name}.was=VALUE gives it one"
            )
    changed = Arm({name: values[name] for name in names}, arm.name if arm.has_name else None)
    return {"status_quo": object_to_json(changed)}


def _fork(url: str) -> str:
    return f"armwright fork {url} NEW --from FILE, where FILE has status_quo: {{...}}"
