"""Whether an experiment gives arms at all: somebody may have stopped it, or put it aside."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from armwright.errors import NothingLeftError

if TYPE_CHECKING:
    from armwright.store import State

__all__ = ["HALT", "check_not_halted", "halt_of", "made_by_sigopt"]

HALT = "halt"  # of a configuration: {"state": "stopped" or "archived", "reason": ...}


def halt_of(state: State) -> str:
    """stopped, archived, or empty."""
    halt: Any = state.configs[state.version].get(HALT)
    return str(halt["state"]) if isinstance(halt, dict) else ""


def check_not_halted(state: State, url: str) -> None:
    """Refuses to give arms of an experiment that was stopped or archived.

    Raises:
        NothingLeftError: It was.
    """
    halt = halt_of(state)
    if halt:
        why = state.configs[state.version][HALT].get("reason")
        raise NothingLeftError(
            f"{url!r} is {halt}{f': {why}' if why else ''}",
            hint=f"armwright resume {shlex.quote(url)}",
        )


def made_by_sigopt(state: State) -> bool:
    """Whether SigOpt code keeps a definition and a state of its own beside the configuration."""
    return "sigopt" in state.configs[state.version]
