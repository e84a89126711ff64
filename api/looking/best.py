"""The best trial, by the rule of `StoredExperiment.best` for one in a folder."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, final

from armwright.errors import NothingLeftError, UsageError
from armwright.experiment.aimed_at import aimed_at
from armwright.experiment.restriction import check_judged
from armwright.looking.trace import trace_of
from armwright.persistence import StoredExperiment
from armwright.persistence.expected_best import is_noisy, noisiest

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
    incumbent = trace.incumbent
    if incumbent is None:
        completed = sum(trial.status == "completed" for trial in seen.trials)
        kept = "" if not trace.points else ", none is known to keep the outcome constraints"
        raise NothingLeftError(f"{completed} trials are completed{kept}")
    trials = seen.measured(trace.metric)
    best = _as_best(trace.metric, next(t for t in trials if t.trial == incumbent.trial))
    if isinstance(subject, StoredExperiment) and _is_noisy(subject, seen, trace.metric):
        return _by_expectation(best, trials, model())
    return best


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


def _is_noisy(stored: StoredExperiment, seen: LookedAt, metric: str) -> bool:
    config = stored.optimization_config
    assert config is not None  # noqa: S101 - there is no trace without an objective
    (aim,) = aimed_at(config.objective)
    sems = [trial.values[metric][1] for trial in seen.measured(metric)]
    return is_noisy(sems, lambda: noisiest(seen.fits, aim))


def _by_expectation(best: Best, trials: list[SeenTrial], model: GaussianProcessBridge) -> Best:
    """The trial whose arm the model expects to be best; the given one where it cannot be asked."""
    try:
        found = model._best_arm()
    except (NotImplementedError, ValueError):
        return best
    if found is None:
        return best
    arm, (means, variances) = found
    trial = next((trial for trial in trials if trial.arm == arm.name), None)
    if trial is None:
        return best
    config = model.optimization_config
    assert config is not None  # noqa: S101 - there is no model without an objective
    (aim,) = aimed_at(config.objective)
    mean, sd = aim.result(
        {name: (means[name], math.sqrt((variances or {})[name][name])) for name in aim.factors}
    )
    return replace(_as_best(best.metric, trial), expected=float(mean), expected_sd=sd)
