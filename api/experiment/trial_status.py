"""The states of a trial."""

from enum import Enum

__all__ = ["TrialStatus"]


class TrialStatus(Enum):
    """State of a trial.

        CANDIDATE -> STAGED -> RUNNING -> COMPLETED | FAILED
        any of the first three -> ABANDONED

    DISPATCHED stands in documents of old releases; a trial reads it as RUNNING.
    """

    CANDIDATE = 0
    STAGED = 1
    FAILED = 2
    COMPLETED = 3
    RUNNING = 4
    ABANDONED = 5
    DISPATCHED = 6

    @property
    def is_terminal(self) -> bool:
        """Whether nothing more can happen to the trial."""
        return self in (TrialStatus.ABANDONED, TrialStatus.COMPLETED, TrialStatus.FAILED)

    @property
    def expecting_data(self) -> bool:
        """Whether data have arrived or may arrive."""
        return self in (TrialStatus.RUNNING, TrialStatus.COMPLETED)

    @property
    def is_deployed(self) -> bool:
        """Whether the trial has been deployed and has not ended."""
        return self in (TrialStatus.STAGED, TrialStatus.RUNNING)

    @property
    def is_failed(self) -> bool:
        """Whether the trial failed."""
        return self is TrialStatus.FAILED

    @property
    def is_abandoned(self) -> bool:
        """Whether the trial was given up."""
        return self is TrialStatus.ABANDONED

    @property
    def is_completed(self) -> bool:
        """Whether the trial ended as it should."""
        return self is TrialStatus.COMPLETED

    @property
    def is_running(self) -> bool:
        """Whether the trial is at work."""
        return self is TrialStatus.RUNNING
