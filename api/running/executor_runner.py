"""A runner that calls a Python function through any concurrent.futures executor."""

import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Any, final

from armwright.errors import UsageError
from armwright.experiment import Runner, TParameterization, TrialStatus

if TYPE_CHECKING:
    from armwright.experiment import BaseTrial

__all__ = ["ExecutorRunner"]

_KEY = "deployment"  # in the run metadata; names the futures


@final
class ExecutorRunner(Runner):
    """Submits a function of the parameters for each arm of a trial.

    Threads and processes of the standard library, Dask's `client.get_executor()`, submitit's
    `AutoExecutor`, those of mpi4py and others: whatever has `submit` and gives futures with `done`,
    `result`, `exception` and `cancel`.

    The function returns {metric name: mean, or (mean, sem)}, or one mean, or one (mean, sem);
    `ExecutorMetric` reads it. The futures live in this process, so an experiment with this runner
    cannot be saved; take the runner off it first, `experiment.runner = None`.

    Args:
        executor: Where the function runs; the caller shuts it down.
        function: Called with the parameters, a dict.
    """

    def __init__(self, executor: Executor, function: Callable[[TParameterization], Any]) -> None:
        if not callable(getattr(executor, "submit", None)):
            raise UsageError(f"executor: expected an object with submit, got {executor!r}")
        if not callable(function):
            raise UsageError(f"function: expected a function, got {function!r}")
        self.executor = executor
        self.function = function
        self._futures: dict[str, dict[str, Future[Any]]] = {}

    def run(self, trial: "BaseTrial") -> dict[str, Any]:
        """Submits the function once for each arm that is not abandoned."""
        gone = {arm.name for arm in trial.abandoned_arms}
        arms = [arm for arm in trial.arms if arm.name not in gone]
        if not arms:
            raise UsageError(f"trial {trial.index}: has no arm to run")
        key = uuid.uuid4().hex
        self._futures[key] = {}
        for arm in arms:
            future = self.executor.submit(self.function, arm.parameters)
            self._futures[key][arm.name] = future
        experiment = trial.experiment
        name = f"{experiment.name}_{trial.index}" if experiment.has_name else str(trial.index)
        return {"name": name, _KEY: key}

    def poll_trial_status(self, trial: "BaseTrial") -> TrialStatus:
        """RUNNING while a call is waiting or at work; FAILED if every one raised or was cancelled.

        What an arm's call raised is put into the trial's run metadata.
        """
        futures = self._futures.get(trial.run_metadata.get(_KEY, ""))
        if futures is None:
            trial.run_metadata["failed_arms"] = dict.fromkeys(
                (arm.name for arm in trial.arms), "its call ran in a process that has gone"
            )
            return TrialStatus.FAILED
        if not all(future.done() for future in futures.values()):
            return TrialStatus.RUNNING
        failed = {arm: why for arm, future in futures.items() if (why := _why_failed(future))}
        if failed:
            trial.run_metadata["failed_arms"] = failed
        return TrialStatus.FAILED if len(failed) == len(futures) else TrialStatus.COMPLETED

    def results(self, trial: "BaseTrial") -> dict[str, Any]:
        """Arm name to what the function returned, for the calls that have returned."""
        futures = self._futures.get(trial.run_metadata.get(_KEY, ""), {})
        return {
            arm: future.result()
            for arm, future in futures.items()
            if future.done() and not _why_failed(future)
        }

    def stop(self, trial: "BaseTrial") -> None:
        """Cancels the calls that wait. One that is at work goes on, and its result is dropped."""
        for future in self._futures.get(trial.run_metadata.get(_KEY, ""), {}).values():
            future.cancel()

    def _compared(self) -> Mapping[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_futures"}

    def _description(self) -> str:
        return f"executor={self.executor!r}, function={self.function!r}"


def _why_failed(future: "Future[Any]") -> str:
    """What became of a call that is done; an empty text if it returned."""
    cancelled = getattr(future, "cancelled", None)  # submitit's jobs cannot say so
    if cancelled is not None and cancelled():
        return "cancelled"
    error = future.exception()
    return "" if error is None else f"{type(error).__name__}: {error}"
