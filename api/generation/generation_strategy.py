"""A sequence of models: which one makes the next arms is decided by what the experiment holds.

A strategy derives where it stands from the experiment's own trials (each generator run names its
step) and adds only the runs it made that are on no trial yet. So a strategy made anew, in another
process, on the same experiment goes on where the last one stopped.
"""

from __future__ import annotations

import inspect
from itertools import chain
from typing import TYPE_CHECKING, Any, final

from armwright.experiment.comparable import Comparable
from armwright.generation.generation_step import (
    DataRequiredError,
    GenerationStep,
    MaxParallelismReachedException,
)
from armwright.generation.models import Models
from armwright.generation.seed import base_seed, derived_seed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from armwright.experiment import BaseTrial, Data, Experiment, GeneratorRun
    from armwright.generation.model_bridge import ModelBridge

__all__ = ["GenerationStrategy"]


@final
class GenerationStrategy(Comparable):
    """Generates arms with one model after the other.

    Strategies are equal when their names, steps and seeds are, wherever they stand.

    Args:
        steps: The stages; only the last may be endless.
        name: Left out, the models' names joined by +.

    Raises:
        ValueError: No step, or an endless one before the last.
    """

    def __init__(self, steps: list[GenerationStep], name: str | None = None) -> None:
        if not steps:
            raise ValueError("a generation strategy needs at least one step, got none")
        for index, step in enumerate(steps):
            step.index = index
            if step.num_trials == -1 and index < len(steps) - 1:
                raise ValueError(f"only the last step may be endless, got num_trials=-1 in {index}")
            if step.num_trials < 1 and step.num_trials != -1:
                raise ValueError(
                    f"step {index}: num_trials should be positive or -1, got {step.num_trials}"
                )
        self._steps = steps
        self._name = name
        self._seed: int | None = None
        self._budget: int | None = None
        self._model: ModelBridge | None = None
        self._experiment: Experiment | None = None
        self._made: list[GeneratorRun] = []

    @property
    def name(self) -> str:
        """The given name, else the models' names joined by +."""
        return self._name or "+".join(step.model_name for step in self._steps)

    @property
    def experiment(self) -> Experiment | None:
        """The experiment it generates for; None before the first `gen`."""
        return self._experiment

    @property
    def model(self) -> ModelBridge | None:
        """The bridge that made the newest run; None before the first `gen`."""
        return self._model

    @property
    def model_transitions(self) -> list[int]:
        """The numbers of trials after which the model changes."""
        transitions, total = [], 0
        for step in self._steps[:-1]:
            total += step.num_trials
            transitions.append(total)
        return transitions

    @property
    def trials_as_df(self) -> pd.DataFrame | None:
        """A row for each trial that this strategy's steps made; None while there are none.

        Columns: Generation Step, Generation Model, Trial Index, Trial Status, and Arm
        Parameterizations, a dict of arm name to parameters.
        """
        trials = {} if self._experiment is None else self._experiment.trials
        rows = []
        for index, trial in trials.items():
            steps = {run._generation_step_index for run in trial.generator_runs} - {None}
            rows += [
                {
                    "Generation Step": step.index,
                    "Generation Model": step.model_name,
                    "Trial Index": index,
                    "Trial Status": trial.status.name,
                    "Arm Parameterizations": {
                        name: arm.parameters for name, arm in trial.arms_by_name.items()
                    },
                }
                for step in self._steps
                if step.index in steps
            ]
        if not rows:
            return None
        import pandas as pd

        return pd.DataFrame(rows)

    def clone_reset(self) -> GenerationStrategy:
        """The same steps, with nothing generated."""
        fresh = GenerationStrategy(
            [GenerationStep(**{**vars(step), "index": -1}) for step in self._steps], self._name
        )
        fresh._seed, fresh._budget = self._seed, self._budget
        return fresh

    def gen(
        self, experiment: Experiment, data: Data | None = None, n: int = 1, **kwargs: Any
    ) -> GeneratorRun:
        """Generates `n` arms for one trial of the experiment.

        Args:
            experiment: What to generate for; the same one at every call.
            data: What to learn from; everything attached to the experiment when left out.
            n: How many arms.
            **kwargs: Passed to the model's `gen`.

        Raises:
            DataRequiredError: All trials of the step are made, too few are completed.
            MaxParallelismReachedException: As many trials of the step run as it allows.
            ValueError: The strategy is used up, or was used for another experiment.
            NothingLeftError: Every point of the space was tried already.
        """
        if self._experiment is not None and self._experiment._name != experiment._name:
            raise ValueError(
                f"this strategy generates for {self._experiment}, got {experiment}; "
                "use clone_reset() for another experiment"
            )
        self._experiment = experiment
        attached = set(experiment.arms_by_signature)
        self._made = [
            run for run in self._made if not all(arm.signature in attached for arm in run.arms)
        ]
        step = self._current(experiment)
        self._check_parallelism(step, experiment)
        self._model = self._make_model(step, experiment, data)
        options: dict[str, Any] = {"n": n, "pending_observations": self._pending(experiment)}
        if self._budget is not None:
            left = max(self._budget - len(experiment.trials), 1)
            options["model_gen_options"] = {"remaining": left * n}
        run = self._model.gen(**{**options, **(step.model_gen_kwargs or {}), **kwargs})
        run._generation_step_index = step.index
        self._made.append(run)
        return run

    def _compared(self) -> Mapping[str, Any]:
        return {"name": self.name, "steps": self._steps, "seed": self._seed}

    def _description(self) -> str:
        endless = "all" if len(self._steps) == 1 else "subsequent"
        steps = ", ".join(
            f"{step.model_name} for {endless if step.num_trials == -1 else step.num_trials} trials"
            for step in self._steps
        )
        return f"name={self.name!r}, steps=[{steps}]"

    def _current(self, experiment: Experiment) -> GenerationStep:
        for step in self._steps:
            if step.num_trials == -1:
                return step
            waiting = sum(run._generation_step_index == step.index for run in self._made)
            if len(experiment._trials) + waiting < step.num_trials:
                return step
            made = completed = 0
            # The first few trials tell; of ten thousand the others need not be looked at.
            for trial in self._trials(experiment, step):
                made, completed = made + 1, completed + trial.status.is_completed
                if made + waiting >= step.num_trials and completed >= step.min_trials_observed:
                    break
            if made + waiting < step.num_trials:
                return step
            if completed < step.min_trials_observed:
                if not step.enforce_num_trials:
                    return step
                raise DataRequiredError(
                    f"all {step.num_trials} trials of step {step.index} ({step.model_name}) are "
                    f"made, and {completed} are completed; {step.min_trials_observed} must be "
                    "before the next model can learn from them"
                )
        raise ValueError(
            f"generation strategy {self.name!r} is used up: all of its "
            f"{sum(step.num_trials for step in self._steps)} trials are made"
        )

    @staticmethod
    def _trials(experiment: Experiment, step: GenerationStep) -> Iterator[BaseTrial]:
        """The step's trials, without failed and abandoned ones: they do not count."""
        for trial in experiment.trials.values():
            gone = trial.status.is_failed or trial.status.is_abandoned
            if not gone and any(
                run._generation_step_index == step.index for run in trial.generator_runs
            ):
                yield trial

    def _check_parallelism(self, step: GenerationStep, experiment: Experiment) -> None:
        if step.max_parallelism is None:
            return
        running = sum(trial.status.is_running for trial in self._trials(experiment, step))
        if running >= step.max_parallelism:
            raise MaxParallelismReachedException(
                f"{running} trials of step {step.index} ({step.model_name}) are running, and it "
                f"allows {step.max_parallelism}; complete one before the next"
            )

    def _make_model(
        self, step: GenerationStep, experiment: Experiment, data: Data | None
    ) -> ModelBridge:
        kwargs = dict(step.model_kwargs or {})
        if not isinstance(step.model, Models):
            given = {"search_space": experiment.search_space, "experiment": experiment}
            return step.model(**_taken(step.model, {**given, "data": data, **kwargs}))
        if self._seed is None:
            self._seed = base_seed()
        takes, _ = step.model.view_kwargs()
        if "seed" in takes and kwargs.get("seed") is None:
            label = "gp" if "warm" in takes else step.model.value.lower()
            kwargs["seed"] = derived_seed(self._seed, label) % 2**31
        if "middle_first" in takes:
            kwargs.setdefault("middle_first", True)
        if "init_position" in takes:
            # As every seed has its own sequence, a run of another seed says nothing of this one.
            kwargs["init_position"] = max(
                [
                    record["next_position"]
                    for record in self._records(experiment, step.model)
                    if record.get("seed") == kwargs["seed"] and "next_position" in record
                ],
                default=kwargs.get("init_position", 0),
            )
        if "warm" in takes and (newest := next(self._records(experiment, step.model), None)):
            kwargs.setdefault("warm", newest.get("fits", newest.get("hyperparameters")))
        return step.model(
            search_space=experiment.search_space, experiment=experiment, data=data, **kwargs
        )

    def _records(self, experiment: Experiment, model: Models) -> Iterator[dict[str, Any]]:
        """What the runs of a model recorded, the newest first."""
        trials = reversed(experiment._trials.values())
        attached = (run for trial in trials for run in reversed(trial.generator_runs))
        for run in chain(reversed(self._made), attached):
            if run._model_key == model.value and (record := run.gen_metadata):
                yield record

    def _pending(self, experiment: Experiment) -> list[Any]:
        from armwright.generation.encoding import failed_arms, open_arms

        made = [arm for run in self._made for arm in run.arms]
        return [*open_arms(experiment), *failed_arms(experiment), *made]


def _taken(function: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Those of the arguments that a function takes."""
    parameters = inspect.signature(function).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        return arguments
    return {name: value for name, value in arguments.items() if name in parameters}
