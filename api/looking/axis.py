"""A parameter as a chart needs it: what lies on its axis, and how."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

from armwright.experiment import ChoiceParameter, FixedParameter, ParameterType, RangeParameter

if TYPE_CHECKING:
    from armwright.experiment import Parameter, TParamValue

__all__ = ["Axis", "axis_of"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What lies on the axis of one parameter.

    Attributes:
        name: Of the parameter.
        lower: The least value; None for a parameter that is no range.
        upper: The largest value; None likewise.
        is_log: Whether equal steps are equal factors.
        is_int: Whether only whole numbers count.
        values: The values of a choice, or the one of a fixed parameter; empty for a range.
        text: The parameter in words, as the experiment describes it.
    """

    name: str
    lower: float | None = None
    upper: float | None = None
    is_log: bool = False
    is_int: bool = False
    values: tuple[TParamValue, ...] = ()
    text: str = ""

    @property
    def is_range(self) -> bool:
        """Whether it is a number between two bounds."""
        return self.lower is not None

    @property
    def is_tuned(self) -> bool:
        """Whether it may take more than one value."""
        return self.is_range or len(self.values) > 1

    def grid(self, count: int) -> list[TParamValue]:
        """Values along the axis, evenly by its scale, each once; all values of a choice.

        Args:
            count: How many of a range; fewer where it holds fewer whole numbers.
        """
        if self.lower is None or self.upper is None:
            return list(self.values)
        lower, upper = self.lower, self.upper
        if self.is_int:
            count = min(count, round(upper - lower) + 1)
        shares = [place / max(count - 1, 1) for place in range(count)]
        if self.is_log:
            numbers = [lower * (upper / lower) ** share for share in shares]
        else:
            numbers = [lower + (upper - lower) * share for share in shares]
        values = [round(number) if self.is_int else number for number in numbers]
        return list(dict.fromkeys(min(max(value, lower), upper) for value in values))


def axis_of(parameter: Parameter) -> Axis:
    """The axis of a parameter."""
    if isinstance(parameter, RangeParameter):
        return Axis(
            name=parameter.name,
            lower=float(parameter.lower),
            upper=float(parameter.upper),
            is_log=parameter.log_scale,
            is_int=parameter.parameter_type is ParameterType.INT,
            text=repr(parameter),
        )
    values: tuple[TParamValue, ...] = ()
    if isinstance(parameter, ChoiceParameter):
        values = tuple(parameter.values)
    elif isinstance(parameter, FixedParameter):
        values = (parameter.value,)
    return Axis(name=parameter.name, values=values, text=repr(parameter))
