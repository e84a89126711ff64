"""One point of a search space: a value for each parameter."""

import hashlib
import json
from collections.abc import Mapping
from typing import final

from armwright.experiment.aliases import TParameterization, TParamValue
from armwright.experiment.cloneable import Cloneable
from armwright.experiment.scalars import plain

__all__ = ["Arm"]


@final
class Arm(Cloneable):
    """Parameter values, and the name under which an experiment knows them.

    The values never change and a name, once set, stays. Two arms are equal when their values are
    (by Python's equality) and when both have the same name or neither has one. The hash depends
    on the values alone.

    Args:
        parameters: Parameter name to value; NumPy scalars become Python's.
        name: Unique in an experiment, which gives one to an arm that comes without.
    """

    # Its row in the space it was last encoded in; see `armwright.generation.encoding`.
    _row: tuple[object, list[float] | None] | None = None

    def __init__(self, parameters: Mapping[str, TParamValue], name: str | None = None) -> None:
        self._parameters = {key: plain(value) for key, value in parameters.items()}
        self._name = name

    @property
    def parameters(self) -> TParameterization:
        """Parameter name to value, in a dictionary of the caller's own."""
        return dict(self._parameters)

    @property
    def has_name(self) -> bool:
        """Whether the arm has a name."""
        return self._name is not None

    @property
    def name(self) -> str:
        """The name; it is set once, and must be set before it is read."""
        if self._name is None:
            raise ValueError(f"{self!r}: has no name yet, a trial gives it one when it is added")
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        if self._name is not None:
            raise ValueError(f"{self!r}: an arm's name is set once, got a second one, {name!r}")
        self._name = name

    @property
    def name_or_short_signature(self) -> str:
        """The name, or the last 4 characters of the signature of an arm without one."""
        return self._name if self._name is not None else self.signature[-4:]

    @property
    def signature(self) -> str:
        """What identifies the values, as 32 hexadecimal digits; 1 and 1.0 are told apart."""
        return self.md5hash(self._parameters)

    @staticmethod
    def md5hash(parameters: Mapping[str, TParamValue]) -> str:
        """The signature an arm with these parameters would have; their order does not matter."""
        values = {name: plain(value) for name, value in parameters.items()}
        text = json.dumps(values, sort_keys=True)
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    def clone(self, clear_name: bool = False) -> "Arm":
        """A copy, without the name if asked."""
        return Arm(self._parameters, None if clear_name else self._name)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Arm)
            and self._name == other._name
            and self._parameters == other._parameters
        )

    def __hash__(self) -> int:  # type: ignore[override] # values never change, so arms may be keys
        return int(self.signature, 16)

    def _description(self) -> str:
        values = f"parameters={self._parameters}"
        return values if self._name is None else f"name={self._name!r}, {values}"
