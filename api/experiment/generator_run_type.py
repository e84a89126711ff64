"""Where a generator run that no model made comes from."""

from enum import Enum

__all__ = ["GeneratorRunType"]


class GeneratorRunType(Enum):
    """Origin of a generator run."""

    STATUS_QUO = 0
    MANUAL = 1
