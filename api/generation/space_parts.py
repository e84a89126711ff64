"""Whether one search space lies within another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armwright.experiment import ChoiceParameter, FixedParameter, RangeParameter

if TYPE_CHECKING:
    from armwright.experiment import SearchSpace

__all__ = ["is_part"]


def is_part(space: SearchSpace, *, of: SearchSpace) -> bool:
    """Whether every arm of a space has its place in another one of the same parameters."""
    if set(space.parameters) != set(of.parameters):
        return False
    for name, parameter in space.parameters.items():
        outer = of.parameters[name]
        if isinstance(parameter, FixedParameter):
            inside = outer.validate(parameter.value)
        elif isinstance(parameter, RangeParameter):
            inside = (
                isinstance(outer, RangeParameter)
                and outer.lower <= parameter.lower
                and parameter.upper <= outer.upper
            )
        else:
            inside = isinstance(outer, ChoiceParameter) and all(
                value in outer.values for value in getattr(parameter, "values", ())
            )
        if not inside:
            return False
    return True
