"""An experiment: a search space, what to optimize in it, and the trials made so far."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from armwright.experiment import attached_data
from armwright.experiment.arm import Arm
from armwright.experiment.arm_registry import ArmRegistry
from armwright.experiment.attached_data import DataByTrial
from armwright.experiment.base_trial import BaseTrial
from armwright.experiment.batch_trial import BatchTrial
from armwright.experiment.clock import now, now_ms
from armwright.experiment.comparable import Comparable
from armwright.experiment.data import Data
from armwright.experiment.metric import Metric
from armwright.experiment.pictured import Drawable
from armwright.experiment.trial import Trial
from armwright.experiment.trial_status import TrialStatus

if TYPE_CHECKING:
    from armwright.experiment.generator_run import GeneratorRun
    from armwright.experiment.journal import Journal
    from armwright.experiment.optimization_config import OptimizationConfig
    from armwright.experiment.parameter import Parameter
    from armwright.experiment.runner import Runner
    from armwright.experiment.search_space import SearchSpace

__all__ = ["Experiment"]


class Experiment(Drawable, Comparable):
    """Trials of arms from a search space, their data, and what is to be optimized.

    Args:
        search_space: Where arms come from.
        name: Names the experiment in tables and stores.
        optimization_config: The objective, and bounds on other metrics.
        tracking_metrics: Metrics to observe that the optimization does not look at.
        runner: Deploys the trials that have no runner of their own.
        status_quo: The arm that others are compared with.
        description: For people.
        is_test: Whether this is but a test.
        experiment_type: A word by which users sort experiments.
    """

    def __init__(
        self,
        search_space: "SearchSpace",
        name: str | None = None,
        optimization_config: "OptimizationConfig | None" = None,
        tracking_metrics: list[Metric] | None = None,
        runner: "Runner | None" = None,
        status_quo: Arm | None = None,
        description: str | None = None,
        is_test: bool = False,
        experiment_type: str | None = None,
    ) -> None:
        self._name = name
        self.description = description
        self.runner = runner
        self.is_test = is_test
        self._experiment_type = experiment_type
        self._time_created = now()
        self._trials: dict[int, BaseTrial] = {}  # ascending
        self._data_by_trial: DataByTrial = {}
        self._arms = ArmRegistry()
        # Where it was loaded from or saved to, (folder id, configuration version), and the first
        # trial index that is free there; neither is part of what the experiment is.
        self._origin: tuple[str, int] | None = None
        self._first_free_index = 0
        self._journal: Journal | None = None  # of an experiment that is bound to a store
        # What its document says of metrics of unknown classes, by name; see `ax.load`.
        self._unknown_metrics: dict[str, dict[str, Any]] = {}
        self._search_space = search_space
        self._status_quo: Arm | None = None
        self.status_quo = status_quo
        self._tracking_metrics: dict[str, Metric] = {}
        self._optimization_config: OptimizationConfig | None = None
        self._track(tracking_metrics or [])
        self.optimization_config = optimization_config

    # What the experiment is ------------------------------------------------------------------

    @property
    def has_name(self) -> bool:
        """Whether the experiment has a name."""
        return self._name is not None

    @property
    def name(self) -> str:
        """The name; it must be set before it is read."""
        if self._name is None:
            raise ValueError("experiment: has no name, set one before reading it")
        return self._name

    @name.setter
    def name(self, name: str | None) -> None:
        self._name = name

    @property
    def experiment_type(self) -> str | None:
        """A word by which users sort experiments."""
        return self._experiment_type

    @experiment_type.setter
    def experiment_type(self, experiment_type: str | None) -> None:
        self._experiment_type = experiment_type

    @property
    def is_simple_experiment(self) -> bool:
        """Whether this is a SimpleExperiment, which evaluates its trials itself."""
        return False

    @property
    def time_created(self) -> datetime:
        """When the experiment was made, local time."""
        return self._time_created

    @property
    def search_space(self) -> "SearchSpace":
        """Where arms come from. Once there are trials, names and types of parameters stay."""
        return self._search_space

    @search_space.setter
    def search_space(self, search_space: "SearchSpace") -> None:
        if self._trials:
            old = {name: item.parameter_type for name, item in self.parameters.items()}
            new = {name: item.parameter_type for name, item in search_space.parameters.items()}
            if old != new:
                raise ValueError(
                    "experiment: names and types of parameters must stay once there are trials, "
                    f"expected {_typed(old)}, got {_typed(new)}"
                )
        self._search_space = search_space

    @property
    def parameters(self) -> "dict[str, Parameter]":
        """The parameters of the search space, by name."""
        return self._search_space.parameters

    @property
    def status_quo(self) -> Arm | None:
        """The arm that others are compared with, named when it is set."""
        return self._status_quo

    @status_quo.setter
    def status_quo(self, status_quo: Arm | None) -> None:
        old = self._status_quo
        if status_quo is not None:
            self._search_space.check_types(status_quo.parameters, raise_error=True)
        forget_old = (
            old is not None
            and not any(old in trial._arms_used for trial in self._trials.values())
            and (status_quo is None or status_quo.signature != old.signature)
        )
        name = self._arms.free_name("status_quo")
        if old is not None and forget_old:
            self._arms.remove(old)
        try:
            if status_quo is not None:
                self._arms.add(status_quo, name)
        except ValueError:
            if old is not None and forget_old:
                self._arms.add(old, old.name)
            raise
        self._status_quo = status_quo

    # Metrics ---------------------------------------------------------------------------------

    @property
    def optimization_config(self) -> "OptimizationConfig | None":
        """What is optimized; setting it takes its metrics out of the tracking metrics."""
        return self._optimization_config

    @optimization_config.setter
    def optimization_config(self, optimization_config: "OptimizationConfig | None") -> None:
        if optimization_config is not None:
            for name in optimization_config.metrics:
                self._tracking_metrics.pop(name, None)
        self._optimization_config = optimization_config

    @property
    def metrics(self) -> dict[str, Metric]:
        """All metrics, tracked and optimized ones, by name."""
        return {**self._tracking_metrics, **self._optimized_metrics}

    def add_tracking_metric(self, metric: Metric) -> Self:
        """Adds a metric of a name that the experiment does not have yet."""
        return self._track([metric])

    def add_tracking_metrics(self, metrics: list[Metric]) -> Self:
        """Adds metrics; all of them, or none if the experiment has one of the names already."""
        return self._track(metrics)

    def update_tracking_metric(self, metric: Metric) -> Self:
        """Replaces the tracking metric of the same name."""
        self._require_tracked(metric.name)
        self._tracking_metrics[metric.name] = metric
        return self

    def remove_tracking_metric(self, metric_name: str) -> Self:
        """Removes a tracking metric."""
        self._require_tracked(metric_name)
        del self._tracking_metrics[metric_name]
        return self

    @property
    def _optimized_metrics(self) -> dict[str, Metric]:
        config = self._optimization_config
        return {} if config is None else config.metrics

    def _track(self, metrics: Iterable[Metric]) -> Self:
        added: dict[str, Metric] = {}
        for metric in metrics:
            if metric.name in self._optimized_metrics:
                raise ValueError(
                    f"experiment: metric {metric.name!r} is in the optimization config already"
                )
            if metric.name in self._tracking_metrics or metric.name in added:
                raise ValueError(
                    f"experiment: metric {metric.name!r} is tracked already; "
                    "update_tracking_metric replaces it"
                )
            added[metric.name] = metric
        self._tracking_metrics.update(added)
        return self

    def _require_tracked(self, name: str) -> None:
        if name not in self._tracking_metrics:
            raise ValueError(
                f"experiment: metric {name!r} is not tracked, "
                f"tracking metrics are {list(self._tracking_metrics)}"
            )

    # Trials ----------------------------------------------------------------------------------

    @property
    def trials(self) -> dict[int, BaseTrial]:
        """Trial index to trial."""
        return self._trials

    @property
    def num_trials(self) -> int:
        """Number of trials."""
        return len(self._trials)

    @property
    def trials_by_status(self) -> dict[TrialStatus, list[BaseTrial]]:
        """Every status with the trials that have it."""
        return {
            status: [trial for trial in self._trials.values() if trial.status is status]
            for status in TrialStatus
        }

    @property
    def trials_expecting_data(self) -> list[BaseTrial]:
        """The trials whose data have arrived or may arrive."""
        return [trial for trial in self._trials.values() if trial.status.expecting_data]

    @property
    def arms_by_name(self) -> dict[str, Arm]:
        """Every arm of the experiment once, by name."""
        return dict(self._arms.by_name)

    @property
    def arms_by_signature(self) -> dict[str, Arm]:
        """Every arm of the experiment once, by signature."""
        return dict(self._arms.by_signature)

    @property
    def sum_trial_sizes(self) -> int:
        """Number of arms of all trials, an arm counting once for each trial it is in."""
        return sum(len(trial.arms) for trial in self._trials.values())

    @property
    def num_abandoned_arms(self) -> int:
        """Number of different arms that were given up in some trial."""
        trials = self._trials.values()
        return len({arm.name for trial in trials for arm in trial.abandoned_arms})

    @property
    def default_trial_type(self) -> str | None:
        """The type of trials for which none is named: None, there is but one."""
        return None

    def supports_trial_type(self, trial_type: str | None) -> bool:
        """Whether trials can have this type: None only."""
        return trial_type is None

    def new_trial(
        self, generator_run: "GeneratorRun | None" = None, trial_type: str | None = None
    ) -> Trial:
        """A new trial of one arm.

        Args:
            generator_run: Where its arm comes from; it can be added later.
            trial_type: None.
        """
        return Trial(self, generator_run, trial_type)

    def new_batch_trial(
        self,
        generator_run: "GeneratorRun | None" = None,
        trial_type: str | None = None,
        optimize_for_power: bool = False,
    ) -> BatchTrial:
        """A new trial of many arms.

        Args:
            generator_run: Where its first arms come from; more can be added later.
            trial_type: None.
            optimize_for_power: Whether to weight the status quo such that comparisons with it are
                the most precise.
        """
        return BatchTrial(self, generator_run, trial_type, optimize_for_power)

    def runner_for_trial(self, trial: BaseTrial) -> "Runner | None":  # noqa: ARG002
        """The runner of a trial that has none of its own."""
        return self.runner

    def reset_runners(self, runner: "Runner") -> None:
        """Gives all candidate trials, and the experiment itself, this runner."""
        for trial in self.trials_by_status[TrialStatus.CANDIDATE]:
            trial.runner = runner
        self.runner = runner

    @property
    def _next_trial_index(self) -> int:
        return max(next(reversed(self._trials), -1) + 1, self._first_free_index)

    def _attach_trial(self, trial: BaseTrial) -> None:
        if trial.experiment is not self:
            raise ValueError(f"{trial!r}: belongs to another experiment")
        if trial.index in self._trials:
            raise ValueError(f"{trial!r}: there is a trial {trial.index} in the experiment already")
        self._trials[trial.index] = trial

    # Data ------------------------------------------------------------------------------------

    @property
    def data_by_trial(self) -> DataByTrial:
        """Trial index to time of storage in milliseconds to data, in order of storage."""
        return self._data_by_trial

    def attach_data(self, data: Data, combine_with_last_data: bool = False) -> int:
        """Stores data, to be looked up by trial or time.

        Args:
            data: Rows that all say their trial.
            combine_with_last_data: Whether to store them together with each trial's latest data,
                of which they must not repeat a metric for an arm. Otherwise the new ones are the
                trial's latest data, and the old ones stay beside them.

        Returns:
            The time of storage, in milliseconds since 1970, UTC.
        """
        if self._journal is None or data.df.empty:
            return self._attach(data, combine_with_last_data)
        indices = data.df["trial_index"].dropna().unique() if "trial_index" in data.df else ()
        with self._journal.changing(int(index) for index in indices):
            return self._attach(data, combine_with_last_data)

    def _attach(self, data: Data, combine: bool) -> int:
        return attached_data.attach(self._data_by_trial, data, combine=combine, now_ms=now_ms())

    def refresh(self) -> Self:
        """Takes in what other processes wrote to the store that the experiment is bound to.

        The trials stay the objects they are. In memory there is nothing to do.
        """
        if self._journal is not None:
            self._journal.refresh()
        return self

    def lookup_data_for_trial(self, trial_index: int) -> tuple[Data, int]:
        """The latest data stored for a trial and their time; empty data and -1 if none are."""
        return attached_data.latest(self._data_by_trial, trial_index)

    def lookup_data_for_ts(self, timestamp: int) -> Data:
        """The data of all trials stored at exactly this time, in milliseconds."""
        return attached_data.stored_at(self._data_by_trial, timestamp)

    def fetch_data(self, metrics: list[Metric] | None = None, **kwargs: Any) -> Data:
        """The data that metrics fetch for all trials, with attached data for candidates.

        Where a metric cannot fetch, the latest attached data of all trials are the result.

        Args:
            metrics: What to fetch; None for the metrics of the experiment.
            kwargs: Passed on to the metrics.
        """
        try:
            fetched = [
                kind.fetch_experiment_data_multi(self, group, **kwargs)
                for kind, group in self._metrics_by_class(metrics).items()
            ]
        except NotImplementedError:
            return self._attached_to(self._trials.values())
        candidates = self.trials_by_status[TrialStatus.CANDIDATE]
        return Data.from_multiple_data([*fetched, self._attached_to(candidates)])

    def _fetch_trial_data(
        self, trial: BaseTrial, metrics: list[Metric] | None = None, **kwargs: Any
    ) -> Data:
        if trial.status is TrialStatus.CANDIDATE:
            attached = self._attached_to([trial])
            if attached.df.empty:
                self._metrics_by_class(metrics)  # refuses an experiment without metrics
            return attached
        if not trial.status.expecting_data:
            return Data()
        try:
            return Data.from_multiple_data(
                [
                    kind.fetch_trial_data_multi(trial, group, **kwargs)
                    for kind, group in self._metrics_by_class(metrics).items()
                ]
            )
        except NotImplementedError:
            return self._attached_to([trial])

    def _attached_to(self, trials: Iterable[BaseTrial]) -> Data:
        return Data.from_multiple_data(
            [self.lookup_data_for_trial(trial.index)[0] for trial in trials]
        )

    def _metrics_by_class(self, metrics: list[Metric] | None) -> dict[type[Metric], list[Metric]]:
        wanted = metrics or list(self.metrics.values())
        if not wanted:
            raise ValueError(
                "experiment: has no metrics to fetch data for; add some or pass them to fetch_data"
            )
        by_class: dict[type[Metric], list[Metric]] = {}
        for metric in wanted:
            by_class.setdefault(type(metric), []).append(metric)
        return by_class

    def _compared(self) -> Mapping[str, Any]:
        return {
            name: value
            for name, value in vars(self).items()
            if name not in ("_origin", "_first_free_index", "_journal", "_unknown_metrics")
        }

    def _description(self) -> str:
        return str(self._name)


def _typed(types: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{name}: {kind.name}" for name, kind in types.items()) + "}"
