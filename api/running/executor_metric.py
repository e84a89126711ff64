"""The metric for `ExecutorRunner`: reads what the function returned."""

from typing import TYPE_CHECKING, Any, final

from armwright.errors import UsageError
from armwright.experiment import Data, Metric
from armwright.running.executor_runner import ExecutorRunner
from armwright.running.outcome import data_of, outcome_of
from armwright.running.trial_failed import TrialFailedError

if TYPE_CHECKING:
    from armwright.experiment import BaseTrial

__all__ = ["ExecutorMetric"]


@final
class ExecutorMetric(Metric):
    """Takes its value from what the function of an `ExecutorRunner` returned for each arm."""

    def fetch_trial_data(self, trial: "BaseTrial", **kwargs: Any) -> Data:  # noqa: ARG002 - for others
        """A row for each arm whose call has returned.

        Raises:
            TrialFailedError: A call returned something that holds no value of this metric.
            UsageError: The trial's runner is another one.
        """
        runner = trial.runner or trial.experiment.runner_for_trial(trial)
        if not isinstance(runner, ExecutorRunner):
            raise UsageError(
                f"metric {self.name!r}: ExecutorMetric reads what an ExecutorRunner ran, trial "
                f"{trial.index} has {runner!r}"
            )
        outcomes = {}
        for arm, returned in runner.results(trial).items():
            pair = outcome_of(returned, self.name)
            if pair is None:
                raise TrialFailedError(
                    f"arm {arm}: expected a number, (mean, sem) or a dict with {self.name!r}, the "
                    f"function returned {returned!r}"
                )
            outcomes[arm] = pair
        return data_of(trial, self.name, outcomes)
