"""What a claimant promises, so that others can tell when it has gone.

A claim without a promise is only ever given up by its owner or by a person: it may be somebody who
trains for a week at another desk. So a worker says in its claim how one may know that it lives.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, final

__all__ = ["LEASE", "Promise"]

# Seconds without a sign of life after which an attempt counts as lost.
LEASE = 600.0
# A network file system may show a file as it was a minute ago.
_SLACK = 60.0
_BEATS = 3


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """How a claimant shows that it lives.

    Attributes:
        every: Seconds from one heartbeat to the next; None promises no heartbeats.
        after: Seconds from the claim to the first one; what ends sooner costs none.
        place: `this_place()` if the claiming process itself runs the trial, so that on its machine
            the trial can be taken up as soon as the process has gone; else empty.
    """

    every: float | None = 60.0
    after: float = 300.0
    place: str = ""

    def __post_init__(self) -> None:
        for name in ("every", "after"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{name}: expected seconds, got {value!r}")

    def lease(self, wanted: float = LEASE) -> float:
        """Seconds of silence that are allowed: what is wanted, and never less than is fair."""
        return max(wanted, _BEATS * (self.every or 0.0) + _SLACK)

    def document(self) -> dict[str, Any]:
        """What a claim says of it."""
        return {"every": self.every, "after": self.after, "place": self.place}

    @classmethod
    def from_document(cls, document: Mapping[str, Any] | None) -> Self:
        """Reads what a claim says; what is missing or makes no sense promises nothing."""
        document = document or {}
        every, after, place = (document.get(name) for name in ("every", "after", "place"))
        return cls(
            every=_seconds(every),
            after=_seconds(after) or 0.0,
            place=place if isinstance(place, str) else "",
        )


def _seconds(value: Any) -> float | None:
    if type(value) not in (int, float) or not math.isfinite(value) or value < 0:
        return None
    return float(value)
