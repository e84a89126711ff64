"""Which trial is best where results carry noise: the one that a model of all of them expects most.

The largest of many noisy results is a lucky one. So where results carry noise, what counts is what
the model expects at each arm, from all results together, of very many from those that say most
(`chosen_results`). Where they carry none, or are too few to
tell, the measured value decides, and no numerical library is loaded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from armwright.experiment.aimed_at import aimed_at

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from armwright.experiment.aimed_at import AimedAt
    from armwright.generation.gaussian_process_bridge import GaussianProcessBridge

__all__ = ["ExpectedBest", "expected_best", "is_noisy"]

_FEWEST = 5  # results; of fewer a model says little
_NOISY = 2e-3  # inferred noise variance as a share of the variance of the results


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedBest:
    """The arm that a model expects to be best.

    Attributes:
        arm: Its name.
        mean: What the model expects of the objective there.
        sd: How sure it is.
    """

    arm: str
    mean: float
    sd: float


def is_noisy(
    sems: Sequence[float], aim: AimedAt, fits: Callable[[], Mapping[str, Mapping[str, Any]]]
) -> bool:
    """Whether the results of an objective are noisy enough for the best to be a lucky one.

    They are where a standard error is reported that is not zero, or, where none is, where the
    model that made the newest arm inferred noise of one of the objective's metrics.

    Args:
        sems: The standard error of each result, NaN where unknown.
        aim: The objective.
        fits: Gives the hyperparameters of that model by metric.
    """
    if len(sems) < _FEWEST:
        return False
    known = [sem for sem in sems if math.isfinite(sem)]
    if known:
        return max(known) > 0
    found = fits()
    return any(float(found[name]["noise"]) > _NOISY for name in aim.factors if name in found)


def expected_best(model: Callable[[], GaussianProcessBridge]) -> ExpectedBest | None:
    """The arm that a model of the results expects to be best; None where it cannot be asked.

    Args:
        model: Gives the model, of an experiment with one objective.
    """
    try:
        asked = model()
        found = asked._best_arm()
    except (NotImplementedError, ValueError):
        return None
    config = asked.optimization_config
    if found is None or config is None:
        return None
    arm, (means, variances) = found
    (aim,) = aimed_at(config.objective)
    mean, sd = aim.result(
        {name: (means[name], math.sqrt((variances or {})[name][name])) for name in aim.factors}
    )
    return ExpectedBest(arm=arm.name, mean=float(mean), sd=sd)
