"""Whether an experiment gives arms at all: somebody may have stopped it, or put it aside."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from armwright.errors import NothingLeftError
from armwright.persistence.kept_definition import kept_definition

if TYPE_CHECKING:
    from armwright.store import State

__all__ = ["HALT", "check_not_halted", "halt_of"]

HALT = "halt"  # of a configuration: {"state": "stopped" or "archived", "reason": ...}


def halt_of(state: State) -> str:
    """stopped, archived, or empty.

    SigOpt code has its own word for what is archived, and knows no stopping.
    """
    definition = kept_definition(state)
    if definition.get("state") == "deleted":
        return "archived"
    halt: Any = state.configs[state.version].get(HALT)
    word = str(halt["state"]) if isinstance(halt, dict) else ""
    return "" if definition and word == "archived" else word


def check_not_halted(state: State, url: str) -> None:
    """Refuses to give arms of an experiment that was stopped or archived.

    Raises:
        NothingLeftError: It was.
    """
    halt = halt_of(state)
    if halt:
        why = (state.configs[state.version].get(HALT) or {}).get("reason")
        raise NothingLeftError(
            f"{url!r} is {halt}{f': {why}' if why else ''}",
            hint=f"armwright resume {shlex.quote(url)}",
        )
