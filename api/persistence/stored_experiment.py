"""An experiment bound to its folder: ask for trials, tell results, from any number of processes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, final

from armwright.errors import NothingLeftError, StoreError, TrialEndedError, UsageError
from armwright.experiment import ComparisonOp
from armwright.experiment.clock import now, now_ms
from armwright.generation import default_generation_strategy
from armwright.generation.seed import base_seed
from armwright.persistence.experiment_json import experiment_to_json, trial_to_json
from armwright.persistence.facts import (
    config_document,
    is_retried,
    stored_data,
    trial_document,
)
from armwright.persistence.json_codec import object_to_json
from armwright.persistence.process import is_gone
from armwright.persistence.publish import publish
from armwright.persistence.save import experiment_of
from armwright.store import ExperimentFolder

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from armwright.experiment import Arm, Experiment
    from armwright.store import State, TrialFacts

__all__ = ["AskedTrial", "BestTrial", "EndedTrial", "StoredExperiment", "measured"]

Result = float | tuple[float, float]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTrial:
    """A trial that is yours to run.

    Attributes:
        number: Of the trial.
        attempt: Counts from 1; more than 1 where an earlier try came to nothing.
        arm: What to run.
    """

    number: int
    attempt: int
    arm: Arm


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class EndedTrial:
    """How a trial ended.

    Attributes:
        state: completed, failed, preempted, lost, cancelled or abandoned.
        reason: The kind of failure; empty for a completed one.
        values: What was measured, by metric.
    """

    state: str
    reason: str
    values: Mapping[str, float]

    def __str__(self) -> str:
        how = f"{self.state} ({self.reason})" if self.reason else self.state
        return "  ".join([how, *(f"{name}={value:.6g}" for name, value in self.values.items())])

    def as_dict(self) -> dict[str, Any]:
        """For JSON; values that are not finite are left out."""
        values = {name: value for name, value in self.values.items() if math.isfinite(value)}
        return {"state": self.state, "reason": self.reason or None, "values": values}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BestTrial:
    """The best finished trial, by its measured value.

    Attributes:
        number: Of the trial.
        arm: What was run.
        metric: Name of the objective.
        mean: Its value.
        sem: Standard error of the mean, in the metric's unit; NaN where it is not known.
    """

    number: int
    arm: Arm
    metric: str
    mean: float
    sem: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "trial": self.number,
            "arm": self.arm.name,
            "parameters": self.arm.parameters,
            "metric": self.metric,
            "mean": self.mean,
            "sem": self.sem if math.isfinite(self.sem) else None,
        }


@final
class StoredExperiment:
    """One experiment in a folder, as one of any number of processes uses it.

    Make one with `create` or `open`. It knows what its last `refresh` found; `ask` refreshes.
    """

    def __init__(self, folder: ExperimentFolder) -> None:
        self._folder = folder
        self._view: tuple[State, Experiment] | None = None

    @classmethod
    def create(
        cls,
        url: str | os.PathLike[str],
        experiment: Experiment,
        *,
        budget: int | None = None,
        seed: int | None = None,
        initial_trials: int | None = None,
    ) -> Self:
        """Makes a folder for an experiment, with what it holds already.

        Args:
            url: `<root>/<name>`, a path or an fsspec URL.
            experiment: Its definition, and its trials if it has any.
            budget: How many trials to make; None for no end.
            seed: Decides every arm; `ARMWRIGHT_SEED` or fresh entropy when left out.
            initial_trials: How many quasi-random trials come first; max(5, parameters) if left out.

        Raises:
            ExperimentExistsError: There is an experiment already.
            UsageError: The experiment has no objective.
            StoreError: It cannot be made there.
        """
        if experiment.optimization_config is None:
            raise UsageError("an experiment on a store needs an objective, got none")
        plan = {"budget": budget, "seed": base_seed(seed), "initial_trials": initial_trials}
        return cls(publish(experiment, str(url), plan=plan, exclusive=True))

    @classmethod
    def open(cls, url: str | os.PathLike[str]) -> Self:
        """Opens the experiment at `url`.

        Raises:
            ExperimentNotFoundError: There is none; says what is there instead.
            StoreError: It cannot be read.
        """
        return cls(ExperimentFolder.open(url))

    @property
    def url(self) -> str:
        """Where it is; absolute."""
        return self._folder.url

    @property
    def name(self) -> str:
        """Its name, else its folder's."""
        return self.state.experiment["name"] or self._folder.name

    @property
    def state(self) -> State:
        """The facts known, without looking for new ones."""
        return self._folder.state

    @property
    def budget(self) -> int | None:
        """How many trials it is to have; None for no end."""
        return self._plan["budget"]  # type: ignore[no-any-return] # a document's value

    @property
    def seed(self) -> int:
        """What every arm is derived from."""
        return self._plan["seed"]  # type: ignore[no-any-return] # a document's value

    @property
    def _plan(self) -> dict[str, Any]:
        plan: dict[str, Any] = self.state.configs[self.state.version]["plan"]
        return plan

    @property
    def experiment(self) -> Experiment:
        """The domain view of the facts known. Changing it changes no file."""
        state = self.state
        if self._view is None or self._view[0] is not state:
            self._view = (state, experiment_of(self._folder, state))
        return self._view[1]

    def refresh(self) -> Experiment:
        """Looks for what others wrote, and returns the experiment as it is now."""
        self._folder.refresh()
        return self.experiment

    def ask(self, count: int = 1, *, in_process: bool = False) -> list[AskedTrial]:
        """Takes up to `count` trials to run: those that wait first, then new ones.

        Args:
            count: How many; fewer come where the budget or the space leaves fewer.
            in_process: This process runs them itself, so that a trial whose process has gone can be
                taken up by another on the same machine.

        Raises:
            NothingLeftError: Not even one is left.
            StoreError: They cannot be written.
        """
        self._folder.refresh()
        claim = {"in_process": True} if in_process else {}
        asked = self._claim_waiting(count, claim)
        while len(asked) < count:
            try:
                asked.append(self._make_trial(claim))
            except NothingLeftError:
                if not asked:
                    raise
                break
        return asked

    def _claim_waiting(self, count: int, claim: dict[str, Any]) -> list[AskedTrial]:
        asked: list[AskedTrial] = []
        for number, facts in self.state.trials.items():
            if len(asked) == count:
                break
            attempt = facts.next_attempt
            if attempt is None or facts.arm is None or not is_retried(facts):
                continue
            document = {**claim, **_running()}
            if self._folder.claim(number, attempt, document) == "won":
                asked += [
                    AskedTrial(number=number, attempt=attempt, arm=arm)
                    for arm in self.experiment.trials[number].arms[:1]
                ]
        return asked

    def _make_trial(self, claim: dict[str, Any]) -> AskedTrial:
        arms: dict[int, Arm] = {}

        def make(number: int, state: State) -> dict[str, Any]:
            self._check_budget(state)
            experiment = experiment_of(self._folder, state)
            plan = state.configs[state.version]["plan"]
            strategy = default_generation_strategy(
                experiment.search_space,
                seed=plan["seed"],
                initial_trials=plan["initial_trials"],
            )
            experiment._first_free_index = number
            trial = experiment.new_trial(generator_run=strategy.gen(experiment))
            arms[number] = trial.arms[0]
            config = config_document(experiment_to_json(experiment))
            return trial_document(trial_to_json(trial), config, state.version)

        number = self._folder.add_trial(make, claim={**claim, **_running()})
        return AskedTrial(number=number, attempt=1, arm=arms[number])

    def _check_budget(self, state: State) -> None:
        made = sum(not facts.void for facts in state.trials.values())
        budget = state.configs[state.version]["plan"]["budget"]
        if budget is not None and made >= budget:
            running = sum(facts.status == "running" for facts in state.trials.values())
            raise NothingLeftError(
                f"the budget of {self.url!r} is used up: {made} of {budget} trials are made"
                + (f", {running} of them still running" if running else ""),
                hint=f"armwright best {self.url}",
            )

    def tell(
        self, number: int, values: Mapping[str, Result], *, attempt: int | None = None
    ) -> EndedTrial:
        """Reports what a trial measured, and so ends it.

        Args:
            number: Of the trial.
            values: For each metric a mean, or a mean and its standard error. A mean that is not
                finite makes the trial a failed one of kind "nan", which the model never sees.
            attempt: Which attempt this is about; the one that is running when left out.

        Raises:
            TrialNotFoundError: There is no such trial.
            TrialEndedError: It has ended already; the first end counts.
            UsageError: A metric is unknown, or one that the objective or a constraint needs is
                missing.
        """
        facts = self._facts(number)
        self._check_metrics(number, values)
        pairs = {
            name: value if isinstance(value, tuple) else (value, math.nan)
            for name, value in values.items()
        }
        means = {name: float(mean) for name, (mean, _) in pairs.items()}
        wrong = {name: mean for name, mean in means.items() if not math.isfinite(mean)}
        if wrong:
            note = ", ".join(f"{name}={mean}" for name, mean in wrong.items())
            return self.fail(number, reason="nan", note=note, values=means, attempt=attempt)
        arm = facts.arm["arms"][0]["name"] if facts.arm else ""
        rows = [_row(arm, name, number, *pair) for name, pair in pairs.items()]
        self._end(
            number,
            facts,
            attempt,
            {"state": "completed", "data": [{"timestamp": now_ms(), "rows": rows}]},
        )
        return EndedTrial(state="completed", reason="", values=means)

    def fail(
        self,
        number: int,
        *,
        reason: str = "crash",
        note: str = "",
        values: Mapping[str, float] | None = None,
        attempt: int | None = None,
    ) -> EndedTrial:
        """Ends a trial as failed.

        Args:
            number: Of the trial.
            reason: The kind: crash, oom, nan, timeout, infeasible or a word of your own.
            note: For people.
            values: What was measured all the same; kept for people.
            attempt: Which attempt this is about; the one that is running when left out.

        Raises:
            TrialNotFoundError: There is no such trial.
            TrialEndedError: It has ended already; the first end counts.
        """
        document: dict[str, Any] = {"state": "failed", "reason": reason}
        if note:
            document["note"] = note
        self._end(number, self._facts(number), attempt, document)
        return EndedTrial(state="failed", reason=reason, values=values or {})

    def release(self, trial: AskedTrial, *, reason: str = "interrupted") -> None:
        """Hands a trial back: this attempt came to nothing, another process may take the next."""
        facts = self._facts(trial.number)
        self._end(trial.number, facts, trial.attempt, {"state": "preempted", "reason": reason})

    def release_dead(self) -> list[int]:
        """Ends, as lost, what processes of this machine were running that are gone now.

        Only trials asked for with `in_process` are looked at. Returns their numbers.
        """
        released = []
        for number, facts in self._folder.refresh().trials.items():
            attempt = facts.last_attempt
            if attempt is None or attempt.end is not None or attempt.claimed is None:
                continue
            if not (attempt.claim or {}).get("in_process") or not is_gone(attempt.claimed.writer):
                continue
            try:
                self._folder.end(
                    number, attempt.number, {"state": "lost", "reason": "its process has gone"}
                )
            except TrialEndedError:
                continue  # somebody else was faster
            released.append(number)
        return released

    def best(self) -> BestTrial:
        """The finished trial with the best measured objective of those that keep the constraints.

        Raises:
            NothingLeftError: No finished trial keeps them, or none is finished.
        """
        config = self.experiment.optimization_config
        assert config is not None  # noqa: S101 - create refuses it
        name, sign = config.objective.metric.name, -1.0 if config.objective.minimize else 1.0
        best: BestTrial | None = None
        for number, facts in self.state.trials.items():
            values = measured(facts)
            if facts.status != "completed" or name not in values:
                continue
            mean, sem = values[name]
            feasible = all(_holds(constraint, values) for constraint in config.outcome_constraints)
            if feasible and (best is None or sign * mean > sign * best.mean):
                arm = self.experiment.trials[number].arms[0]
                best = BestTrial(number=number, arm=arm, metric=name, mean=mean, sem=sem)
        if best is None:
            done = sum(facts.status == "completed" for facts in self.state.trials.values())
            raise NothingLeftError(
                f"{self.url!r} has no best trial yet: {done} trials are completed"
                + (", none keeps the outcome constraints" if done else ""),
                hint=f"armwright ask {self.url}",
            )
        return best

    def _facts(self, number: int) -> TrialFacts:
        facts = self.state.trials.get(number)
        if facts is None or facts.open_attempt is None:
            facts = self._folder.refresh().trials.get(number)
        if facts is None or facts.arm is None:
            from armwright.errors import TrialNotFoundError

            numbers = [n for n, other in self.state.trials.items() if other.arm is not None]
            span = f"it has {numbers[0]} to {numbers[-1]}" if numbers else "it has none yet"
            raise TrialNotFoundError(
                f"no trial {number} in {self.url!r}: {span}", hint=f"armwright show {self.url}"
            )
        return facts

    def _end(
        self, number: int, facts: TrialFacts, attempt: int | None, document: dict[str, Any]
    ) -> None:
        known = attempt or facts.open_attempt
        if known is None:
            if facts.last_attempt is None:
                raise StoreError(
                    f"trial {number} of {self.url!r} is waiting: nobody runs it",
                    hint=f"take it first: armwright ask {self.url}",
                )
            known = facts.last_attempt.number
        self._folder.end(number, known, {**document, "time_completed": object_to_json(now())})

    def _check_metrics(self, number: int, values: Mapping[str, Result]) -> None:
        metrics = self.experiment.metrics
        needed = list(self.experiment.optimization_config.metrics)  # type: ignore[union-attr]
        for name in values:
            if name not in metrics:
                raise UsageError(
                    f"trial {number}: unknown metric {name!r}, expected {', '.join(metrics)}"
                )
        for name in needed:
            if name not in values:
                raise UsageError(
                    f"trial {number}: no value for {name!r}, got {', '.join(values) or 'none'}",
                    hint=f"{name}=VALUE, or --failed if there is none",
                )


def _running() -> dict[str, Any]:
    return {
        "status": {"__type": "TrialStatus", "name": "RUNNING"},
        "time_run_started": object_to_json(now()),
    }


def _row(arm: str, metric: str, number: int, mean: float, sem: float) -> dict[str, Any]:
    return {
        "arm_name": arm,
        "metric_name": metric,
        "mean": float(mean),
        "sem": float(sem) if math.isfinite(sem) else None,
        "trial_index": number,
    }


def measured(facts: TrialFacts) -> dict[str, tuple[float, float]]:
    """What a trial measured: for each metric the newest mean and its standard error or NaN."""
    values = {}
    for document in stored_data(facts):
        for row in document["rows"]:
            if row["mean"] is not None:
                sem = row.get("sem")
                values[row["metric_name"]] = (row["mean"], math.nan if sem is None else sem)
    return values


def _holds(constraint: Any, values: Mapping[str, tuple[float, float]]) -> bool:
    if constraint.relative:
        raise NotImplementedError(
            f"{constraint}: relative to a status quo, which the store does not measure yet"
        )
    mean = values.get(constraint.metric.name, (math.nan,))[0]
    if constraint.op is ComparisonOp.LEQ:
        return mean <= float(constraint.bound)
    return mean >= float(constraint.bound)
