"""How a scheduler's refusal is passed on."""

from typing import final

from armwright.errors import ArmwrightError

__all__ = ["SchedulerError"]


@final
class SchedulerError(ArmwrightError):
    """A scheduler is not there, or would not take a job; the message says what it said."""
