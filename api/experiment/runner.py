"""What deploys a trial, so that its arms get evaluated."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from armwright.experiment.comparable import Comparable

if TYPE_CHECKING:
    from armwright.experiment.base_trial import BaseTrial

__all__ = ["Runner"]


class Runner(Comparable, ABC):
    """Starts trials, and stops them. Subclasses say how."""

    @abstractmethod
    def run(self, trial: "BaseTrial") -> dict[str, Any]:
        """Deploys the trial and returns what is known of the deployment.

        The result becomes the trial's `run_metadata`; its key "name", if any, holds the name of
        the trial in the system it was deployed to.
        """

    def stop(self, trial: "BaseTrial") -> None:  # most systems need no stopping
        """Stops the trial; nothing to do unless a subclass says otherwise."""

    @property
    def staging_required(self) -> bool:
        """Whether a deployed trial waits as STAGED until somebody marks it running."""
        return False
