"""What happens in a worker, for whoever watches it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Event", "Remark", "TrialEnded", "TrialStarted", "TrialStep", "WorkDone"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TrialStarted:
    """A trial was taken, and its command runs.

    Attributes:
        trial: Its number.
        attempt: Which try it is.
        slot: Which of the commands side by side, from 0.
        parameters: Its arm.
        folder: What it leaves.
        wait_s: Seconds from asking to having the parameters.
    """

    trial: int
    attempt: int
    slot: int
    parameters: Mapping[str, Any]
    folder: str
    wait_s: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "event": "started",
            "trial": self.trial,
            "attempt": self.attempt,
            "slot": self.slot,
            "parameters": dict(self.parameters),
            "folder": self.folder,
            "wait_s": self.wait_s,
        }


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TrialStep:
    """A command has said how far it is.

    Attributes:
        trial: Its trial's number.
        attempt: Which try it is.
        slot: Which of the commands side by side.
        step: How far, in units of its own.
        values: Of the metrics at that step.
    """

    trial: int
    attempt: int
    slot: int
    step: float
    values: Mapping[str, float]

    def as_dict(self) -> dict[str, Any]:
        """For JSON; values that are not finite are null."""
        return {
            "event": "step",
            "trial": self.trial,
            "attempt": self.attempt,
            "slot": self.slot,
            "step": self.step,
            "values": {
                name: value if math.isfinite(value) else None for name, value in self.values.items()
            },
        }


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TrialEnded:
    """An attempt has ended, and its end is written.

    Attributes:
        trial: Its number.
        attempt: Which try it was.
        slot: Which of the commands side by side.
        state: completed, failed, preempted; or late, where somebody else had ended it before.
        reason: The kind of failure, or what interrupted it.
        note: For people.
        values: What was measured.
        seconds: How long the command ran.
    """

    trial: int
    attempt: int
    slot: int
    state: str
    reason: str = ""
    note: str = ""
    values: Mapping[str, float] = field(default_factory=dict)
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "event": "ended",
            "trial": self.trial,
            "attempt": self.attempt,
            "slot": self.slot,
            "state": self.state,
            "reason": self.reason or None,
            "note": self.note or None,
            "values": dict(self.values),
            "seconds": self.seconds,
        }


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something that a person may want to know.

    Attributes:
        text: In words.
    """

    text: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"event": "remark", "text": self.text}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WorkDone:
    """The worker ends.

    Attributes:
        why: used up, count, time limit, crashes, or the name of a signal.
        ran: How many attempts it ran to an end of their own.
        handed_back: How many it gave back to be taken up by others.
    """

    why: str
    ran: int
    handed_back: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "event": "done",
            "why": self.why,
            "ran": self.ran,
            "handed_back": self.handed_back,
        }


Event: TypeAlias = TrialStarted | TrialStep | TrialEnded | Remark | WorkDone
