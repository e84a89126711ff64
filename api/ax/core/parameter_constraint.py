"""The names of `ax.core.parameter_constraint`."""

from armwright.experiment import (
    ComparisonOp,
    OrderConstraint,
    ParameterConstraint,
    SumConstraint,
)

__all__ = ["ComparisonOp", "OrderConstraint", "ParameterConstraint", "SumConstraint"]
