"""What asking and telling give back: a trial to run, how one ended, the best one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment import Arm

__all__ = ["AskedTrial", "BestTrial", "EndedTrial", "Result"]

# A mean, or a mean and its standard error, None where that is not known.
Result: TypeAlias = "float | tuple[float, float | None]"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTrial:
    """A trial that is yours to run.

    Attributes:
        number: Of the trial.
        attempt: Counts from 1; more than 1 where an earlier try came to nothing.
        arm: What to run.
        parameters: What the arm gives to whoever runs it: all of it, but what a condition of the
            experiment switches off.
    """

    number: int
    attempt: int
    arm: Arm
    parameters: Mapping[str, Any]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class EndedTrial:
    """How a trial ended.

    Attributes:
        state: completed, failed, preempted, lost, cancelled or abandoned.
        reason: The kind of failure; empty for a completed one.
        values: What was measured, by metric.
    """

    state: str
    reason: str
    values: Mapping[str, float]

    def __str__(self) -> str:
        how = f"{self.state} ({self.reason})" if self.reason else self.state
        return "  ".join([how, *(f"{name}={value:.6g}" for name, value in self.values.items())])

    def as_dict(self) -> dict[str, Any]:
        """For JSON; values that are not finite are left out."""
        values = {name: value for name, value in self.values.items() if math.isfinite(value)}
        return {"state": self.state, "reason": self.reason or None, "values": values}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BestTrial:
    """The best finished trial: by its measured value, or by what a model expects under noise.

    Attributes:
        number: Of the trial.
        arm: What was run.
        metric: Name of the objective.
        mean: Its measured value.
        sem: Standard error of the mean, in the metric's unit; NaN where it is not known.
        in_batch: Whether the trial has other arms too.
        expected: What the model of all results expects of the arm; None where the measured value
            decided.
        expected_sd: Standard deviation of that; None likewise.
    """

    number: int
    arm: Arm
    metric: str
    mean: float
    sem: float
    in_batch: bool = False
    expected: float | None = None
    expected_sd: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "trial": self.number,
            "arm": self.arm.name,
            "parameters": self.arm.parameters,
            "metric": self.metric,
            "mean": self.mean,
            "sem": self.sem if math.isfinite(self.sem) else None,
            "expected": self.expected,
            "expected_sd": self.expected_sd,
        }
