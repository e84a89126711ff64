"""The best trial, by the rule of `StoredExperiment.best` for one in a folder."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, final

from armwright.errors import NothingLeftError, UsageError
from armwright.experiment.aimed_at import aimed_at
from armwright.experiment.restriction import check_judged
from armwright.looking.trace import incumbent_in, trace_of
from armwright.persistence import StoredExperiment
from armwright.persistence.expected_best import expected_best, is_noisy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from armwright.experiment import Experiment, TParamValue
    from armwright.generation.gaussian_process_bridge import GaussianProcessBridge
    from armwright.looking.looked_at import LookedAt, SeenTrial

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
    """The best trial; of a folder with noisy results, the one that a model expects most of.

    Args:
        subject: The experiment.
        seen: The same as records.
        model: Gives the model of its results; called only where it decides.

    Raises:
        NothingLeftError: No completed trial keeps the constraints.
        UsageError: There is no objective, or are several, or a relative constraint of which nobody
            knows what it comes to.
    """
    if len(seen.aims) > 1:
        raise UsageError(f"no single trial of {seen.name!r} is best: it has several objectives")
    trace = trace_of(seen)
    check_judged(seen.restrictions)
    incumbent = incumbent_in(seen, trace)
    if incumbent is None:
        completed = sum(trial.status == "completed" for trial in seen.trials)
        kept = "" if not trace.points else ", none is known to keep the outcome constraints"
        raise NothingLeftError(f"{completed} trials are completed{kept}")
    trials = seen.measured(trace.metric)
    best = _as_best(trace.metric, incumbent)
    config = subject.optimization_config
    if not isinstance(subject, StoredExperiment) or config is None:
        return best
    (aim,) = aimed_at(config.objective)
    if not is_noisy([item.values[trace.metric][1] for item in trials], aim, lambda: seen.fits):
        return best
    expected = expected_best(model)
    found = [item for item in trials if expected is not None and item.arm == expected.arm]
    if expected is None or not found:
        return best
    return replace(
        _as_best(trace.metric, found[0]), expected=expected.mean, expected_sd=expected.sd
    )


def _as_best(metric: str, trial: SeenTrial) -> Best:
    mean, sem = trial.values[metric]
    return Best(
        trial=trial.trial,
        metric=metric,
        mean=mean,
        sem=sem,
        expected=math.nan,
        expected_sd=math.nan,
        parameters=trial.parameters,
    )
