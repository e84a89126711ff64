"""Where an experiment that is bound to a store writes what happens to it, as it happens."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from armwright.experiment.base_trial import BaseTrial

__all__ = ["Journal"]


class Journal(Protocol):
    """What a bound experiment tells its store, and asks it.

    Each of the two contexts leaves everything as it was where the store refuses.
    """

    @property
    def folder_id(self) -> str:
        """What tells the store's folder from every other one."""
        ...

    def changing(self, indices: "Iterable[int]") -> AbstractContextManager[None]:
        """Around a change of trials, or of their data: it is written when the block ends."""
        ...

    def taking(self, trial: "BaseTrial") -> AbstractContextManager[None]:
        """Around the deployment of a candidate trial: it is ours before the block begins."""
        ...

    def refresh(self) -> None:
        """Takes in what others wrote."""
        ...
