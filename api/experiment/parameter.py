"""What range, choice and fixed parameters have in common."""

from abc import ABC, abstractmethod

from armwright.experiment.aliases import TParamValue
from armwright.experiment.cloneable import Cloneable
from armwright.experiment.parameter_type import ParameterType

__all__ = ["Parameter"]


class Parameter(Cloneable, ABC):
    """One named input of the system under study.

    A fidelity parameter says how faithfully the system is evaluated (say, a number of epochs); its
    target value is the fidelity that in the end counts, and it must be given.
    """

    def __init__(
        self,
        name: str,
        parameter_type: ParameterType,
        is_fidelity: bool = False,
        target_value: TParamValue = None,
    ) -> None:
        if is_fidelity and target_value is None:
            raise ValueError(
                f"parameter {name!r}: target_value must be given for a fidelity parameter, got None"
            )
        self._name = name
        self._parameter_type = parameter_type
        self._is_fidelity = is_fidelity
        self._target_value = self.cast(target_value)

    @property
    def name(self) -> str:
        """The key under which arms hold this parameter's value."""
        return self._name

    @property
    def parameter_type(self) -> ParameterType:
        """Type of the values."""
        return self._parameter_type

    @property
    def is_fidelity(self) -> bool:
        """Whether this is a fidelity parameter."""
        return self._is_fidelity

    @property
    def target_value(self) -> TParamValue:
        """The fidelity that counts, None where this is not a fidelity parameter."""
        return self._target_value

    @property
    def is_numeric(self) -> bool:
        """Whether the values are numbers."""
        return self._parameter_type.is_numeric

    @property
    def python_type(self) -> type[int] | type[float] | type[str] | type[bool]:
        """The Python type of the values, used to cast what users write."""
        return self._parameter_type.python_type

    @abstractmethod
    def validate(self, value: TParamValue) -> bool:
        """Whether the value is one this parameter can take."""

    def is_valid_type(self, value: TParamValue) -> bool:
        """Whether the value has exactly this parameter's Python type; True is no integer."""
        return type(value) is self.python_type

    def cast(self, value: TParamValue) -> TParamValue:
        """The value as this parameter's Python type; None, which is no value, stays None."""
        return None if value is None else self.python_type(value)

    def _described_as(self, domain: str) -> str:
        """The printed form, whose parts are the same for all kinds but for the domain."""
        head = f"name={self._name!r}, parameter_type={self._parameter_type.name}, {domain}"
        if self._is_fidelity:
            return f"{head}, fidelity=True, target_value={self._target_value!r}"
        return head
