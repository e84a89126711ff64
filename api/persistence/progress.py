"""Values that a trial reports while it runs, as documents and back.

They say how far it is, and never what it measured: no model and no `best` takes them for a result.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from armwright.errors import UsageError
from armwright.persistence.json_codec import object_from_json, object_to_json
from armwright.persistence.measured import mean_and_sem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.persistence.asked_trials import Result
    from armwright.store import TrialFacts

__all__ = ["Progress", "progress_document", "progress_of"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a trial said at one step.

    Attributes:
        attempt: Which attempt it was.
        step: How far it was, in units of its own, such as epochs.
        values: For each metric the mean.
        timestamp: When, in milliseconds since 1970, UTC.
    """

    attempt: int
    step: float
    values: Mapping[str, float]
    timestamp: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON; values that are not finite are spelled out."""
        values = {name: object_to_json(value) for name, value in self.values.items()}
        return {"attempt": self.attempt, "step": self.step, "values": values}


def progress_document(
    number: int, values: Mapping[str, Result], *, step: float, timestamp: int
) -> dict[str, Any]:
    """The document that keeps what a trial said.

    Raises:
        UsageError: A value is no number, there is none, or the step is none.
    """
    if isinstance(step, bool) or not isinstance(step, int | float) or not math.isfinite(step):
        raise UsageError(f"trial {number}: step should be a finite number, got {step!r}")
    if not values:
        raise UsageError(f"trial {number}: step {step} has no value", hint="METRIC=VALUE")
    means = {name: mean_and_sem(name, value)[0] for name, value in values.items()}
    written = {name: object_to_json(mean) for name, mean in means.items()}
    return {"timestamp": timestamp, "step": object_to_json(step), "values": written}


def progress_of(facts: TrialFacts) -> list[Progress]:
    """All that a trial said while it ran, attempt by attempt and step by step."""
    found = [
        Progress(
            attempt=attempt.number,
            step=object_from_json(document["step"]),
            values=object_from_json(document["values"]),
            timestamp=document["timestamp"],
        )
        for attempt in facts.attempts.values()
        for document in (*attempt.data, *attempt.stray)
        if "step" in document and isinstance(document.get("values"), dict)
    ]
    return sorted(found, key=lambda item: (item.attempt, item.step, item.timestamp))
