"""Numbers that say how well predictions agree with what was observed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    _Array = NDArray[np.float64]
    _Number = Callable[[_Array, _Array, _Array], float]

__all__ = ["agreement"]

_CI = 2 * 1.96  # width of a 95 % interval, in standard deviations


def agreement(observed: _Array, predicted: _Array, sd: _Array) -> dict[str, float]:
    """Compares predictions with observations of one metric.

    Args:
        observed: What was observed, n values.
        predicted: What was expected of each.
        sd: Standard deviation of each prediction.

    Returns:
        By the names they had in the flat Ax API's release; NaN where a number is not defined:
        the mean width of the 95 % intervals and the mean absolute error, both relative to what was
        observed; the observed range relative to its least value; the log density of all
        observations; the correlations of values and of ranks; and the p-value of Fisher's exact
        test of whether what is predicted above the median is observed above it.
    """
    return {name: _defined(number, observed, predicted, sd) for name, number in _NUMBERS.items()}


def _defined(number: _Number, observed: _Array, predicted: _Array, sd: _Array) -> float:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        value = float(number(observed, predicted, sd))
    return value if math.isfinite(value) else math.nan


def _interval(observed: _Array, predicted: _Array, sd: _Array) -> float:
    del predicted
    return float(np.mean(_CI * sd / np.abs(observed)))


def _error(observed: _Array, predicted: _Array, sd: _Array) -> float:
    del sd
    return float(np.mean(np.abs((predicted - observed) / observed)))


def _effect(observed: _Array, predicted: _Array, sd: _Array) -> float:
    del predicted, sd
    return float(np.ptp(observed) / observed.min())


def _log_likelihood(observed: _Array, predicted: _Array, sd: _Array) -> float:
    z = (observed - predicted) / sd
    return float(np.sum(-0.5 * z**2 - np.log(sd * math.sqrt(2 * math.pi))))


def _correlation(observed: _Array, predicted: _Array, sd: _Array) -> float:
    del sd
    if len(observed) < 2:
        return math.nan
    spread = observed - observed.mean(), predicted - predicted.mean()
    return float(spread[0] @ spread[1] / math.sqrt((spread[0] ** 2).sum() * (spread[1] ** 2).sum()))


def _rank_correlation(observed: _Array, predicted: _Array, sd: _Array) -> float:
    from scipy.stats import rankdata

    return _correlation(rankdata(observed), rankdata(predicted), sd)


def _fisher(observed: _Array, predicted: _Array, sd: _Array) -> float:
    from scipy.stats import fisher_exact

    del sd
    high, higher = (values > np.median(values) for values in (observed, predicted))
    table = [
        [int((high & higher).sum()), int((high & ~higher).sum())],
        [int((~high & higher).sum()), int((~high & ~higher).sum())],
    ]
    return float(fisher_exact(table, alternative="greater")[1])


_NUMBERS: dict[str, _Number] = {
    "Mean prediction CI": _interval,
    "MAPE": _error,
    "Total raw effect": _effect,
    "Log likelihood": _log_likelihood,
    "Correlation coefficient": _correlation,
    "Rank correlation": _rank_correlation,
    "Fisher exact test p": _fisher,
}
