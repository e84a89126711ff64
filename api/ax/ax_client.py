"""`AxClient`: ask for trials and tell results, in memory or on a store that processes share."""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING, Any, NoReturn, final

from armwright.ax import plot_data
from armwright.ax.best_point import best_point
from armwright.ax.client_experiment import (
    check_exact_types,
    client_experiment,
    objective_names_of,
)
from armwright.ax.client_snapshot import (
    keeper_from_snapshot,
    options_from_snapshot,
    snapshot_of,
)
from armwright.ax.memory_keeper import MemoryKeeper
from armwright.ax.raw_data import has_finite, only_arm, trial_data
from armwright.ax.retired import retired
from armwright.ax.store_keeper import StoreKeeper
from armwright.ax.told_keeper import ToldKeeper
from armwright.ax.trials_frame import trials_frame
from armwright.callbacks.callback import checked_callbacks
from armwright.errors import ExperimentNotFoundError, UsageError
from armwright.experiment import Arm, Trial
from armwright.generation import choose_generation_strategy
from armwright.generation.seed import checked_seed
from armwright.persistence import JSONDecodeError
from armwright.store import read_document, write_document
from armwright.store.address import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from armwright.ax.plot_config import PlotConfig
    from armwright.ax.trial_keeper import TrialKeeper
    from armwright.experiment import Experiment, TParameterization
    from armwright.generation import GenerationStrategy

__all__ = ["AxClient"]

logger = logging.getLogger(__name__)


@final
class AxClient:
    """A loop turned inside out: you run the trials, the client says which and learns from them.

        client = AxClient()
        client.create_experiment([{"name": "x", "type": "range", "bounds": [0.0, 1.0]}])
        parameters, index = client.get_next_trial()
        client.complete_trial(index, raw_data=evaluate(parameters))

    With `store`, the experiment is a folder. Any number of clients, in any number of processes,
    share it: each gets trials of its own and sees what the others measured. There any number run at
    once, and none is refused for want of results.

    Args:
        generation_strategy: What makes the arms; chosen by the search space when left out. Not with
            a store, where it is part of the folder.
        db_settings: Not supported; see `store`.
        enforce_sequential_optimization: Refuse arms while results are missing, and limit how many
            trials run at once. Without effect on a store.
        random_seed: Decides every arm; on a store, if this client makes the folder.
        verbose_logging: Whether trials are logged, at level INFO.
        suppress_storage_errors: Not supported: what is acknowledged is stored.
        store: `<root>/<name>`, a path or an fsspec URL.
        callbacks: Who is told of this client's trials; see `armwright.callbacks`.
    """

    def __init__(
        self,
        generation_strategy: GenerationStrategy | None = None,
        db_settings: Any = None,
        enforce_sequential_optimization: bool = True,
        random_seed: int | None = None,
        verbose_logging: bool = True,
        suppress_storage_errors: bool = False,
        *,
        store: str | os.PathLike[str] | None = None,
        callbacks: Iterable[Any] = (),
    ) -> None:
        if db_settings is not None:
            raise NotImplementedError(
                "armwright keeps experiments in folders, not in databases, got db_settings; use "
                "AxClient(store='runs/name') with a path or an fsspec URL"
            )
        if store is not None and generation_strategy is not None:
            raise UsageError(
                "generation_strategy: on a store the folder decides how arms are made, the same "
                f"for every client; got {generation_strategy.name!r}",
                hint="leave it out, or leave out store",
            )
        if store is not None and suppress_storage_errors:
            raise UsageError(
                "suppress_storage_errors: the store is the experiment's only copy, so its errors "
                "cannot be passed over"
            )
        if random_seed is not None:
            random_seed = checked_seed(random_seed, "random_seed")
        self._given_strategy = generation_strategy
        self._enforce_sequential_optimization = enforce_sequential_optimization
        self._random_seed = random_seed
        self._level = logging.INFO if verbose_logging else logging.DEBUG
        self._store = None if store is None else os.fspath(store)
        self._keeper: TrialKeeper | None = None
        self._callbacks = checked_callbacks(callbacks)

    # The experiment --------------------------------------------------------------------------

    def create_experiment(
        self,
        parameters: Sequence[Mapping[str, Any]],
        name: str | None = None,
        objective_name: str | None = None,
        minimize: bool = False,
        parameter_constraints: Sequence[str] | None = None,
        outcome_constraints: Sequence[str] | None = None,
        status_quo: TParameterization | None = None,
        overwrite_existing_experiment: bool = False,
        experiment_type: str | None = None,
        choose_generation_strategy_kwargs: Mapping[str, Any] | None = None,
    ) -> None:
        """Makes the experiment; on a store, opens an equal one if it is there already.

        Args:
            parameters: Dicts, see `armwright.experiment.parameter_dict`.
            name: Names the experiment.
            objective_name: The objective's metric; "objective" when left out.
            minimize: Whether smaller is better.
            parameter_constraints: Such as "x1 + x2 <= 3".
            outcome_constraints: Such as "latency <= 40", or "latency <= 4%" of the status quo.
            status_quo: Parameters of the arm that others are compared with.
            overwrite_existing_experiment: Drop the client's experiment, and start anew; nothing on
                a store is ever dropped.
            experiment_type: A word by which users sort experiments.
            choose_generation_strategy_kwargs: For `choose_generation_strategy`; on a store
                `num_initialization_trials` only.

        Raises:
            ValueError: There is an experiment; a constraint is relative and there is no status quo;
                or a definition is refused by its own rules.
        """
        if self._keeper is not None and not overwrite_existing_experiment:
            raise UsageError(
                "create_experiment: this client has an experiment already",
                hint="overwrite_existing_experiment=True drops it",
            )
        experiment = client_experiment(
            parameters,
            name=name,
            objective_name=objective_name,
            minimize=minimize,
            parameter_constraints=parameter_constraints,
            outcome_constraints=outcome_constraints,
            status_quo=status_quo,
            experiment_type=experiment_type,
        )
        kwargs = dict(choose_generation_strategy_kwargs or {})
        if self._store is not None:
            if overwrite_existing_experiment:
                StoreKeeper.check_free(self._store)
            self._keeper = StoreKeeper.create_or_open(
                self._store, experiment, seed=self._random_seed, options=kwargs
            )
        else:
            self._keeper = MemoryKeeper(experiment, self._strategy_for(experiment, kwargs))

    def _strategy_for(self, experiment: Experiment, kwargs: dict[str, Any]) -> GenerationStrategy:
        if self._given_strategy is not None:
            return self._given_strategy.clone_reset()
        options = {
            "enforce_sequential_optimization": self._enforce_sequential_optimization,
            "random_seed": self._random_seed,
            **kwargs,
        }
        return choose_generation_strategy(experiment.search_space, **options)

    @property
    def experiment(self) -> Experiment:
        """The experiment; on a store, a view of it as it is now."""
        return self._kept.experiment

    @property
    def generation_strategy(self) -> GenerationStrategy:
        """What makes the arms."""
        return self._kept.strategy

    @property
    def objective_name(self) -> str:
        """Name of the objective's metric.

        Raises:
            ValueError: The objective was set to one of several metrics.
        """
        names = objective_names_of(self.experiment)
        if len(names) > 1:
            raise UsageError(f"objective_name: there is no one metric to name, but {names}")
        return names[0]

    # Trials ----------------------------------------------------------------------------------

    def get_next_trial(self) -> tuple[TParameterization, int]:
        """Makes the next trial, and marks it running; on a store, claims it for this client.

        Returns:
            Its parameters and its index.

        Raises:
            DataRequiredError: Results are missing before the model can learn from them.
            MaxParallelismReachedException: As many trials run as the strategy allows.
            NothingLeftError: Every point of the space was tried.
        """
        arm, index = self._kept.next_trial()
        logger.log(self._level, "trial %d: %s", index, arm.parameters)
        return arm.parameters, index

    def attach_trial(self, parameters: TParameterization) -> tuple[TParameterization, int]:
        """Makes a running trial of parameters of your own.

        Raises:
            ValueError: They are not in the search space, or of other Python types than declared.
        """
        check_exact_types(self.experiment.search_space, parameters)
        arm = Arm(parameters)
        index = self._kept.attach(arm)
        logger.log(self._level, "trial %d, attached: %s", index, arm.parameters)
        return arm.parameters, index

    def complete_trial(
        self,
        trial_index: int,
        raw_data: Any,
        metadata: Mapping[str, Any] | None = None,
        sample_size: int | None = None,
    ) -> None:
        """Reports what a trial measured, and completes it.

        An objective that is NaN or infinite makes the trial a failed one, which no model sees.

        Args:
            trial_index: The trial.
            raw_data: {metric: (mean, sem)}, (mean, sem) or the mean of the objective, or a list of
                (fidelities, {metric: (mean, sem)}). A sem of None, or left out, is unknown.
            metadata: Kept with the trial; `start_time` and `end_time`, milliseconds since 1970
                UTC, go into the data too.
            sample_size: Number of samples behind the means.

        Raises:
            ValueError: There is no such trial, it has ended, or the data have another form.
        """
        trial = self._running_trial(trial_index)
        data = trial_data(trial, raw_data, metadata, sample_size)
        unusable = [n for n in objective_names_of(trial.experiment) if not has_finite(data, n)]
        if not unusable:
            self._kept.complete(trial_index, data, metadata or {})
            logger.log(self._level, "trial %d: completed with %s", trial_index, raw_data)
            return
        reason = f"{', '.join(map(repr, unusable))} is not finite"
        self._kept.fail(trial_index, metadata or {}, reason=reason, data=data)
        logger.log(self._level, "trial %d: failed, %s", trial_index, reason)

    def update_trial_data(
        self,
        trial_index: int,
        raw_data: Any,
        metadata: Mapping[str, Any] | None = None,
        sample_size: int | None = None,
    ) -> None:
        """Adds results of further metrics to a completed trial; see `complete_trial`.

        Raises:
            ValueError: There is no such trial, it is not completed, or has the metric already.
        """
        trial = self._trial(trial_index)
        if not trial.status.is_completed:
            raise UsageError(
                f"trial {trial_index}: only completed trials take further data, it is "
                f"{trial.status.name}",
                hint="complete_trial completes it",
            )
        data = trial_data(trial, raw_data, metadata, sample_size)
        self._kept.add_data(trial_index, data, metadata or {})
        logger.log(self._level, "trial %d: added %s", trial_index, raw_data)

    def log_trial_failure(
        self, trial_index: int, metadata: Mapping[str, Any] | None = None
    ) -> None:
        """Marks a running trial failed.

        Raises:
            ValueError: There is no such trial, or it has ended.
        """
        self._running_trial(trial_index)
        self._kept.fail(trial_index, metadata or {}, reason="")
        logger.log(self._level, "trial %d: failed", trial_index)

    def get_trial_parameters(self, trial_index: int) -> TParameterization:
        """The parameters of a trial."""
        return only_arm(self._trial(trial_index)).parameters

    def verify_trial_parameterization(
        self, trial_index: int, parameterization: TParameterization
    ) -> bool:
        """Whether a trial has exactly these parameters."""
        return self.get_trial_parameters(trial_index) == parameterization

    # What was found --------------------------------------------------------------------------

    def get_best_parameters(
        self,
    ) -> (
        tuple[TParameterization, tuple[dict[str, float], dict[str, dict[str, float]] | None] | None]
        | None
    ):
        """The best parameters and what is expected there, see `best_point`; None without data."""
        return best_point(self.experiment)

    def get_trials_data_frame(self) -> pd.DataFrame:
        """A row for each trial: trial_index, arm_name, the metrics' means, the parameters."""
        return trials_frame(self.experiment)

    def get_max_parallelism(self) -> list[tuple[int, int]]:
        """For each step of the strategy its number of trials, and how many may run at once.

        -1 means without end, or without limit.
        """
        steps = self._kept.strategy._steps
        return [(step.num_trials, step.max_parallelism or step.num_trials) for step in steps]

    def get_model_predictions(
        self, metric_names: Sequence[str] | None = None
    ) -> dict[int, dict[str, tuple[float, float]]]:
        """For each trial, what the model expects of its arm: metric name to mean and sem.

        Args:
            metric_names: Which metrics; all that the model predicts when left out.

        Raises:
            ValueError: No model that predicts is in use yet, or it does not predict a metric.
        """
        return plot_data.predictions(self.experiment, self._kept.strategy, metric_names)

    def get_optimization_trace(self, objective_optimum: float | None = None) -> PlotConfig:
        """The objective by trial and the best so far: a dict of lists that notebooks draw.

        Raises:
            ValueError: There are no trials.
        """
        return plot_data.optimization_trace(self.experiment, self._kept.strategy, objective_optimum)

    def get_contour_plot(
        self,
        param_x: str | None = None,
        param_y: str | None = None,
        metric_name: str | None = None,
    ) -> PlotConfig:
        """Predictions over two range parameters: a dict of lists that notebooks draw.

        The other parameters are held at the best parameters.

        Args:
            param_x: By name; the first two range parameters when both are left out.
            param_y: By name.
            metric_name: The objective when left out.

        Raises:
            ValueError: There are no trials, no model that predicts, or no such parameters.
        """
        experiment = self.experiment
        model = plot_data.predictive_model(experiment, self._kept.strategy)
        return plot_data.contour(
            experiment,
            model,
            param_x=param_x,
            param_y=param_y,
            metric_name=metric_name,
            around=plot_data.held(experiment, None),
        )

    def get_feature_importances(self, relative: bool = True) -> PlotConfig:
        """How much of the objective's variance each parameter takes part in: a dict, drawn too.

        Args:
            relative: Whether the importances add up to 1.

        Raises:
            ValueError: There are no trials, or no model that predicts.
        """
        experiment = self.experiment
        model = plot_data.predictive_model(experiment, self._kept.strategy)
        return plot_data.importances(model, relative=relative)

    # Snapshots -------------------------------------------------------------------------------

    def to_json_snapshot(self) -> dict[str, Any]:
        """All of the client as a JSON value; on a store, where that is, without credentials."""
        return snapshot_of(
            self._kept,
            enforce_sequential_optimization=self._enforce_sequential_optimization,
            store=self._store,
        )

    @staticmethod
    def from_json_snapshot(serialized: Mapping[str, Any], **kwargs: Any) -> AxClient:
        """The client a snapshot describes; it goes on with the same arms as the first would have.

        Args:
            serialized: What `to_json_snapshot` returned. With a store, the client opens that.
            **kwargs: For the constructor.

        Raises:
            JSONDecodeError: It is another kind of document, or incomplete.
        """
        client = AxClient(**{**options_from_snapshot(serialized), **kwargs})
        if client._store is None:
            client._keeper = keeper_from_snapshot(serialized)
        return client

    def save_to_json_file(self, filepath: str = "ax_client_snapshot.json") -> None:
        """Writes the snapshot to a file, a path or an fsspec URL, replaced as a whole."""
        text = json.dumps(self.to_json_snapshot(), allow_nan=False, indent=1)
        write_document(os.fspath(filepath), text.encode())
        logger.log(self._level, "saved to %s", filepath)

    @staticmethod
    def load_from_json_file(filepath: str = "ax_client_snapshot.json", **kwargs: Any) -> AxClient:
        """Reads a client from a file of `save_to_json_file`; see `from_json_snapshot`."""
        try:
            document = json.loads(read_document(os.fspath(filepath)))
        except ValueError as error:
            raise JSONDecodeError(f"{filepath} is not JSON: {error}") from error
        return AxClient.from_json_snapshot(document, **kwargs)

    # Names of before -------------------------------------------------------------------------

    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Not supported; `save_to_json_file` has taken its place."""
        raise retired("save", "save_to_json_file", args, kwargs)

    @staticmethod
    def load(*args: Any, **kwargs: Any) -> NoReturn:
        """Not supported; `load_from_json_file` has taken its place."""
        raise retired("load", "load_from_json_file", args, kwargs)

    @staticmethod
    def load_experiment(*args: Any, **kwargs: Any) -> NoReturn:
        """Not supported; a client with `store` opens an experiment that is kept."""
        raise retired("load_experiment", "AxClient(store=...)", args, kwargs)

    def get_recommended_max_parallelism(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Not supported; `get_max_parallelism` has taken its place."""
        raise retired("get_recommended_max_parallelism", "get_max_parallelism", args, kwargs)

    # Helpers ---------------------------------------------------------------------------------

    @property
    def _kept(self) -> TrialKeeper:
        keeper = self._known_keeper()
        if keeper is None:
            raise UsageError(
                "this client has no experiment yet"
                + (f", and there is none at {shown(self._store)!r}" if self._store else ""),
                hint="call create_experiment first",
            )
        if self._callbacks and not isinstance(keeper, ToldKeeper):
            keeper = self._keeper = ToldKeeper(keeper, self._callbacks)
        return keeper

    def _known_keeper(self) -> TrialKeeper | None:
        """The keeper; one on a store that another client made is opened when it is first needed."""
        if self._keeper is None and self._store is not None:
            try:
                self._keeper = StoreKeeper.open(self._store)
            except ExperimentNotFoundError:
                return None
        return self._keeper

    def _trial(self, index: int) -> Trial:
        trial = (trials := self.experiment.trials).get(index)
        if not isinstance(trial, Trial):
            raise UsageError(f"no trial {index} of one arm; the trials are {list(trials)}")
        return trial

    def _running_trial(self, index: int) -> Trial:
        trial = self._trial(index)
        if not trial.status.is_running:
            raise UsageError(
                f"trial {index}: only a running trial can end, it is {trial.status.name}",
                hint="update_trial_data adds to it" if trial.status.is_completed else "",
            )
        return trial
