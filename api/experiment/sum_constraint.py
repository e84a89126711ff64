"""The sum of some parameters is bounded from one side."""

from collections.abc import Sequence
from typing import final

from armwright.experiment.comparison_op import ComparisonOp
from armwright.experiment.constrained_parameters import check_constrained
from armwright.experiment.parameter import Parameter
from armwright.experiment.parameter_constraint import ParameterConstraint

__all__ = ["SumConstraint"]


@final
class SumConstraint(ParameterConstraint):
    """The sum of parameters is at most, or at least, a bound.

    It is kept as a linear constraint, so for a lower bound the weights are -1 and `bound` is the
    negative of the bound given.

    Args:
        parameters: Range parameters on a linear scale.
        is_upper_bound: True for at most, False for at least.
        bound: What the sum is compared with.
    """

    def __init__(self, parameters: Sequence[Parameter], is_upper_bound: bool, bound: float) -> None:
        check_constrained(parameters)
        sign = 1.0 if is_upper_bound else -1.0
        super().__init__({parameter.name: sign for parameter in parameters}, sign * bound)
        self._parameters = list(parameters)
        self._is_upper_bound = is_upper_bound

    @property
    def parameters(self) -> list[Parameter]:
        """The parameters that are added up."""
        return self._parameters

    @property
    def op(self) -> ComparisonOp:
        """LEQ where the bound is an upper one, GEQ where it is a lower one."""
        return ComparisonOp.LEQ if self._is_upper_bound else ComparisonOp.GEQ

    def clone_with_transformed_parameters(
        self, transformed_parameters: dict[str, Parameter]
    ) -> "SumConstraint":
        """A copy that holds the parameters given under the same names."""
        parameters = [transformed_parameters[parameter.name] for parameter in self._parameters]
        return SumConstraint(parameters, self._is_upper_bound, self._bound_as_given)

    @property
    def _bound_as_given(self) -> float:
        return self._bound if self._is_upper_bound else -self._bound

    def _description(self) -> str:
        total = " + ".join(parameter.name for parameter in self._parameters)
        return f"{total} {self.op.symbol} {self._bound_as_given}"
