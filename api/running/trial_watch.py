"""Trials that were deployed here, from their start until it is known how each one ended.

How a trial is known to be over:

    its runner is a PollableRunner    when the runner says so
    any other runner                  when all metrics of the experiment return a row for each arm
    it has no runner                  at once: its metrics must be able to compute their data

What then becomes of it: its data are attached to the experiment, and it is COMPLETED; or it is
FAILED, with `run_metadata["failure_reason"]`, when its runner says so, when a metric raises
`TrialFailedError`, or when no arm has a finite value of the objective. In a batch with some good
arms the others are abandoned, each with its reason.
"""

import math
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self, final

from armwright.errors import UsageError
from armwright.experiment import BatchTrial, TrialStatus
from armwright.running.polling import LimitedRunner, PollableRunner
from armwright.running.trial_failed import TrialFailedError

if TYPE_CHECKING:
    from armwright.experiment import Arm, BaseTrial, Data, Experiment

__all__ = ["TrialWatch"]

_SHORTEST_WAIT_S = 0.05  # a loop with wait_time 0 still leaves the processor to its trials


@final
class TrialWatch:
    """Starts trials of an experiment and finds out how they ended.

    As a context manager it leaves no trial behind: on an exception, Ctrl-C among them, those that
    still run are stopped through their runners and abandoned.

    Attributes:
        running: The trials that were started and have not ended, oldest first.
    """

    def __init__(
        self,
        experiment: "Experiment",
        *,
        wait_s: float = 0.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._experiment = experiment
        self._wait_s = max(wait_s, _SHORTEST_WAIT_S)
        self._sleep = sleep
        self.running: list[BaseTrial] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.stop(f"stopped by {kind.__name__}")

    @property
    def has_room(self) -> bool:
        """Whether the experiment's runner can take another trial now."""
        runner = self._experiment.runner
        return not isinstance(runner, LimitedRunner) or len(self.running) < runner.capacity

    def start(self, trial: "BaseTrial") -> None:
        """Deploys a trial; what its runner raises is raised, and the trial abandoned."""
        try:
            if trial._runner_in_effect is None:
                trial.mark_running(no_runner_required=True)
            else:
                trial.run()
        except BaseException as error:
            if not trial.status.is_terminal:
                trial.mark_abandoned(f"could not be started: {error}")
            raise
        self.running.append(trial)

    def wait(self) -> list["BaseTrial"]:
        """Polls until at least one trial has ended; returns those that have."""
        while self.running:
            ended = self.poll()
            if ended:
                return ended
            self._sleep(self._wait_s)
        return []

    def poll(self) -> list["BaseTrial"]:
        """Looks at every running trial once; returns those that have ended, oldest first."""
        ended = [trial for trial in self.running if _settle(trial)]
        self.running = [trial for trial in self.running if not trial.status.is_terminal]
        return ended

    def stop(self, reason: str) -> None:
        """Stops every running trial through its runner, and abandons it."""
        while self.running:
            trial = self.running.pop(0)
            runner = trial._runner_in_effect
            if runner is not None:
                runner.stop(trial)
            if not trial.status.is_terminal:
                trial.mark_abandoned(reason)


def _settle(trial: "BaseTrial") -> bool:
    """Looks at a trial once, and marks it if it is over; whether it is."""
    if trial.status.is_terminal:  # somebody else has marked it
        return True
    runner = trial._runner_in_effect
    try:
        if isinstance(runner, PollableRunner):
            status = runner.poll_trial_status(trial)
            if status in (TrialStatus.CANDIDATE, TrialStatus.STAGED):
                return False
            _mark_running(trial)
            if status is TrialStatus.FAILED:
                _fail(trial, _reason(trial) or "its runner says that it failed")
            elif status is TrialStatus.ABANDONED:
                trial.mark_abandoned(_reason(trial) or "its runner says that it was abandoned")
            elif status is TrialStatus.COMPLETED:
                _finish(trial, trial.fetch_data())
            return trial.status.is_terminal
        _mark_running(trial)
        data = trial.fetch_data()
        if not _is_whole(trial, data):
            if runner is None:
                raise UsageError(
                    f"trial {trial.index}: has no runner, and its metrics return no data",
                    hint="give the experiment a runner, or metrics that define fetch_trial_data",
                )
            return False
        _finish(trial, data)
    except TrialFailedError as error:
        _fail(trial, error.message)
    return True


def _mark_running(trial: "BaseTrial") -> None:
    if trial.status is TrialStatus.STAGED:
        trial.mark_running()


def _is_whole(trial: "BaseTrial", data: "Data") -> bool:
    """Whether every metric of the experiment has a row for every arm that is not abandoned."""
    wanted = {
        (arm.name, metric) for arm in _arms_at_work(trial) for metric in trial.experiment.metrics
    }
    return wanted <= set(zip(data.df["arm_name"], data.df["metric_name"], strict=True))


def _finish(trial: "BaseTrial", data: "Data") -> None:
    """Keeps the data of a trial that is over, and marks it by what they hold."""
    if not data.df.empty:
        trial.experiment.attach_data(data)
    failed = {**trial.run_metadata.get("failed_arms", {}), **_without_objective(trial, data)}
    if failed:
        trial.run_metadata["failed_arms"] = failed
    if all(arm.name in failed for arm in _arms_at_work(trial)):
        _fail(trial, _reason(trial))
        return
    if isinstance(trial, BatchTrial):
        for arm, reason in failed.items():
            trial.mark_arm_abandoned(arm, reason)
    trial.mark_completed()


def _without_objective(trial: "BaseTrial", data: "Data") -> dict[str, str]:
    """The arms without a finite value of the objective, and why, beside those known to be gone."""
    config = trial.experiment.optimization_config
    if config is None:
        return {}
    df = data.df
    means = dict(zip(zip(df["arm_name"], df["metric_name"], strict=True), df["mean"], strict=True))
    known = trial.run_metadata.get("failed_arms", {})
    failed = {}
    for arm in _arms_at_work(trial):
        for metric in config.objective.metrics:
            mean = means.get((arm.name, metric.name))
            if arm.name in known or (mean is not None and math.isfinite(mean)):
                continue
            missing = f"no value of {metric.name!r}"
            failed[arm.name] = missing if mean is None else f"{metric.name!r} is {mean}"
    return failed


def _arms_at_work(trial: "BaseTrial") -> "list[Arm]":
    gone = {arm.name for arm in trial.abandoned_arms}
    return [arm for arm in trial.arms if arm.name not in gone]


def _reason(trial: "BaseTrial") -> str:
    """Why a trial failed, from what is known of its arms."""
    failed: dict[str, str] = trial.run_metadata.get("failed_arms", {})
    if len(failed) == 1:
        return next(iter(failed.values()))
    return "; ".join(f"{arm}: {reason}" for arm, reason in failed.items())


def _fail(trial: "BaseTrial", reason: str) -> None:
    trial.run_metadata["failure_reason"] = reason
    trial.mark_failed()
