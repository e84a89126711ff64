"""What is looked at: an experiment, its trials and who ran them, as plain frozen records.

Charts, the page and the terminal read these, so that each works for an experiment in memory and for
one in a folder, and none of them knows where it came from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, final

from armwright.experiment.restriction import keeps_all

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment import TParamValue
    from armwright.experiment.restriction import Restriction
    from armwright.looking.axis import Axis

__all__ = ["Aim", "LookedAt", "SeenAttempt", "SeenTrial"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """One objective: a metric and which way is better."""

    metric: str
    minimize: bool

    def is_better(self, one: float, other: float) -> bool:
        """Whether a value beats another."""
        return one < other if self.minimize else one > other


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SeenTrial:
    """One arm of one trial.

    Attributes:
        trial: Its number.
        arm: The arm's name.
        status: waiting, running, completed, failed, preempted, lost, cancelled or abandoned.
        parameters: What was run.
        values: For each metric the newest mean and its standard error, NaN where that is unknown;
            a mean that was told and is no finite number is NaN.
        reason: Kind of the failure, or what else was said of its end.
        model: What made the arm; empty for one given by hand.
        expected: For each metric what the model expected of it then, mean and standard deviation.
        why: Why it has this arm, in a sentence.
    """

    trial: int
    arm: str
    status: str
    parameters: Mapping[str, TParamValue]
    values: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    reason: str = ""
    model: str = ""
    expected: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    why: str = ""

    def mean(self, metric: str) -> float:
        """What was measured; NaN where nothing was."""
        return self.values.get(metric, (math.nan, math.nan))[0]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SeenAttempt:
    """One try at running a trial.

    Attributes:
        trial: Its number.
        attempt: Counts from 1.
        worker: Who ran it.
        began: Milliseconds since 1970, UTC, by that machine's clock; None if nobody said.
        ended: Likewise; None while it runs.
        state: How it ended; running where it has not.
        reason: Why, in a word.
    """

    trial: int
    attempt: int
    worker: str
    began: int | None
    ended: int | None
    state: str
    reason: str = ""


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """An experiment at one moment.

    Attributes:
        name: Its name.
        description: For people.
        place: Where it is; empty in memory.
        budget: How many trials it is to have; None for no end.
        aims: What is optimized; none where nothing is.
        restrictions: Bounds on outcomes.
        axes: The parameters.
        parameter_constraints: In words.
        metrics: The names of all metrics, objectives first.
        trials: By number.
        attempts: By number, too.
        damaged: Files that could not be read, each with what is wrong with it.
        archived: How many runs were put aside by their owner; they are left out of all this.
        status_quo: The parameters that relative bounds refer to; None where there are none.
        fits: Hyperparameters by metric from the newest arm's record that has some; maybe none.
        fitted_to: How many results these knew.
    """

    name: str
    description: str
    place: str
    budget: int | None
    aims: tuple[Aim, ...]
    restrictions: tuple[Restriction, ...]
    axes: tuple[Axis, ...]
    parameter_constraints: tuple[str, ...]
    metrics: tuple[str, ...]
    trials: tuple[SeenTrial, ...]
    attempts: tuple[SeenAttempt, ...]
    damaged: tuple[tuple[str, str], ...] = ()
    archived: int = 0
    status_quo: Mapping[str, TParamValue] | None = None
    fits: Mapping[str, Any] = field(default_factory=dict)
    fitted_to: int = 0

    @property
    def judged(self) -> tuple[Restriction, ...]:
        """The bounds that values can be compared with."""
        return tuple(item for item in self.restrictions if item.is_judged)

    @property
    def tuned(self) -> tuple[Axis, ...]:
        """The parameters that may take more than one value."""
        return tuple(axis for axis in self.axes if axis.is_tuned)

    def keeps(self, trial: SeenTrial) -> bool | None:
        """Whether a trial's means keep all bounds; None where that is not known of one of them.

        Bounds relative to a status quo that has no result yet do not count.
        """
        return keeps_all(self.judged, trial.values)

    def measured(self, metric: str) -> list[SeenTrial]:
        """The completed trials with a finite mean of a metric, by number."""
        return [
            trial
            for trial in self.trials
            if trial.status == "completed" and math.isfinite(trial.mean(metric))
        ]
