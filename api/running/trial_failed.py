"""How a metric says that a trial came to nothing."""

from typing import final

from armwright.errors import ArmwrightError

__all__ = ["TrialFailedError"]


@final
class TrialFailedError(ArmwrightError):
    """A trial has ended and what it left is no result; the message says why.

    A metric raises it in `fetch_trial_data`. The trial is then marked failed, and the message is
    kept in its `run_metadata` under "failure_reason". While a trial still runs, a metric returns
    empty data instead.
    """
