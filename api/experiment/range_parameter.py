"""A number between two bounds."""

import math
from typing import Self, final

from armwright.experiment.aliases import TParamValue
from armwright.experiment.parameter import Parameter
from armwright.experiment.parameter_type import ParameterType
from armwright.experiment.scalars import plain

__all__ = ["RangeParameter"]


@final
class RangeParameter(Parameter):
    """An integer or float between two bounds, both included.

    Invariant: the bounds are finite, of the parameter's type, rounded to `digits`, and lower is
    below upper; on a log scale lower is above zero when the bounds are set.

    Args:
        name: The key under which arms hold the value.
        parameter_type: INT or FLOAT.
        lower: Smallest value.
        upper: Largest value.
        log_scale: Whether equal ratios, rather than equal differences, matter equally.
        digits: Number of decimal places that floats are rounded to; None for all.
        is_fidelity: Whether this says how faithfully the system is evaluated.
        target_value: The fidelity that counts in the end.
    """

    def __init__(
        self,
        name: str,
        parameter_type: ParameterType,
        lower: float,
        upper: float,
        log_scale: bool = False,
        digits: int | None = None,
        is_fidelity: bool = False,
        target_value: TParamValue = None,
    ) -> None:
        if not parameter_type.is_numeric:
            raise ValueError(
                f"range parameter {name!r}: parameter_type must be INT or FLOAT, "
                f"got {parameter_type.name}"
            )
        self._digits = digits
        super().__init__(name, parameter_type, is_fidelity, target_value)
        self._log_scale = log_scale
        self._lower, self._upper = self._checked(lower, upper, digits)

    @property
    def lower(self) -> float:
        """Smallest value; setting it casts and checks it like `update_range`."""
        return self._lower

    @lower.setter
    def lower(self, lower: float) -> None:
        self.update_range(lower=lower)

    @property
    def upper(self) -> float:
        """Largest value; setting it casts and checks it like `update_range`."""
        return self._upper

    @upper.setter
    def upper(self, upper: float) -> None:
        self.update_range(upper=upper)

    @property
    def digits(self) -> int | None:
        """Number of decimal places of a float; setting it re-casts both bounds."""
        return self._digits

    @digits.setter
    def digits(self, digits: int | None) -> None:
        self.set_digits(digits)

    @property
    def log_scale(self) -> bool:
        """Whether random values are drawn evenly in the logarithm."""
        return self._log_scale

    def update_range(self, lower: float | None = None, upper: float | None = None) -> Self:
        """Sets one or both bounds; on an error neither changes."""
        self._lower, self._upper = self._checked(
            self._lower if lower is None else lower,
            self._upper if upper is None else upper,
            self._digits,
        )
        return self

    def set_digits(self, digits: int | None) -> Self:
        """Sets the number of decimal places and re-casts both bounds."""
        self._lower, self._upper = self._checked(self._lower, self._upper, digits)
        self._digits = digits
        return self

    def set_log_scale(self, log_scale: bool) -> Self:
        """Sets the scale; the bounds are not checked until they are next set."""
        self._log_scale = log_scale
        return self

    def validate(self, value: TParamValue) -> bool:
        """Whether the value is a number of the right kind within the bounds."""
        value = plain(value)
        if not isinstance(value, (int, float)) or not self.is_valid_type(value):
            return False
        return self._lower <= value <= self._upper

    def is_valid_type(self, value: TParamValue) -> bool:
        """Whether the value is a number, and a whole one where the parameter is an integer."""
        value = plain(value)
        if not isinstance(value, (int, float)):
            return False
        return self._parameter_type is not ParameterType.INT or float(value).is_integer()

    def cast(self, value: TParamValue) -> TParamValue:
        """The value as this parameter's Python type, rounded to its digits."""
        return self._cast(value, self._digits)

    def _cast(self, value: TParamValue, digits: int | None) -> float | None:
        if value is None:
            return None
        if self._parameter_type is ParameterType.INT:
            return int(value)
        return float(value) if digits is None else round(float(value), digits)

    def _checked(self, lower: float, upper: float, digits: int | None) -> tuple[float, float]:
        """Both bounds as they are stored."""
        given = f"[{lower!r}, {upper!r}]"
        for bound in (lower, upper):
            if not (self.is_valid_type(bound) and math.isfinite(bound)):
                kind = self._parameter_type.name
                raise ValueError(f"{self._label}: bounds must be finite {kind} values, got {given}")
        low, high = self._cast(lower, digits), self._cast(upper, digits)
        if low is None or high is None or not low < high:
            rounded = "" if digits is None else f" when rounded to {digits} digits"
            raise ValueError(f"{self._label}: lower must be below upper{rounded}, got {given}")
        if self._log_scale and low <= 0:
            raise ValueError(f"{self._label}: lower must be above 0 on a log scale, got {given}")
        return low, high

    @property
    def _label(self) -> str:
        return f"range parameter {self._name!r}"

    def _description(self) -> str:
        domain = f"range=[{self._lower}, {self._upper}]"
        if self._log_scale:
            domain += ", log_scale=True"
        if self._digits is not None:
            domain += f", digits={self._digits}"
        return self._described_as(domain)
