"""The names of `ax.exceptions.core`; what is not possible here raises a `NotImplementedError`."""

from armwright.errors import ArmwrightError as AxError
from armwright.errors import UsageError as UserInputError
from armwright.generation import DataRequiredError, SearchSpaceExhausted

__all__ = [
    "AxError",
    "DataRequiredError",
    "SearchSpaceExhausted",
    "UnsupportedError",
    "UserInputError",
]

UnsupportedError = NotImplementedError
