"""Cross-validation: what a model expects of each result from those of the other arms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np

from armwright.errors import UsageError

if TYPE_CHECKING:
    from armwright.generation import ModelBridge

__all__ = ["CrossValidation", "LeftOutResult", "cross_validation_of"]

_WIDE = 1.959964  # standard deviations on each side of a 95 % interval


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutResult:
    """One result, and what the model expects of it without it.

    Attributes:
        trial: Of which trial; None where no trial is known.
        observed: What was measured.
        sem: Its standard error; NaN where that is unknown.
        predicted: What the model expects.
        sd: How sure it is of an observation, noise included.
    """

    trial: int | None
    observed: float
    sem: float
    predicted: float
    sd: float


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CrossValidation:
    """How well a model foretells what it has not seen.

    Attributes:
        metric: What was measured.
        results: Those that the model was asked of.
        left: How many results a model of very many leaves out altogether.
        within: Share of the results inside their 95 % interval; near 0.95 for an honest model.
        rank_correlation: Of what was predicted and observed, by Spearman; NaN for constant ones.
    """

    metric: str
    results: tuple[LeftOutResult, ...]
    left: int
    within: float
    rank_correlation: float


def cross_validation_of(model: ModelBridge, metric: str) -> CrossValidation:
    """Predicts every result of a metric without those of its arm.

    Args:
        model: A Gaussian process with data.
        metric: One that has results.

    Raises:
        UsageError: It is no Gaussian process, or there are fewer than two arms with results.
    """
    from armwright.generation.agreement import agreement
    from armwright.generation.diagnostics import left_out, models_of

    try:
        models = models_of(model)
    except NotImplementedError as error:
        raise UsageError(f"cannot cross-validate: {error}") from error
    if metric not in models.known:
        raise UsageError(f"cannot cross-validate: the model predicts {models.known}, not {metric}")
    observed = models._observed[metric]
    numbers = {signature: at for at, (_, signature) in enumerate(observed.keys)}
    if len(numbers) < 2:
        raise UsageError(f"cross-validation needs 2 arms with results, there are {len(numbers)}")
    keys, found = left_out(models, metric, {key: numbers[key[1]] for key in observed.keys})
    noise = observed.observations.noise
    rows = [
        LeftOutResult(
            trial=key[0],
            observed=float(observed.observations.y[at]),
            sem=math.nan if noise is None else math.sqrt(float(noise[at])),
            predicted=float(found.mean[at]),
            sd=float(found.observed_sd[at]),
        )
        for at, key in enumerate(keys)
        if math.isfinite(found.mean[at])
    ]
    y, mean, sd = np.array([(row.observed, row.predicted, row.sd) for row in rows]).T
    return CrossValidation(
        metric=metric,
        results=tuple(rows),
        left=len(keys) - len(rows),
        within=float(np.mean(np.abs(y - mean) <= _WIDE * sd)),
        rank_correlation=agreement(y, mean, sd)["Rank correlation"],
    )
