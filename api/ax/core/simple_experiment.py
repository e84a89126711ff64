"""The names of `ax.core.simple_experiment`."""

from armwright.experiment import (
    DEFAULT_OBJECTIVE_NAME,
    SimpleExperiment,
    TEvaluationFunction,
    TEvaluationOutcome,
    TTrialEvaluation,
    unimplemented_evaluation_function,
)

__all__ = [
    "DEFAULT_OBJECTIVE_NAME",
    "SimpleExperiment",
    "TEvaluationFunction",
    "TEvaluationOutcome",
    "TTrialEvaluation",
    "unimplemented_evaluation_function",
]
