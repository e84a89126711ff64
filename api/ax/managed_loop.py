"""`optimize` and the loop behind it: makes trials, evaluates them, learns, repeats."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, final

from armwright.ax.best_point import best_point
from armwright.experiment import (
    SearchSpace,
    SimpleExperiment,
)
from armwright.experiment.constraint_text import (
    outcome_constraint_from_text,
    parameter_constraint_from_text,
)
from armwright.experiment.parameter_dict import parameter_from_dict
from armwright.generation import GenerationStrategy, Models, choose_generation_strategy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from armwright.experiment import BaseTrial, Experiment, TParameterization
    from armwright.generation.model_bridge import ModelBridge

__all__ = ["OptimizationLoop", "optimize"]


@final
class OptimizationLoop:
    """Runs an experiment's trials one after the other, each made from the results before it.

    Args:
        experiment: A SimpleExperiment with an evaluation function and no trials.
        total_trials: How many trials to run.
        arms_per_trial: More than 1 makes each trial a batch.
        random_seed: Decides every arm.
        wait_time: Seconds to wait between trials.
        run_async: Not possible with an evaluation function.
        generation_strategy: What makes the arms; chosen by the search space when left out.

    Raises:
        AssertionError: The experiment has trials already, or run_async is asked for.
    """

    def __init__(
        self,
        experiment: Experiment,
        total_trials: int = 20,
        arms_per_trial: int = 1,
        random_seed: int | None = None,
        wait_time: int = 0,
        run_async: bool = False,
        generation_strategy: GenerationStrategy | None = None,
    ) -> None:
        if run_async:
            raise AssertionError("run_async needs runners and metrics, got an evaluation function")
        if experiment.trials:
            raise AssertionError(
                f"the loop starts from an experiment without trials, got {len(experiment.trials)}"
            )
        self.experiment = experiment
        self.total_trials = total_trials
        self.arms_per_trial = arms_per_trial
        self.random_seed = random_seed
        self.wait_time = wait_time
        self.current_trial = 0
        self.generation_strategy = generation_strategy or choose_generation_strategy(
            search_space=experiment.search_space,
            arms_per_trial=arms_per_trial,
            random_seed=random_seed,
            num_trials=total_trials,
        )
        self._check_modelable()

    def _check_modelable(self) -> None:
        """Refuses at the start what the model would refuse after the first evaluations."""
        if any(step.model is Models.GPEI for step in self.generation_strategy._steps):
            from armwright.generation.gaussian_process_bridge import check_modelable

            check_modelable(self.experiment.optimization_config, self.experiment.search_space)

    @staticmethod
    def with_evaluation_function(
        parameters: Sequence[Mapping[str, Any]],
        evaluation_function: Callable[..., Any],
        experiment_name: str | None = None,
        objective_name: str | None = None,
        minimize: bool = False,
        parameter_constraints: Sequence[str] | None = None,
        outcome_constraints: Sequence[str] | None = None,
        total_trials: int = 20,
        arms_per_trial: int = 1,
        wait_time: int = 0,
        random_seed: int | None = None,
        generation_strategy: GenerationStrategy | None = None,
    ) -> OptimizationLoop:
        """Makes a loop that calls `evaluation_function` on each arm's parameters.

        Args:
            parameters: Dicts, see `armwright.experiment.parameter_dict`.
            evaluation_function: Called with the parameters, or the parameters and a weight. Returns
                {metric: (mean, sem)}, (mean, sem), or a number, which means a sem of 0.
            experiment_name: Name of the experiment.
            objective_name: Name of the objective's metric; "objective" when left out.
            minimize: Whether smaller is better.
            parameter_constraints: Such as "x1 + x2 <= 3".
            outcome_constraints: Such as "latency <= 40".
            total_trials: How many trials to run.
            arms_per_trial: More than 1 makes each trial a batch.
            wait_time: Seconds to wait between trials.
            random_seed: Decides every arm.
            generation_strategy: What makes the arms.
        """
        made = [parameter_from_dict(spec) for spec in parameters]
        by_name = {parameter.name: parameter for parameter in made}
        experiment = SimpleExperiment(
            name=experiment_name,
            search_space=SearchSpace(
                parameters=made,
                parameter_constraints=[
                    parameter_constraint_from_text(text, by_name)
                    for text in parameter_constraints or ()
                ],
            ),
            objective_name=objective_name,
            evaluation_function=evaluation_function,
            minimize=minimize,
            outcome_constraints=[
                outcome_constraint_from_text(text) for text in outcome_constraints or ()
            ],
        )
        return OptimizationLoop(
            experiment=experiment,
            total_trials=total_trials,
            arms_per_trial=arms_per_trial,
            random_seed=random_seed,
            wait_time=wait_time,
            generation_strategy=generation_strategy,
        )

    def run_trial(self) -> None:
        """Makes one trial, evaluates it and keeps its result.

        Raises:
            ValueError: All trials have run, or a trial would have less than one arm.
        """
        if self.current_trial >= self.total_trials:
            raise ValueError(
                f"Optimization is complete: all {self.total_trials} trials have run, cannot run "
                "another"
            )
        if self.arms_per_trial < 1:
            raise ValueError(f"a trial needs at least one arm, got {self.arms_per_trial} per trial")
        run = self.generation_strategy.gen(experiment=self.experiment, n=self.arms_per_trial)
        trial: BaseTrial
        if self.arms_per_trial == 1:
            trial = self.experiment.new_trial(generator_run=run)
        else:
            trial = self.experiment.new_batch_trial(generator_run=run)
        trial.fetch_data()
        self.current_trial += 1

    def full_run(self) -> OptimizationLoop:
        """Runs all trials that are left; returns the loop."""
        while self.current_trial < self.total_trials:
            self.run_trial()
            if self.wait_time and self.current_trial < self.total_trials:
                time.sleep(self.wait_time)
        return self

    def get_best_point(
        self,
    ) -> tuple[
        TParameterization, tuple[dict[str, float], dict[str, dict[str, float]] | None] | None
    ]:
        """The best parameters found, and the values expected there. See `best_point`.

        Raises:
            ValueError: Nothing has been measured.
        """
        found = best_point(self.experiment)
        if found is None:
            raise ValueError(f"no trial of {self.experiment} has a result to choose the best from")
        return found

    def get_current_model(self) -> ModelBridge | None:
        """The model that made the newest arms."""
        return self.generation_strategy.model


def optimize(
    parameters: Sequence[Mapping[str, Any]],
    evaluation_function: Callable[..., Any],
    experiment_name: str | None = None,
    objective_name: str | None = None,
    minimize: bool = False,
    parameter_constraints: Sequence[str] | None = None,
    outcome_constraints: Sequence[str] | None = None,
    total_trials: int = 20,
    arms_per_trial: int = 1,
    random_seed: int | None = None,
    generation_strategy: GenerationStrategy | None = None,
) -> tuple[
    TParameterization,
    tuple[dict[str, float], dict[str, dict[str, float]] | None] | None,
    Experiment,
    ModelBridge | None,
]:
    """Makes and runs a whole optimization. Source: the flat Ax API.

    Args:
        parameters: Dicts, see `armwright.experiment.parameter_dict`.
        evaluation_function: What to optimize; see `OptimizationLoop.with_evaluation_function`.
        experiment_name: Name of the experiment.
        objective_name: Name of the objective's metric; "objective" when left out.
        minimize: Whether smaller is better.
        parameter_constraints: Such as "x1 + x2 <= 3".
        outcome_constraints: Such as "latency <= 40".
        total_trials: How many trials to run.
        arms_per_trial: More than 1 makes each trial a batch.
        random_seed: Decides every arm.
        generation_strategy: What makes the arms; chosen by the search space when left out.

    Returns:
        The best parameters; the means and covariances expected there, by metric; the experiment
        with all its trials; the model that made the last arms.
    """
    loop = OptimizationLoop.with_evaluation_function(
        parameters=parameters,
        evaluation_function=evaluation_function,
        experiment_name=experiment_name,
        objective_name=objective_name,
        minimize=minimize,
        parameter_constraints=parameter_constraints,
        outcome_constraints=outcome_constraints,
        total_trials=total_trials,
        arms_per_trial=arms_per_trial,
        random_seed=random_seed,
        generation_strategy=generation_strategy,
    )
    loop.full_run()
    best_parameters, values = loop.get_best_point()
    return best_parameters, values, loop.experiment, loop.get_current_model()
