"""Names for the plain types that cross the domain's border: annotate with them.

parameterization   parameter name -> value
trial evaluation   metric name -> (mean, standard error of the mean, or None if unknown)
model prediction   (metric -> mean per point, metric -> metric -> covariance per point)
"""

from collections.abc import Callable
from typing import TypeAlias

__all__ = [
    "TEvaluationFunction",
    "TEvaluationOutcome",
    "TFidelityTrialEvaluation",
    "TModelCov",
    "TModelMean",
    "TModelPredict",
    "TModelPredictArm",
    "TParamValue",
    "TParameterization",
    "TTrialEvaluation",
]

TParamValue: TypeAlias = str | bool | float | int | None
TParameterization: TypeAlias = dict[str, TParamValue]

TTrialEvaluation: TypeAlias = dict[str, tuple[float, float | None]]
TFidelityTrialEvaluation: TypeAlias = list[tuple[TParameterization, TTrialEvaluation]]
TEvaluationOutcome: TypeAlias = (
    TTrialEvaluation | tuple[float, float | None] | float | TFidelityTrialEvaluation
)
TEvaluationFunction: TypeAlias = (
    Callable[[TParameterization], TEvaluationOutcome]
    | Callable[[TParameterization, float | None], TEvaluationOutcome]
)

TModelMean: TypeAlias = dict[str, list[float]]
TModelCov: TypeAlias = dict[str, dict[str, list[float]]]
TModelPredict: TypeAlias = tuple[TModelMean, TModelCov]
TModelPredictArm: TypeAlias = tuple[dict[str, float], dict[str, dict[str, float]] | None]
