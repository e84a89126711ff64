"""The four types a parameter's values can have."""

from enum import Enum

__all__ = ["ParameterType"]


class ParameterType(Enum):
    """Type of a parameter's values."""

    BOOL = 0
    INT = 1
    FLOAT = 2
    STRING = 3

    @property
    def is_numeric(self) -> bool:
        """Whether the values are numbers, so that bounds and sums make sense."""
        return self in (ParameterType.INT, ParameterType.FLOAT)

    @property
    def python_type(self) -> type[bool] | type[int] | type[float] | type[str]:
        """The Python type that holds such values."""
        return _PYTHON_TYPES[self]


_PYTHON_TYPES: dict[ParameterType, type[bool] | type[int] | type[float] | type[str]] = {
    ParameterType.BOOL: bool,
    ParameterType.INT: int,
    ParameterType.FLOAT: float,
    ParameterType.STRING: str,
}
