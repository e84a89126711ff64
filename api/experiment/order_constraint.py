"""One parameter must not exceed another."""

from typing import final

from armwright.experiment.constrained_parameters import check_constrained
from armwright.experiment.parameter import Parameter
from armwright.experiment.parameter_constraint import ParameterConstraint

__all__ = ["OrderConstraint"]


@final
class OrderConstraint(ParameterConstraint):
    """The lower parameter's value is at most the upper parameter's.

    Args:
        lower_parameter: A range parameter on a linear scale.
        upper_parameter: Another one.
    """

    def __init__(self, lower_parameter: Parameter, upper_parameter: Parameter) -> None:
        check_constrained([lower_parameter, upper_parameter])
        super().__init__({lower_parameter.name: 1.0, upper_parameter.name: -1.0}, 0.0)
        self._lower_parameter = lower_parameter
        self._upper_parameter = upper_parameter

    @property
    def lower_parameter(self) -> Parameter:
        """The parameter with the lower value."""
        return self._lower_parameter

    @property
    def upper_parameter(self) -> Parameter:
        """The parameter with the higher value."""
        return self._upper_parameter

    @property
    def parameters(self) -> list[Parameter]:
        """Both parameters, the lower one first."""
        return [self._lower_parameter, self._upper_parameter]

    def clone_with_transformed_parameters(
        self, transformed_parameters: dict[str, Parameter]
    ) -> "OrderConstraint":
        """A copy that holds the parameters given under the same names."""
        return OrderConstraint(
            transformed_parameters[self._lower_parameter.name],
            transformed_parameters[self._upper_parameter.name],
        )

    def _description(self) -> str:
        return f"{self._lower_parameter.name} <= {self._upper_parameter.name}"
