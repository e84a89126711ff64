"""Where an `AxClient` keeps its trials: in memory, or in a store folder that others share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment import Arm, Data, Experiment
    from armwright.generation import GenerationStrategy

__all__ = ["TrialKeeper"]


class TrialKeeper(Protocol):
    """The experiment behind a client, and the few ways in which a client changes it."""

    @property
    def experiment(self) -> Experiment:
        """The experiment as it is now."""
        ...

    @property
    def strategy(self) -> GenerationStrategy:
        """What makes the arms."""
        ...

    def next_trial(self) -> tuple[Arm, int]:
        """Makes a trial, or takes one that waits; the arm, and the running trial's index."""
        ...

    def attach(self, arm: Arm) -> int:
        """Makes a running trial of an arm; its index."""
        ...

    def complete(self, index: int, data: Data, metadata: Mapping[str, Any]) -> None:
        """Ends a running trial with its results."""
        ...

    def fail(
        self, index: int, metadata: Mapping[str, Any], *, reason: str, data: Data | None = None
    ) -> None:
        """Ends a running trial as failed; data, if any, are kept for people."""
        ...

    def add_data(self, index: int, data: Data, metadata: Mapping[str, Any]) -> None:
        """Adds to the results of a completed trial."""
        ...
