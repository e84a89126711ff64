"""What a trial of one arm and a trial of many have in common: the life of a trial."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from armwright.experiment.arm import Arm
from armwright.experiment.clock import now
from armwright.experiment.comparable import Comparable
from armwright.experiment.generator_run import GeneratorRun
from armwright.experiment.pictured import facts_html, table_html
from armwright.experiment.trial_status import TrialStatus

if TYPE_CHECKING:
    from armwright.experiment.data import Data
    from armwright.experiment.experiment import Experiment
    from armwright.experiment.metric import Metric
    from armwright.experiment.runner import Runner

__all__ = ["BaseTrial"]

_NOTHING = nullcontext()


class BaseTrial(Comparable, ABC):
    """A round of an experiment. What it holds changes only while it is a CANDIDATE.

    The status changes through `run`, `complete` and the `mark_...` methods, each of which raises a
    ValueError where the present status does not allow it; `TrialStatus` draws the way through.
    """

    def __init__(self, experiment: "Experiment", trial_type: str | None = None) -> None:
        self._experiment = experiment
        self._index = experiment._next_trial_index
        self._trial_type = self._checked_type(
            experiment.default_trial_type if trial_type is None else trial_type
        )
        self._status = TrialStatus.CANDIDATE
        self._time_created = now()
        self._time_staged: datetime | None = None
        self._time_run_started: datetime | None = None
        self._time_completed: datetime | None = None
        self._abandoned_reason: str | None = None
        self._runner: Runner | None = None
        self._run_metadata: dict[str, Any] = {}
        self._num_arms_created = 0
        self._generation_step_index: int | None = None

    # What the trial is made of ---------------------------------------------------------------

    @property
    def experiment(self) -> "Experiment":
        """The experiment the trial belongs to."""
        return self._experiment

    @property
    def index(self) -> int:
        """The number of the trial in its experiment, from 0."""
        return self._index

    @property
    def trial_type(self) -> str | None:
        """The type, None in all experiments with one type of trials."""
        return self._trial_type

    @trial_type.setter
    def trial_type(self, trial_type: str | None) -> None:
        self._require_candidate("set the trial type")
        self._trial_type = self._checked_type(trial_type)

    @property
    def runner(self) -> "Runner | None":
        """The trial's own runner; without one, the experiment's is used."""
        return self._runner

    @runner.setter
    def runner(self, runner: "Runner | None") -> None:
        if self._experiment.is_simple_experiment:
            raise NotImplementedError(
                f"{self._label}: a SimpleExperiment evaluates its trials itself, without runners"
            )
        self._require_candidate("set the runner")
        self._runner = runner

    @property
    @abstractmethod
    def arms(self) -> list[Arm]:
        """All arms of the trial."""

    @property
    def arms_by_name(self) -> dict[str, Arm]:
        """Arm name to arm."""
        return {arm.name: arm for arm in self.arms}

    @property
    @abstractmethod
    def abandoned_arms(self) -> list[Arm]:
        """The arms that were given up."""

    @property
    @abstractmethod
    def generator_runs(self) -> list[GeneratorRun]:
        """The generator runs the arms come from."""

    @abstractmethod
    def add_arm(self, arm: Arm) -> Self:
        """Adds an arm that no model made, and names it if it has no name."""

    @abstractmethod
    def add_generator_run(self, generator_run: GeneratorRun, multiplier: float = 1.0) -> Self:
        """Adds the arms of a generator run, and names those that have no name."""

    # Its life --------------------------------------------------------------------------------

    @property
    def status(self) -> TrialStatus:
        """The present status."""
        return TrialStatus.RUNNING if self._status is TrialStatus.DISPATCHED else self._status

    @status.setter
    def status(self, status: TrialStatus) -> None:
        raise NotImplementedError(
            f"{self._label}: the status is set by run(), complete() and the mark_... methods, "
            f"got {status}"
        )

    @property
    def completed_successfully(self) -> bool:
        """Whether the trial is COMPLETED."""
        return self.status.is_completed

    @property
    def did_not_complete(self) -> bool:
        """Whether the trial ended without being completed."""
        return self.status.is_terminal and not self.status.is_completed

    @property
    def is_abandoned(self) -> bool:
        """Whether the trial was given up."""
        return self.status.is_abandoned

    @property
    def abandoned_reason(self) -> str | None:
        """Why the trial was given up."""
        return self._abandoned_reason

    @property
    def time_created(self) -> datetime:
        """When the trial was made, local time like all of these."""
        return self._time_created

    @property
    def time_staged(self) -> datetime | None:
        """When the trial was staged."""
        return self._time_staged

    @property
    def time_run_started(self) -> datetime | None:
        """When the trial started running."""
        return self._time_run_started

    @property
    def time_completed(self) -> datetime | None:
        """When the trial ended, in whichever way."""
        return self._time_completed

    @property
    def run_metadata(self) -> dict[str, Any]:
        """What the runner said of the deployment, empty before."""
        return self._run_metadata

    @property
    def deployed_name(self) -> str | None:
        """The name of the trial in the system it was deployed to."""
        return self._run_metadata.get("name")

    def run(self) -> Self:
        """Deploys the trial through its runner, then marks it staged or running."""
        self._require(TrialStatus.CANDIDATE, "run")
        runner = self._runner_in_effect
        if runner is None:
            raise ValueError(f"{self._label}: cannot run without a runner on it or its experiment")
        journal = self._experiment._journal
        with _NOTHING if journal is None else journal.taking(self):
            self._run_metadata = runner.run(self)
            self._runner = runner
            return self.mark_staged() if runner.staging_required else self.mark_running()

    def complete(self) -> Self:
        """Stops the trial through its runner, if it has one, and marks it completed."""
        self._require(TrialStatus.RUNNING, "complete")
        runner = self._runner_in_effect
        if runner is not None:
            runner.stop(self)
        return self.mark_completed()

    def mark_staged(self) -> Self:
        """Says that the trial is deployed and waits."""
        self._require(TrialStatus.CANDIDATE, "mark staged")
        with self._changing():
            self._status = TrialStatus.STAGED
            self._time_staged = now()
        return self

    def mark_running(self, no_runner_required: bool = False) -> Self:
        """Says that the trial is running.

        Args:
            no_runner_required: Whether this is right for a trial that no runner takes care of.
        """
        if not self._experiment.is_simple_experiment:
            runner = self._runner_in_effect
            if runner is None and not no_runner_required:
                raise ValueError(
                    f"{self._label}: cannot mark running without a runner on it or its "
                    "experiment; say no_runner_required=True if that is meant"
                )
            staged_before = runner is not None and runner.staging_required
            self._require(
                TrialStatus.STAGED if staged_before else TrialStatus.CANDIDATE, "mark running"
            )
        with self._changing():
            self._status = TrialStatus.RUNNING
            self._time_run_started = now()
        return self

    def mark_completed(self) -> Self:
        """Says that the trial ended as it should."""
        return self._end(TrialStatus.COMPLETED)

    def mark_failed(self) -> Self:
        """Says that the trial failed."""
        return self._end(TrialStatus.FAILED)

    def mark_abandoned(self, reason: str | None = None) -> Self:
        """Gives the trial up, before or while it runs."""
        if self.status.is_terminal:
            raise ValueError(
                f"{self._label}: cannot mark abandoned a trial that has ended, "
                f"it is {self.status.name}"
            )
        with self._changing():
            self._status = TrialStatus.ABANDONED
            self._abandoned_reason = reason
            self._time_completed = now()
        return self

    def fetch_data(self, metrics: "list[Metric] | None" = None, **kwargs: Any) -> "Data":
        """The trial's data: attached ones for a candidate, else what its metrics can fetch.

        Args:
            metrics: What to fetch; None for the metrics of the experiment.
            kwargs: Passed on to the metrics.
        """
        return self._experiment._fetch_trial_data(self, metrics, **kwargs)

    # Helpers ---------------------------------------------------------------------------------

    def _repr_html_(self) -> str:
        """What notebooks show."""
        facts = [("status", self.status.name), ("abandoned because", self.abandoned_reason)]
        names = dict.fromkeys(name for arm in self.arms for name in arm.parameters)
        rows = [[arm.name_or_short_signature, *map(arm.parameters.get, names)] for arm in self.arms]
        told = [(name, value) for name, value in facts if value is not None]
        return facts_html(f"trial {self.index}", told) + table_html(["arm", *names], rows)

    @property
    def _label(self) -> str:
        return f"trial {self._index}"

    @property
    def _runner_in_effect(self) -> "Runner | None":
        own = self._runner
        return self._experiment.runner_for_trial(self) if own is None else own

    @property
    def _arms_used(self) -> list[Arm]:
        """All arms that this trial refers to."""
        return self.arms

    def _checked_type(self, trial_type: str | None) -> str | None:
        if not self._experiment.supports_trial_type(trial_type):
            raise ValueError(
                f"{self._label}: the experiment has no trial type {trial_type!r}, expected "
                f"{self._experiment.default_trial_type!r}"
            )
        return trial_type

    def _changing(self) -> AbstractContextManager[None]:
        """Around a change: an experiment bound to a store writes it down."""
        journal = self._experiment._journal
        return _NOTHING if journal is None else journal.changing([self._index])

    def _require(self, status: TrialStatus, action: str) -> None:
        if self.status is not status:
            raise ValueError(
                f"{self._label}: cannot {action} unless it is {status.name}, "
                f"it is {self.status.name}"
            )

    def _require_candidate(self, action: str) -> None:
        self._require(TrialStatus.CANDIDATE, action)

    def _end(self, status: TrialStatus) -> Self:
        self._require(TrialStatus.RUNNING, f"mark {status.name.lower()}")
        with self._changing():
            self._status = status
            self._time_completed = now()
        return self

    def _adopt(self, arms: Sequence[Arm]) -> None:
        """Checks the types of arms and names them; all, or none if one is wrong."""
        space, registry = self._experiment.search_space, self._experiment._arms
        for arm in arms:
            space.check_types(arm.parameters, raise_error=True)
        registry.check(arms)
        for arm in arms:
            number = self._num_arms_created
            while f"{self._index}_{number}" in registry.by_name:  # an arm came with this name
                number += 1
            if registry.add(arm, f"{self._index}_{number}"):
                self._num_arms_created = number + 1

    def _compared(self) -> Mapping[str, Any]:
        # By name only: the experiment holds this trial, and comparing it would never end.
        return {**vars(self), "_experiment": self._experiment._name}

    def _description(self) -> str:
        name = self._experiment._name
        return f"experiment_name={name!r}, index={self._index}, status={self.status}"
