"""The names of `ax.core.outcome_constraint`.

The path leads to the module of the class itself, so that who replaces the `logger` here, as tests
of old do, replaces the one that warns.
"""

import sys

from armwright.experiment import ComparisonOp, outcome_constraint
from armwright.experiment.outcome_constraint import (
    CONSTRAINT_WARNING_MESSAGE,
    LOWER_BOUND_MISMATCH,
    UPPER_BOUND_MISMATCH,
    OutcomeConstraint,
    logger,
)

__all__ = [
    "CONSTRAINT_WARNING_MESSAGE",
    "LOWER_BOUND_MISMATCH",
    "UPPER_BOUND_MISMATCH",
    "ComparisonOp",
    "OutcomeConstraint",
    "logger",
]

sys.modules[__name__] = outcome_constraint
