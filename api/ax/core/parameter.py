"""The names of `ax.core.parameter`."""

from typing import TypeAlias

from armwright.experiment import (
    ChoiceParameter,
    FixedParameter,
    Parameter,
    ParameterType,
    RangeParameter,
)

__all__ = [
    "PARAMETER_PYTHON_TYPE_MAP",
    "ChoiceParameter",
    "FixedParameter",
    "Parameter",
    "ParameterType",
    "RangeParameter",
    "TParameterType",
]

TParameterType: TypeAlias = type[int] | type[float] | type[str] | type[bool]
PARAMETER_PYTHON_TYPE_MAP: dict[ParameterType, TParameterType] = {
    parameter_type: parameter_type.python_type for parameter_type in ParameterType
}
