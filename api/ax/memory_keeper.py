"""The trials of an `AxClient` in this process's memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment import Arm, Data, Experiment
    from armwright.generation import GenerationStrategy

__all__ = ["MemoryKeeper"]


@final
class MemoryKeeper:
    """See `TrialKeeper`.

    Attributes:
        experiment: The experiment itself; changing it changes what the client sees.
        strategy: What makes the arms.
    """

    def __init__(self, experiment: Experiment, strategy: GenerationStrategy) -> None:
        self.experiment = experiment
        self.strategy = strategy

    def next_trial(self) -> tuple[Arm, int]:
        """Makes a trial with the strategy."""
        run = self.strategy.gen(self.experiment)
        trial = self.experiment.new_trial(run).mark_running(no_runner_required=True)
        return run.arms[0], trial.index

    def attach(self, arm: Arm) -> int:
        """Makes a running trial of an arm."""
        trial = self.experiment.new_trial().add_arm(arm)
        return trial.mark_running(no_runner_required=True).index

    def complete(self, index: int, data: Data, metadata: Mapping[str, Any]) -> None:
        """Attaches the data, and marks the trial completed."""
        trial = self.experiment.trials[index]
        self.experiment.attach_data(data)
        trial.run_metadata.update(metadata)
        trial.mark_completed()

    def fail(
        self, index: int, metadata: Mapping[str, Any], *, reason: str, data: Data | None = None
    ) -> None:
        """Marks the trial failed; the model sees no data of failed trials."""
        trial = self.experiment.trials[index]
        if data is not None:
            self.experiment.attach_data(data)
        if reason:
            trial.run_metadata["failure_reason"] = reason
        trial.run_metadata.update(metadata)
        trial.mark_failed()

    def add_data(self, index: int, data: Data, metadata: Mapping[str, Any]) -> None:
        """Combines the data with the trial's latest."""
        self.experiment.attach_data(data, combine_with_last_data=True)
        self.experiment.trials[index].run_metadata.update(metadata)
