"""What a runner may offer besides `run` and `stop`; asked for with isinstance.

A runner that offers neither is watched through its metrics: its trial is over as soon as all
metrics of the experiment return a row for each arm.
"""

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from armwright.experiment import BaseTrial, TrialStatus

__all__ = ["LimitedRunner", "PollableRunner"]


@runtime_checkable
class PollableRunner(Protocol):
    """A runner that can tell whether a trial it started is over."""

    def poll_trial_status(self, trial: "BaseTrial") -> "TrialStatus":
        """How the trial stands in the system it was deployed to; called again and again.

        Returns:
            STAGED or RUNNING while it is under way, then COMPLETED, FAILED or ABANDONED. Arms that
            came to nothing are named in `trial.run_metadata["failed_arms"]`, arm name to reason;
            a trial is FAILED only when all its arms are.
        """
        ...


@runtime_checkable
class LimitedRunner(Protocol):
    """A runner that must not be given any number of trials at once."""

    @property
    def capacity(self) -> int:
        """How many trials may run at once, at least 1."""
        ...
