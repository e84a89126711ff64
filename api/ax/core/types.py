"""The names of `ax.core.types`."""

from typing import Any, TypeAlias

from armwright.experiment import (
    ComparisonOp,
    TEvaluationFunction,
    TEvaluationOutcome,
    TFidelityTrialEvaluation,
    TModelCov,
    TModelMean,
    TModelPredict,
    TModelPredictArm,
    TParameterization,
    TParamValue,
    TTrialEvaluation,
    merge_model_predict,
)

__all__ = [
    "ComparisonOp",
    "TConfig",
    "TEvaluationFunction",
    "TEvaluationOutcome",
    "TFidelityTrialEvaluation",
    "TGenMetadata",
    "TModelCov",
    "TModelMean",
    "TModelPredict",
    "TModelPredictArm",
    "TParamValue",
    "TParamValueList",
    "TParameterization",
    "TTrialEvaluation",
    "merge_model_predict",
]

TConfig: TypeAlias = dict[str, Any]  # options of a model's `gen`
TGenMetadata: TypeAlias = dict[str, Any]
TParamValueList: TypeAlias = list[TParamValue]
