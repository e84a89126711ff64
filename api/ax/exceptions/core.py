"""The names of `ax.exceptions.core`."""

from armwright.errors import ArmwrightError as AxError
from armwright.errors import UsageError as UserInputError
from armwright.generation import DataRequiredError, SearchSpaceExhausted

__all__ = ["AxError", "DataRequiredError", "SearchSpaceExhausted", "UserInputError"]
