"""A parameter with one value, the same in every arm."""

from typing import Self, final

from armwright.experiment.aliases import TParamValue
from armwright.experiment.parameter import Parameter
from armwright.experiment.parameter_type import ParameterType

__all__ = ["FixedParameter"]


@final
class FixedParameter(Parameter):
    """A parameter that is not tuned, but handed to the system under study all the same.

    Args:
        name: The key under which arms hold the value.
        parameter_type: Type of the value, to which it is cast.
        value: The value.
        is_fidelity: Whether this says how faithfully the system is evaluated.
        target_value: The fidelity that counts in the end.
    """

    def __init__(
        self,
        name: str,
        parameter_type: ParameterType,
        value: TParamValue,
        is_fidelity: bool = False,
        target_value: TParamValue = None,
    ) -> None:
        super().__init__(name, parameter_type, is_fidelity, target_value)
        self._value = self.cast(value)

    @property
    def value(self) -> TParamValue:
        """The one value."""
        return self._value

    def set_value(self, value: TParamValue) -> Self:
        """Replaces the value, cast to the parameter's type."""
        self._value = self.cast(value)
        return self

    def validate(self, value: TParamValue) -> bool:
        """Whether the value equals the fixed one, by Python's equality."""
        return bool(value == self._value)

    def _description(self) -> str:
        return self._described_as(f"value={self._value!r}")
