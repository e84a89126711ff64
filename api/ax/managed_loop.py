"""`optimize` and the loop behind it: makes trials, evaluates them, learns, repeats."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, final

from armwright.ax.best_point import best_point
from armwright.ax.deployed_experiment import deployed_experiment
from armwright.ax.search_space_from_dicts import search_space_from_dicts
from armwright.callbacks.aims import aims_of_experiment
from armwright.callbacks.experiment_trials import arms_of, tell_end_of
from armwright.callbacks.progress_line import progress_line
from armwright.callbacks.telling import Teller
from armwright.errors import NothingLeftError
from armwright.experiment import SimpleExperiment
from armwright.experiment.constraint_text import outcome_constraint_from_text
from armwright.generation import (
    DataRequiredError,
    GenerationStrategy,
    MaxParallelismReachedException,
    Models,
    choose_generation_strategy,
)
from armwright.optimizer import compiles_ahead
from armwright.running import TrialWatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from armwright.experiment import BaseTrial, Experiment, TParameterization
    from armwright.generation.model_bridge import ModelBridge

__all__ = ["OptimizationLoop", "optimize"]


@final
class OptimizationLoop:
    """Runs an experiment's trials, each made from the results before it.

    A SimpleExperiment's evaluation function is called in this process. The trials of any other
    experiment are deployed through its runner, and watched as `armwright.running.trial_watch` says:
    a trial is over when its runner says so (`PollableRunner`), else when all metrics have data.

    Args:
        experiment: A SimpleExperiment with an evaluation function, or an experiment with a runner
            and metrics that fetch their data; without trials.
        total_trials: How many trials to run.
        arms_per_trial: More than 1 makes each trial a batch.
        random_seed: Decides every arm.
        wait_time: Seconds to wait between trials; with a runner, between looks at those running.
        run_async: Run trials side by side, as many as the strategy and the runner allow. Needs a
            runner and metrics.
        generation_strategy: What makes the arms; chosen by the search space when left out.
        progress: Whether `full_run` shows a line on a terminal or in a notebook: how many trials of
            how many, the best so far, failures, the rate and the time left.
        callbacks: Who is told of each trial's start, of its end and of a new best one; see
            `armwright.callbacks`.

    Attributes:
        current_trial: How many trials were run; those that the loop stopped and those somebody
            abandoned do not count where a runner runs them.

    Raises:
        AssertionError: The experiment has trials already, or run_async is asked for and there is an
            evaluation function, no runner or no metric.
        ValueError: A model is to learn from the results, and an outcome constraint is relative to a
            status quo that is not there.
        NotImplementedError: A model is to learn from them, and cannot model what is optimized.
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
        *,
        progress: bool = True,
        callbacks: Iterable[Any] = (),
    ) -> None:
        if run_async and experiment.is_simple_experiment:
            raise AssertionError("run_async needs runners and metrics, got an evaluation function")
        if run_async and (experiment.runner is None or not experiment.metrics):
            raise AssertionError(
                f"run_async needs a runner and metrics, {experiment} has the runner "
                f"{experiment.runner} and the metrics {list(experiment.metrics)}"
            )
        if experiment.trials:
            raise AssertionError(
                f"the loop starts from an experiment without trials, got {len(experiment.trials)}"
            )
        self.experiment = experiment
        self.total_trials = total_trials
        self.arms_per_trial = arms_per_trial
        self.random_seed = random_seed
        self.wait_time = wait_time
        self.run_async = run_async
        self.current_trial = 0
        self.generation_strategy = generation_strategy or choose_generation_strategy(
            search_space=experiment.search_space,
            arms_per_trial=arms_per_trial,
            random_seed=random_seed,
            num_trials=total_trials,
        )
        self._check_modelable()
        self._progress = progress
        self._teller = Teller(
            callbacks,
            experiment=experiment._name or "experiment",
            aims=aims_of_experiment(experiment),
        )

    def _check_modelable(self) -> None:
        """Refuses at the start what the model would refuse after the first evaluations."""
        steps = self.generation_strategy._steps
        first = next((i for i, step in enumerate(steps) if step.model is Models.GPEI), None)
        if first is None or self.total_trials <= sum(step.num_trials for step in steps[:first]):
            return
        from armwright.generation.modelable import check_modelable

        experiment = self.experiment
        check_modelable(
            experiment.optimization_config, experiment.search_space, experiment.status_quo
        )

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
        *,
        progress: bool = True,
        callbacks: Iterable[Any] = (),
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
            progress: Whether a line shows how far it is, on a terminal or in a notebook.
            callbacks: Who is told what happens; see `armwright.callbacks`.
        """
        experiment = SimpleExperiment(
            name=experiment_name,
            search_space=search_space_from_dicts(parameters, parameter_constraints),
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
            progress=progress,
            callbacks=callbacks,
        )

    @classmethod
    def with_runners_and_metrics(
        cls,
        parameters: Sequence[Mapping[str, Any]],
        path_to_runner: str,
        paths_to_metrics: Sequence[str] | Mapping[str, str],
        experiment_name: str | None = None,
        objective_name: str | None = None,
        minimize: bool = False,
        parameter_constraints: Sequence[str] | None = None,
        outcome_constraints: Sequence[str] | None = None,
        total_trials: int = 20,
        arms_per_trial: int = 1,
        wait_time: int = 0,
        random_seed: int | None = None,
        *,
        progress: bool = True,
        callbacks: Iterable[Any] = (),
    ) -> OptimizationLoop:
        """Makes a loop that runs trials side by side through a runner, and learns from metrics.

        A path is "package.module.ClassName" or "package.module:ClassName". It names a class that is
        called without arguments, a function that is, or an object ready for use. A metric class
        that needs a name is given one: the first path the objective's, the others the class's own.

        Args:
            parameters: Dicts, see `armwright.experiment.parameter_dict`.
            path_to_runner: The runner.
            paths_to_metrics: The metrics; in a dict, by the name each is to have.
            experiment_name: Name of the experiment.
            objective_name: Which metric is the objective; the first when left out. Metrics that are
                neither objective nor in a constraint are tracked.
            minimize: Whether smaller is better.
            parameter_constraints: Such as "x1 + x2 <= 3".
            outcome_constraints: Such as "latency <= 40", on one of the metrics.
            total_trials: How many trials to run.
            arms_per_trial: More than 1 makes each trial a batch.
            wait_time: Seconds between looks at the trials that run.
            random_seed: Decides every arm that is made from the same results.
            progress: Whether a line shows how far it is, on a terminal or in a notebook.
            callbacks: Who is told what happens; see `armwright.callbacks`.

        Raises:
            UsageError: A path cannot be imported, or names something else.
        """
        return cls(
            experiment=deployed_experiment(
                parameters,
                path_to_runner,
                paths_to_metrics,
                name=experiment_name,
                objective_name=objective_name,
                minimize=minimize,
                parameter_constraints=parameter_constraints,
                outcome_constraints=outcome_constraints,
            ),
            total_trials=total_trials,
            arms_per_trial=arms_per_trial,
            random_seed=random_seed,
            wait_time=wait_time,
            run_async=True,
            progress=progress,
            callbacks=callbacks,
        )

    def run_trial(self) -> None:
        """Makes one trial, runs it to its end and keeps its result.

        Raises:
            ValueError: All trials have run, or a trial would have less than one arm.
        """
        if self.current_trial >= self.total_trials:
            raise ValueError(
                f"Optimization is complete: all {self.total_trials} trials have run, cannot run "
                "another"
            )
        trial = self._new_trial()
        self._teller.started(trial.index, arms_of(trial))
        try:
            if self.experiment.is_simple_experiment:
                trial.fetch_data()
            else:
                with TrialWatch(self.experiment, wait_s=self.wait_time) as watch:
                    watch.start(trial)
                    watch.wait()
        except BaseException as error:
            if trial.status.is_terminal:
                tell_end_of(self._teller, trial)
            self._teller.leave(type(error).__name__)
            raise
        self.current_trial += 1
        tell_end_of(self._teller, trial)

    def full_run(self) -> OptimizationLoop:
        """Runs all trials that are left; returns the loop.

        With a runner: when an exception ends it, Ctrl-C among them, the trials that still run are
        stopped through the runner and abandoned. Calling it again makes others in their place.
        """
        compiles_ahead()
        self._teller.line = progress_line(
            wanted=self._progress,
            name=self.experiment._name or "experiment",
            total=self.total_trials,
            counts=self._counts,
        )
        with self._teller:
            if self.run_async:
                self._run_side_by_side()
                return self
            while self.current_trial < self.total_trials:
                self.run_trial()
                if self.wait_time and self.current_trial < self.total_trials:
                    time.sleep(self.wait_time)
        return self

    def _counts(self) -> tuple[int, int]:
        """How many trials have completed or failed, and how many of these failed."""
        statuses = [trial.status for trial in self.experiment.trials.values()]
        failed = sum(status.is_failed for status in statuses)
        return failed + sum(status.is_completed for status in statuses), failed

    def _run_side_by_side(self) -> None:
        started: list[BaseTrial] = []
        try:
            with TrialWatch(self.experiment, wait_s=self.wait_time) as watch:
                while True:
                    self._start_trials(watch, started)
                    if not watch.running:
                        return
                    for trial in watch.wait():
                        started.remove(trial)
                        tell_end_of(self._teller, trial)
        finally:
            for trial in started:  # those that the watch has stopped
                tell_end_of(self._teller, trial)

    def _start_trials(self, watch: TrialWatch, started: list[BaseTrial]) -> None:
        """Starts as many trials as the budget, the strategy and the runner allow now."""
        while watch.has_room:
            kept = (t for t in self.experiment.trials.values() if not t.is_abandoned)
            self.current_trial = sum(1 for _ in kept)
            if self.current_trial >= self.total_trials:
                return
            try:
                trial = self._new_trial()
            except (MaxParallelismReachedException, DataRequiredError, NothingLeftError):
                if not watch.running:
                    raise
                return  # until one that runs has ended
            watch.start(trial)
            started.append(trial)
            self._teller.started(trial.index, arms_of(trial))

    def _new_trial(self) -> BaseTrial:
        if self.arms_per_trial < 1:
            raise ValueError(f"a trial needs at least one arm, got {self.arms_per_trial} per trial")
        run = self.generation_strategy.gen(experiment=self.experiment, n=self.arms_per_trial)
        if self.arms_per_trial == 1:
            return self.experiment.new_trial(generator_run=run)
        return self.experiment.new_batch_trial(generator_run=run)

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
    *,
    progress: bool = True,
    callbacks: Iterable[Any] = (),
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
        progress: Whether a line on a terminal or in a notebook shows how many trials of how many,
            the best so far, failures, the rate and the time left.
        callbacks: Who is told of each trial's start, of its end and of a new best one; see
            `armwright.callbacks`.

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
        progress=progress,
        callbacks=callbacks,
    )
    loop.full_run()
    best_parameters, values = loop.get_best_point()
    return best_parameters, values, loop.experiment, loop.get_current_model()
