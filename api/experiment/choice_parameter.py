"""One of a list of values."""

from typing import Self, final

from armwright.experiment.aliases import TParamValue
from armwright.experiment.parameter import Parameter
from armwright.experiment.parameter_type import ParameterType

__all__ = ["ChoiceParameter"]


@final
class ChoiceParameter(Parameter):
    """One of two or more values, kept in the order given.

    Args:
        name: The key under which arms hold the value.
        parameter_type: Type of the values, to which they are cast.
        values: The values to choose from.
        is_ordered: Whether neighbors in the list are alike, so that a model may use the order.
        is_task: Whether the values name tasks that share what they teach about the others.
        is_fidelity: Whether this says how faithfully the system is evaluated.
        target_value: The fidelity that counts in the end.
    """

    def __init__(
        self,
        name: str,
        parameter_type: ParameterType,
        values: list[TParamValue],
        is_ordered: bool = False,
        is_task: bool = False,
        is_fidelity: bool = False,
        target_value: TParamValue = None,
    ) -> None:
        super().__init__(name, parameter_type, is_fidelity, target_value)
        self._is_ordered = is_ordered
        self._is_task = is_task
        self._values: list[TParamValue] = []
        self.set_values(values)

    @property
    def values(self) -> list[TParamValue]:
        """The values to choose from, the list itself."""
        return self._values

    @property
    def is_ordered(self) -> bool:
        """Whether the order of the values means something."""
        return self._is_ordered

    @property
    def is_task(self) -> bool:
        """Whether the values name tasks."""
        return self._is_task

    def set_values(self, values: list[TParamValue]) -> Self:
        """Replaces the values, each cast to the parameter's type."""
        if isinstance(values, str) or len(values) < 2:
            raise ValueError(
                f"choice parameter {self._name!r}: values must be a list of at least 2 values, "
                f"got {values!r}"
            )
        self._values = [self.cast(value) for value in values]
        return self

    def add_values(self, values: list[TParamValue]) -> Self:
        """Appends values, each cast to the parameter's type."""
        self._values.extend([self.cast(value) for value in values])
        return self

    def validate(self, value: TParamValue) -> bool:
        """Whether the value is in the list, by Python's equality."""
        return value in self._values

    def _description(self) -> str:
        return self._described_as(f"values={self._values}")
