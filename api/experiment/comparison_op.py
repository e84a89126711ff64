"""The two directions of an inequality."""

from enum import Enum

__all__ = ["ComparisonOp"]


class ComparisonOp(Enum):
    """Greater or equal, less or equal."""

    GEQ = 0
    LEQ = 1

    @property
    def symbol(self) -> str:
        """The operator as people write it."""
        return ">=" if self is ComparisonOp.GEQ else "<="
