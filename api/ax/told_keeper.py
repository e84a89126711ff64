"""The trials of an `AxClient` whose changes callbacks are told of."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, final

from armwright.callbacks.aims import aims_of_experiment
from armwright.callbacks.experiment_trials import arms_of, take_in_trials, tell_end_of
from armwright.callbacks.telling import Teller

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from armwright.ax.trial_keeper import TrialKeeper
    from armwright.experiment import Arm, Data, Experiment
    from armwright.generation import GenerationStrategy

__all__ = ["ToldKeeper"]


@final
class ToldKeeper:
    """See `TrialKeeper`; does what another keeper does, and tells callbacks once that is done.

    Args:
        keeper: The other one.
        callbacks: Who is told.
    """

    def __init__(self, keeper: TrialKeeper, callbacks: Iterable[Any]) -> None:
        self.keeper = keeper
        experiment = keeper.experiment
        self._teller = Teller(
            callbacks,
            experiment=experiment._name or "experiment",
            aims=aims_of_experiment(experiment),
        )
        take_in_trials(self._teller, experiment.trials.values())
        self._end = weakref.finalize(self, _ended_with, self._teller)

    def close(self) -> None:
        """Tells that the client is done; once, at the latest when it is gone."""
        self._end()

    @property
    def experiment(self) -> Experiment:
        """As the other keeper has it."""
        return self.keeper.experiment

    @property
    def strategy(self) -> GenerationStrategy:
        """Likewise."""
        return self.keeper.strategy

    def next_trial(self) -> tuple[Arm, int]:
        """Makes or takes a trial, and tells that it begins."""
        arm, index = self.keeper.next_trial()
        self._began(index)
        return arm, index

    def attach(self, arm: Arm) -> int:
        """Makes a running trial of an arm, and tells that it begins."""
        index = self.keeper.attach(arm)
        self._began(index)
        return index

    def complete(self, index: int, data: Data, metadata: Mapping[str, Any]) -> None:
        """Ends a trial, and tells so."""
        self.keeper.complete(index, data, metadata)
        self._ended(index)

    def fail(
        self, index: int, metadata: Mapping[str, Any], *, reason: str, data: Data | None = None
    ) -> None:
        """Ends a trial as failed, and tells so."""
        self.keeper.fail(index, metadata, reason=reason, data=data)
        self._ended(index)

    def add_data(self, index: int, data: Data, metadata: Mapping[str, Any]) -> None:
        """Adds to the results of a completed trial; that is told nobody."""
        self.keeper.add_data(index, data, metadata)

    def _began(self, index: int) -> None:
        self._teller.started(index, arms_of(self.keeper.experiment.trials[index]))

    def _ended(self, index: int) -> None:
        trials = self.keeper.experiment.trials
        others = (trial for trial in trials.values() if trial.index != index)
        take_in_trials(self._teller, others)
        tell_end_of(self._teller, trials[index])


def _ended_with(teller: Teller) -> None:
    teller.leave()
    teller.close()
