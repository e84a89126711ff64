"""The one experiment of an `AxClient`, and who keeps it: memory, or a store."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, final

from armwright.ax.client_snapshot import keeper_from_snapshot, snapshot_of
from armwright.ax.memory_keeper import MemoryKeeper
from armwright.ax.store_keeper import StoreKeeper
from armwright.ax.told_keeper import ToldKeeper
from armwright.callbacks.callback import checked_callbacks
from armwright.errors import ExperimentNotFoundError, UsageError
from armwright.experiment import Trial
from armwright.generation import choose_generation_strategy
from armwright.generation.seed import checked_seed
from armwright.store.address import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from armwright.ax.trial_keeper import TrialKeeper
    from armwright.experiment import Experiment
    from armwright.generation import GenerationStrategy

__all__ = ["KeptExperiment"]


@final
class KeptExperiment:
    """None at first; then one that was created, taken up, or found on the store.

    Args:
        strategy: What makes the arms; chosen by the search space if None.
        store: `<root>/<name>`; memory if None.
        seed: Decides every arm.
        enforces_order: Whether arms are refused while results are missing.
        callbacks: Who is told of the trials.

    Raises:
        ValueError: The seed is none, or there are both a strategy and a store.
    """

    def __init__(
        self,
        *,
        strategy: GenerationStrategy | None,
        store: str | None,
        seed: int | None,
        enforces_order: bool,
        callbacks: Iterable[Any],
    ) -> None:
        if store is not None and strategy is not None:
            raise UsageError(
                "generation_strategy: on a store the folder decides how arms are made, the same "
                f"for every client; got {strategy.name!r}",
                hint="leave it out, or leave out store; what a model may be told goes into "
                "choose_generation_strategy_kwargs={'generation': {...}}",
            )
        self._seed = None if seed is None else checked_seed(seed, "random_seed")
        self._given_strategy, self._store = strategy, store
        self._enforces_order = enforces_order
        self._callbacks = checked_callbacks(callbacks)
        self._keeper: TrialKeeper | None = None

    def check_free(self, *, overwrites: bool) -> None:
        """Raises UsageError if there is an experiment that is not to be dropped."""
        if self._keeper is not None and not overwrites:
            raise UsageError(
                "create_experiment: this client has an experiment already",
                hint="overwrite_existing_experiment=True drops it",
            )

    def create(self, experiment: Experiment, options: dict[str, Any], *, overwrites: bool) -> None:
        """Keeps an experiment from now on; on a store, opens an equal one if it is there already.

        Args:
            experiment: Without trials.
            options: For `choose_generation_strategy`.
            overwrites: Whether it is to be a new one; nothing on a store is ever dropped.

        Raises:
            ValueError: The store holds another one, or an option is unknown.
        """
        if self._store is None:
            self._keeper = MemoryKeeper(experiment, self._strategy_for(experiment, options))
            return
        if overwrites:
            StoreKeeper.check_free(self._store)
        self._keeper = StoreKeeper.create_or_open(
            self._store, experiment, seed=self._seed, options=options
        )

    @property
    def keeper(self) -> TrialKeeper:
        """Who keeps it; one on a store that another client made is opened when first needed.

        Raises:
            UsageError: There is no experiment yet.
        """
        if self._keeper is None and self._store is not None:
            with suppress(ExperimentNotFoundError):
                self._keeper = StoreKeeper.open(self._store)
        if self._keeper is None:
            raise UsageError(
                "this client has no experiment yet"
                + (f", and there is none at {shown(self._store)!r}" if self._store else ""),
                hint="call create_experiment first",
            )
        if self._callbacks and not isinstance(self._keeper, ToldKeeper):
            self._keeper = ToldKeeper(self._keeper, self._callbacks)
        return self._keeper

    def trial(self, index: int) -> Trial:
        """A trial of one arm.

        Raises:
            UsageError: There is none of this index.
        """
        trial = (trials := self.keeper.experiment.trials).get(index)
        if not isinstance(trial, Trial):
            raise UsageError(f"no trial {index} of one arm; the trials are {list(trials)}")
        return trial

    def running_trial(self, index: int) -> Trial:
        """A trial that can end.

        Raises:
            UsageError: There is none of this index, or it does not run.
        """
        trial = self.trial(index)
        if not trial.status.is_running:
            raise UsageError(
                f"trial {index}: only a running trial can end, it is {trial.status.name}",
                hint="update_trial_data adds to it" if trial.status.is_completed else "",
            )
        return trial

    def snapshot(self) -> dict[str, Any]:
        """All of it as a JSON value; on a store, where that is, without credentials."""
        return snapshot_of(
            self.keeper,
            enforce_sequential_optimization=self._enforces_order,
            store=self._store,
        )

    def take_up(self, snapshot: Mapping[str, Any]) -> None:
        """Goes on with the experiment of a snapshot; one on a store is opened when it is needed.

        Raises:
            JSONDecodeError: It is another kind of document, or incomplete.
        """
        if self._store is None:
            self._keeper = keeper_from_snapshot(snapshot)

    def _strategy_for(self, experiment: Experiment, options: dict[str, Any]) -> GenerationStrategy:
        if self._given_strategy is not None:
            return self._given_strategy.clone_reset()
        options = {
            "enforce_sequential_optimization": self._enforces_order,
            "random_seed": self._seed,
            **options,
        }
        return choose_generation_strategy(experiment.search_space, **options)
