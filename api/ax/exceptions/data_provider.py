"""The names of `ax.exceptions.data_provider`: errors for users' Metric classes to raise."""

from collections.abc import Iterable
from typing import Any

from armwright.errors import ArmwrightError

__all__ = ["DataProviderError", "MissingDataError"]


class DataProviderError(ArmwrightError):
    """The system that holds a metric's data failed.

    Args:
        message: What happened.
        data_provider: Which system.
        data_provider_error: What it said.
    """

    def __init__(self, message: str, data_provider: str, data_provider_error: Any) -> None:
        super().__init__(f"{message}: {data_provider} said {data_provider_error!r}")
        self.data_provider, self.data_provider_error = data_provider, data_provider_error


class MissingDataError(ArmwrightError):
    """There are no data of some trials yet.

    Args:
        missing_trial_indexes: Which trials.
    """

    def __init__(self, missing_trial_indexes: Iterable[int]) -> None:
        self.missing_trial_indexes = sorted(missing_trial_indexes)
        trials = ", ".join(map(str, self.missing_trial_indexes))
        super().__init__(f"there are no data of trials {trials}")
