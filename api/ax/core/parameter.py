"""The names of `ax.core.parameter`."""

from armwright.experiment import (
    ChoiceParameter,
    FixedParameter,
    Parameter,
    ParameterType,
    RangeParameter,
)

__all__ = ["ChoiceParameter", "FixedParameter", "Parameter", "ParameterType", "RangeParameter"]
