"""A linear inequality between numeric parameters."""

import math
from collections.abc import Mapping

from armwright.experiment.cloneable import Cloneable
from armwright.experiment.parameter import Parameter

__all__ = ["ParameterConstraint"]

# The last digit of a sum depends on the order of summation; a value on the bound is inside.
_ROUNDING = 1e-12


class ParameterConstraint(Cloneable):
    """The weighted sum of parameters is at most a bound: sum of weight * value <= bound.

    Args:
        constraint_dict: Parameter name to weight; parameters not named have weight zero.
        bound: The right-hand side, which the sum may reach.
    """

    def __init__(self, constraint_dict: dict[str, float], bound: float) -> None:
        self._constraint_dict = dict(constraint_dict)
        self._bound = bound

    @property
    def constraint_dict(self) -> dict[str, float]:
        """Parameter name to weight, the dictionary itself."""
        return self._constraint_dict

    @property
    def bound(self) -> float:
        """The right-hand side of the inequality."""
        return self._bound

    @bound.setter
    def bound(self, bound: float) -> None:
        self._bound = bound

    def check(self, parameter_dict: Mapping[str, int | float]) -> bool:
        """Whether the values satisfy the inequality; other names in the mapping are ignored."""
        missing = [name for name in self.constraint_dict if name not in parameter_dict]
        if missing:
            raise ValueError(
                f"{self!r}: needs a value for every parameter in it, got none for "
                + ", ".join(map(repr, missing))
            )
        terms = [
            weight * float(parameter_dict[name]) for name, weight in self.constraint_dict.items()
        ]
        scale = max([abs(self._bound), *map(abs, terms)])
        return math.fsum(terms) <= self._bound + _ROUNDING * scale

    def clone_with_transformed_parameters(
        self,
        transformed_parameters: dict[str, Parameter],  # noqa: ARG002 # this kind holds names only
    ) -> "ParameterConstraint":
        """A copy that holds the parameters given under the same names."""
        return self.clone()

    def _description(self) -> str:
        weighted = " + ".join(f"{weight}*{name}" for name, weight in self.constraint_dict.items())
        return f"{weighted} <= {self._bound}"
