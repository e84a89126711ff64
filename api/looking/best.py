"""The best trial, by the rule of `StoredExperiment.best` for one in a folder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from armwright.errors import UsageError
from armwright.looking.trace import trace_of
from armwright.persistence import StoredExperiment
from armwright.persistence.expected_best import by_expectation, carries_noise
from armwright.persistence.measured import best_trial

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from armwright.experiment import Experiment, TParamValue
    from armwright.generation.gaussian_process_bridge import GaussianProcessBridge
    from armwright.looking.looked_at import LookedAt

__all__ = ["Best", "best_of"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The best trial.

    Attributes:
        trial: Its number.
        metric: By which it is best.
        mean: What it measured.
        sem: Standard error of that; NaN where unknown.
        expected: What the model expects there; NaN where none was asked.
        expected_sd: How sure it is.
        parameters: What was run.
    """

    trial: int
    metric: str
    mean: float
    sem: float
    expected: float
    expected_sd: float
    parameters: Mapping[str, TParamValue]


def best_of(
    subject: Experiment | StoredExperiment,
    seen: LookedAt,
    model: Callable[[], GaussianProcessBridge],
) -> Best:
    """The best trial; where results carry noise, the one that a model expects most of.

    Args:
        subject: The experiment.
        seen: The same as records.
        model: Gives the model of its results; called only where it decides.

    Raises:
        NothingLeftError: No completed trial keeps the constraints.
        UsageError: There is no objective, or are several.
    """
    if isinstance(subject, StoredExperiment):
        return _best_in_folder(subject, model)
    trace = trace_of(seen)
    incumbent = trace.incumbent
    if incumbent is None:
        raise UsageError(f"no completed trial of {seen.name!r} keeps the constraints")
    trials = seen.measured(trace.metric)
    return Best(
        trial=incumbent.trial,
        metric=trace.metric,
        mean=incumbent.value,
        sem=incumbent.sem,
        expected=math.nan,
        expected_sd=math.nan,
        parameters=next(t.parameters for t in trials if t.trial == incumbent.trial),
    )


def _best_in_folder(stored: StoredExperiment, model: Callable[[], GaussianProcessBridge]) -> Best:
    config, trials = stored.optimization_config, stored.trials
    found = None if config is None else best_trial(trials, config, stored._folder)[0]
    if found is None:
        found = stored.best()  # says why there is none
    elif carries_noise(trials, found.metric, stored._folder):
        found = by_expectation(found, stored.known, trials, model=model())
    return Best(
        trial=found.number,
        metric=found.metric,
        mean=found.mean,
        sem=found.sem,
        expected=math.nan if found.expected is None else found.expected,
        expected_sd=math.nan if found.expected_sd is None else found.expected_sd,
        parameters=stored.asker.maker.completed(found.arm.parameters, stored.state),
    )
