"""The names of `ax.core.outcome_constraint`."""

from armwright.experiment import (
    CONSTRAINT_WARNING_MESSAGE,
    LOWER_BOUND_MISMATCH,
    UPPER_BOUND_MISMATCH,
    ComparisonOp,
    OutcomeConstraint,
)
from armwright.experiment.outcome_constraint import logger

__all__ = [
    "CONSTRAINT_WARNING_MESSAGE",
    "LOWER_BOUND_MISMATCH",
    "UPPER_BOUND_MISMATCH",
    "ComparisonOp",
    "OutcomeConstraint",
    "logger",
]
