"""An experiment that evaluates its arms with a Python function."""

import inspect
import math
from collections.abc import Mapping
from typing import Any, NoReturn, cast, final

from armwright.experiment.aliases import (
    TEvaluationFunction,
    TEvaluationOutcome,
    TFidelityTrialEvaluation,
    TParameterization,
    TTrialEvaluation,
)
from armwright.experiment.arm import Arm
from armwright.experiment.base_trial import BaseTrial
from armwright.experiment.batch_trial import BatchTrial
from armwright.experiment.data import Data
from armwright.experiment.experiment import Experiment
from armwright.experiment.metric import Metric
from armwright.experiment.objective import Objective
from armwright.experiment.optimization_config import OptimizationConfig
from armwright.experiment.outcome_constraint import OutcomeConstraint
from armwright.experiment.scalars import plain
from armwright.experiment.search_space import SearchSpace

__all__ = ["DEFAULT_OBJECTIVE_NAME", "SimpleExperiment", "unimplemented_evaluation_function"]

DEFAULT_OBJECTIVE_NAME = "objective"


def unimplemented_evaluation_function(
    parameterization: TParameterization,  # noqa: ARG001
    weight: float | None = None,  # noqa: ARG001
) -> NoReturn:
    """Stands where no evaluation function has been set."""
    raise Exception("simple experiment: has no evaluation function, set evaluation_function")


@final
class SimpleExperiment(Experiment):
    """An experiment with one objective, whose trials run in this process when data are wanted.

    Args:
        search_space: Where arms come from.
        name: Names the experiment in tables and stores.
        objective_name: Name of the objective's metric; None for "objective".
        evaluation_function: Takes the parameters, or the parameters and the arm's weight (None in
            a trial of one arm). Returns metric name to (mean, sem), or (mean, sem) of the
            objective, or its mean as a number, meaning sem 0. A sem of None is an unknown one.
            A list of (fidelities, metric name to (mean, sem)) gives outcomes at several fidelities.
        minimize: Whether a smaller objective is better.
        outcome_constraints: Bounds on other metrics.
        status_quo: The arm that others are compared with.
    """

    def __init__(
        self,
        search_space: SearchSpace,
        name: str | None = None,
        objective_name: str | None = None,
        evaluation_function: TEvaluationFunction = unimplemented_evaluation_function,
        minimize: bool = False,
        outcome_constraints: list[OutcomeConstraint] | None = None,
        status_quo: Arm | None = None,
    ) -> None:
        objective = Objective(Metric(objective_name or DEFAULT_OBJECTIVE_NAME), minimize)
        super().__init__(
            search_space=search_space,
            name=name,
            optimization_config=OptimizationConfig(objective, outcome_constraints),
            status_quo=status_quo,
        )
        self._evaluation_function: TEvaluationFunction | None = evaluation_function

    @property
    def is_simple_experiment(self) -> bool:
        """True."""
        return True

    @property
    def has_evaluation_function(self) -> bool:
        """Whether an evaluation function has been set."""
        return self._evaluation_function not in (None, unimplemented_evaluation_function)

    @property
    def evaluation_function(self) -> TEvaluationFunction:
        """The evaluation function; without one, a function that raises."""
        return self._evaluation_function or unimplemented_evaluation_function

    @evaluation_function.setter
    def evaluation_function(self, evaluation_function: TEvaluationFunction | None) -> None:
        self._evaluation_function = evaluation_function

    def eval_trial(self, trial: BaseTrial) -> Data:
        """The trial's data; a trial without data is run, evaluated, completed, and has them stored.

        A trial whose objective is NaN or infinite for every arm is not completed but failed.

        Args:
            trial: A trial of this experiment; one without arms has no data.
        """
        stored = self.lookup_data_for_trial(trial.index)[0]
        if not stored.df.empty:
            return stored
        if not trial.arms:
            return Data()
        if not self.has_evaluation_function:
            unimplemented_evaluation_function({})
        weights: Mapping[Arm, float | None]
        if isinstance(trial, BatchTrial):
            weights = trial.normalized_arm_weights()
        else:
            weights = dict.fromkeys(trial.arms)
        trial.mark_running()
        outcomes = {arm.name: self._evaluate(arm, weight) for arm, weight in weights.items()}
        data = _as_data(outcomes, trial.index)
        self.attach_data(data)
        if self._has_objective(data):
            trial.mark_completed()
        else:
            trial.mark_failed()
        return data

    def _has_objective(self, data: Data) -> bool:
        config = self._optimization_config
        if config is None or data.df.empty:
            return True
        names = {metric.name for metric in config.objective.metrics}
        means = data.df.loc[data.df["metric_name"].isin(names), "mean"]
        return means.empty or any(math.isfinite(mean) for mean in means)

    def eval(self) -> Data:
        """The data of all trials but the failed ones, evaluating those that have none yet."""
        return Data.from_multiple_data(
            [
                self.eval_trial(trial)
                for trial in self._trials.values()
                if not trial.status.is_failed
            ]
        )

    def fetch_data(self, metrics: list[Metric] | None = None, **kwargs: Any) -> Data:  # noqa: ARG002
        """The same as `eval`.

        Args:
            metrics: Ignored, the evaluation function decides.
            kwargs: Ignored likewise.
        """
        return self.eval()

    def add_tracking_metric(self, metric: Metric) -> NoReturn:
        """Not here: the evaluation function decides what is measured."""
        raise self._cannot_track(metric.name)

    def add_tracking_metrics(self, metrics: list[Metric]) -> NoReturn:
        """Not here: the evaluation function decides what is measured."""
        raise self._cannot_track(", ".join(metric.name for metric in metrics))

    def update_tracking_metric(self, metric: Metric) -> NoReturn:
        """Not here: the evaluation function decides what is measured."""
        raise self._cannot_track(metric.name)

    def _cannot_track(self, name: str) -> NotImplementedError:
        return NotImplementedError(
            f"{self!r}: a SimpleExperiment has no tracking metrics, got {name!r}; the evaluation "
            "function may return further metrics"
        )

    def _fetch_trial_data(
        self,
        trial: BaseTrial,
        metrics: list[Metric] | None = None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> Data:
        return self.eval_trial(trial)

    def _evaluate(
        self, arm: Arm, weight: float | None
    ) -> TTrialEvaluation | TFidelityTrialEvaluation:
        function = cast("Any", self.evaluation_function)
        arguments = (arm.parameters, weight)[: _number_of_arguments(function)]
        return _by_metric(function(*arguments), self._objective_name)

    @property
    def _objective_name(self) -> str | None:
        """Whose outcome a number without a name is; None where several metrics are optimized."""
        config = self._optimization_config
        if config is None:
            return DEFAULT_OBJECTIVE_NAME
        metrics = config.objective.metrics
        return metrics[0].name if len(metrics) == 1 else None

    def _compared(self) -> Mapping[str, Any]:
        # A function is not saved with the experiment, so it does not make a loaded one different.
        fields = super()._compared()
        return {name: value for name, value in fields.items() if name != "_evaluation_function"}


def _number_of_arguments(function: Any) -> int:
    """How many of (parameters, weight) the function takes, by its signature."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some functions written in C do not tell
        return 1
    positional = [
        parameter
        for parameter in parameters
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    return 2 if len(positional) >= 2 else 1


def _by_metric(
    outcome: TEvaluationOutcome, objective_name: str | None
) -> TTrialEvaluation | TFidelityTrialEvaluation:
    """What an evaluation function returned, as metric name to (mean, sem)."""
    if _is_evaluation(outcome):
        return cast("TTrialEvaluation", outcome)
    if isinstance(outcome, list) and outcome and all(map(_is_fidelity_evaluation, outcome)):
        return outcome
    if objective_name is not None and _is_mean_and_sem(outcome):
        return {objective_name: cast("tuple[float, float | None]", outcome)}
    if objective_name is not None and _is_number(outcome):
        return {objective_name: (plain(outcome), 0.0)}
    raise Exception(
        "evaluation function: must return "
        + ("" if objective_name is None else "a number, a pair (mean, sem), or ")
        + f"a dictionary of pairs (mean, sem) by metric name, got {outcome!r}"
    )


def _is_number(value: Any) -> bool:
    return isinstance(plain(value), (int, float))


def _is_mean_and_sem(value: Any) -> bool:
    if not isinstance(value, tuple) or len(value) != 2:
        return False
    mean, sem = value
    return _is_number(mean) and (sem is None or _is_number(sem))


def _is_evaluation(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_mean_and_sem, value.values()))


def _is_fidelity_evaluation(value: Any) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and isinstance(value[0], dict)
        and _is_evaluation(value[1])
    )


def _as_data(
    outcomes: Mapping[str, TTrialEvaluation | TFidelityTrialEvaluation], trial_index: int
) -> Data:
    plain_outcomes = {name: found for name, found in outcomes.items() if isinstance(found, dict)}
    at_fidelities = {name: found for name, found in outcomes.items() if isinstance(found, list)}
    return Data.from_multiple_data(
        [
            Data.from_evaluations(plain_outcomes, trial_index),
            Data.from_fidelity_evaluations(at_fidelities, trial_index),
        ]
    )
