"""The names of `ax.core.types`."""

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
    "merge_model_predict",
]
