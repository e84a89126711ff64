"""What callbacks are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NewIncumbent", "TrialEnd", "TrialStart"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TrialStart:
    """A trial begins.

    Attributes:
        experiment: The name of the experiment.
        trial: Its number.
        attempt: Which try it is, from 1.
        arms: For each arm its parameters; one arm unless the trial is a batch.
    """

    experiment: str
    trial: int
    attempt: int = 1
    arms: Mapping[str, Mapping[str, Any]]

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Of the first arm, which is the only one unless the trial is a batch."""
        return next(iter(self.arms.values()), {})


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TrialEnd:
    """A trial has ended, and its end, if it has one, is kept: no callback changes that.

    Attributes:
        experiment: The name of the experiment.
        trial: Its number.
        attempt: Which try it was.
        state: completed, failed, preempted, lost, cancelled or abandoned; left where this process
            went away from it, because of an exception for example: nothing is kept of that, and
            somebody may go on with it.
        reason: The kind of failure, or what interrupted it; may be empty.
        arms: For each arm its parameters.
        results: For each arm that has some and was not given up its results: metric to mean and
            standard error, which is NaN where it is unknown.
    """

    experiment: str
    trial: int
    attempt: int = 1
    state: str
    reason: str = ""
    arms: Mapping[str, Mapping[str, Any]]
    results: Mapping[str, Mapping[str, tuple[float, float]]] = field(default_factory=dict)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Of the first arm, which is the only one unless the trial is a batch."""
        return next(iter(self.arms.values()), {})

    @property
    def values(self) -> dict[str, float]:
        """The means of the first arm that has results."""
        found = next(iter(self.results.values()), {})
        return {name: mean for name, (mean, _) in found.items()}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class NewIncumbent:
    """An arm keeps the constraints and is better than all before it, as far as it was measured.

    Of several objectives: no arm before it is as good in each of them. Constraints relative to a
    status quo are judged by all that it has measured by then: before it has a result no arm is told
    of, and with each of its results the arm that is the best by then, if it is another one.

    Attributes:
        experiment: The name of the experiment.
        trial: The number of the trial.
        arm: The arm's name.
        parameters: What was run.
        values: For each objective what was measured.
        before: The same of the incumbent that it takes the place of; empty for the first, and
            where there are several objectives.
    """

    experiment: str
    trial: int
    arm: str
    parameters: Mapping[str, Any]
    values: Mapping[str, float]
    before: Mapping[str, float] = field(default_factory=dict)
