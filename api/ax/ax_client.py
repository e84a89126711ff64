"""`AxClient`: ask for trials and tell results, in memory or on a store that processes share."""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING, Any, NoReturn, final

from armwright.ax.client_experiment import (
    check_exact_types,
    client_experiment,
    objective_names_of,
)
from armwright.ax.client_findings import ClientFindings
from armwright.ax.client_snapshot import options_from_snapshot
from armwright.ax.kept_experiment import KeptExperiment
from armwright.ax.raw_data import has_finite, only_arm, trial_data
from armwright.ax.retired import retired
from armwright.errors import UsageError
from armwright.experiment import Arm
from armwright.persistence import JSONDecodeError
from armwright.store import read_document, write_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from armwright.experiment import Experiment, TParameterization
    from armwright.generation import GenerationStrategy

__all__ = ["AxClient"]

logger = logging.getLogger(__name__)


@final
class AxClient(ClientFindings):
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
        if store is not None and suppress_storage_errors:
            raise UsageError(
                "suppress_storage_errors: the store is the experiment's only copy, so its errors "
                "cannot be passed over"
            )
        self._kept = KeptExperiment(
            strategy=generation_strategy,
            store=None if store is None else os.fspath(store),
            seed=random_seed,
            enforces_order=enforce_sequential_optimization,
            callbacks=callbacks,
        )
        self._level = logging.INFO if verbose_logging else logging.DEBUG

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
                `num_initialization_trials` and `generation` only.

        Raises:
            ValueError: There is an experiment; a constraint is relative and there is no status quo;
                or a definition is refused by its own rules.
        """
        self._kept.check_free(overwrites=overwrite_existing_experiment)
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
        options = dict(choose_generation_strategy_kwargs or {})
        self._kept.create(experiment, options, overwrites=overwrite_existing_experiment)

    @property
    def experiment(self) -> Experiment:
        """The experiment; on a store, a view of it as it is now."""
        return self._kept.keeper.experiment

    @property
    def generation_strategy(self) -> GenerationStrategy:
        """What makes the arms."""
        return self._kept.keeper.strategy

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
        arm, index = self._kept.keeper.next_trial()
        logger.log(self._level, "trial %d: %s", index, arm.parameters)
        return arm.parameters, index

    def attach_trial(self, parameters: TParameterization) -> tuple[TParameterization, int]:
        """Makes a running trial of parameters of your own.

        Raises:
            ValueError: They are not in the search space, or of other Python types than declared.
        """
        check_exact_types(self.experiment.search_space, parameters)
        arm = Arm(parameters)
        index = self._kept.keeper.attach(arm)
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
        trial = self._kept.running_trial(trial_index)
        data = trial_data(trial, raw_data, metadata, sample_size)
        unusable = [n for n in objective_names_of(trial.experiment) if not has_finite(data, n)]
        if not unusable:
            self._kept.keeper.complete(trial_index, data, metadata or {})
            logger.log(self._level, "trial %d: completed with %s", trial_index, raw_data)
            return
        reason = f"{', '.join(map(repr, unusable))} is not finite"
        self._kept.keeper.fail(trial_index, metadata or {}, reason=reason, data=data)
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
        trial = self._kept.trial(trial_index)
        if not trial.status.is_completed:
            raise UsageError(
                f"trial {trial_index}: only completed trials take further data, it is "
                f"{trial.status.name}",
                hint="complete_trial completes it",
            )
        data = trial_data(trial, raw_data, metadata, sample_size)
        self._kept.keeper.add_data(trial_index, data, metadata or {})
        logger.log(self._level, "trial %d: added %s", trial_index, raw_data)

    def log_trial_failure(
        self, trial_index: int, metadata: Mapping[str, Any] | None = None
    ) -> None:
        """Marks a running trial failed.

        Raises:
            ValueError: There is no such trial, or it has ended.
        """
        self._kept.running_trial(trial_index)
        self._kept.keeper.fail(trial_index, metadata or {}, reason="")
        logger.log(self._level, "trial %d: failed", trial_index)

    def get_trial_parameters(self, trial_index: int) -> TParameterization:
        """The parameters of a trial."""
        return only_arm(self._kept.trial(trial_index)).parameters

    def verify_trial_parameterization(
        self, trial_index: int, parameterization: TParameterization
    ) -> bool:
        """Whether a trial has exactly these parameters."""
        return self.get_trial_parameters(trial_index) == parameterization

    # Snapshots -------------------------------------------------------------------------------

    def to_json_snapshot(self) -> dict[str, Any]:
        """All of the client as a JSON value; on a store, where that is, without credentials."""
        return self._kept.snapshot()

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
        client._kept.take_up(serialized)
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
