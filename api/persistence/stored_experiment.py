"""An experiment bound to its folder: ask for trials, tell results, from any number of processes.

What needs only the facts (`tell`, `best`, taking up a waiting trial) builds no domain view, so that
an array task that reports a number loads neither pandas nor NumPy.
"""

from __future__ import annotations

import json
import math
import shlex
import threading
from typing import TYPE_CHECKING, Any, Self, final

from armwright.errors import (
    StoreError,
    TrialEndedError,
    TrialNotFoundError,
    UsageError,
)
from armwright.experiment.clock import now, now_ms
from armwright.experiment.pictured import Drawable
from armwright.generation_options import GENERATION, checked_generation
from armwright.persistence.asked_trials import AskedTrial, BestTrial, EndedTrial, Result
from armwright.persistence.asking import Asker
from armwright.persistence.best import best_of
from armwright.persistence.facts import (
    config_of,
    is_readable,
    plan_of,
    readable_trials,
    unreadable_trials,
)
from armwright.persistence.folder_view import FolderView
from armwright.persistence.json_codec import object_from_json, object_to_json
from armwright.persistence.kept_definition import (
    KEY,
    check_has_model,
    kept_definition,
    needed_metrics,
)
from armwright.persistence.live_journal import LiveJournal
from armwright.persistence.measured import mean_and_sem, only_arm, result_row
from armwright.persistence.next_run import check_runnable
from armwright.persistence.progress import Progress, progress_document, progress_of
from armwright.persistence.publish import publish
from armwright.persistence.unknown_metrics import with_known_metrics
from armwright.persistence.unsure_ends import UnsureEnds
from armwright.store import ExperimentFolder
from armwright.store.layout import arm_path
from armwright.store.process import is_gone, this_place
from armwright.store.promise import Promise

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping

    from armwright.experiment import (
        Arm,
        Experiment,
        Metric,
        OptimizationConfig,
        SearchSpace,
        TParamValue,
    )
    from armwright.store import Damage, State, TrialFacts

__all__ = ["StoredExperiment"]


@final
class StoredExperiment(Drawable):
    """One experiment in a folder, as one of any number of processes uses it.

    Make one with `create` or `open`. It knows what its last `refresh` found; `ask` refreshes.

    Attributes:
        asker: How trials are taken.
    """

    def __init__(self, folder: ExperimentFolder) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self.asker = Asker(folder)
        self._ends = UnsureEnds()
        self._journal: LiveJournal | None = None

    @classmethod
    def create(
        cls,
        url: str | os.PathLike[str],
        experiment: Experiment,
        *,
        budget: int | None = None,
        seed: int | None = None,
        initial_trials: int | None = None,
        generation: Mapping[str, Any] | None = None,
        parts: Mapping[str, Any] | None = None,
    ) -> Self:
        """Makes a folder for an experiment, with what it holds already.

        Args:
            url: `<root>/<name>`, a path or an fsspec URL.
            experiment: Its definition, and its trials if it has any.
            budget: How many trials to make; None for no end.
            seed: Decides every arm; `ARMWRIGHT_SEED` or fresh entropy when left out.
            initial_trials: How many quasi-random trials come first; one for each
                parameter, but at least 5 and at most 16, if left out.
            generation: What there is to say of the model that makes arms; see
                `armwright.generation_options`.
            parts: What else the configuration is to hold; see `Definition.parts`.

        Raises:
            ExperimentExistsError: There is an experiment already.
            UsageError: The experiment cannot be run: it has no objective, nothing to tune, no point
                that keeps its constraints, or a part that no model understands yet.
            StoreError: It cannot be made there.
        """
        said = checked_generation(generation)
        check_has_model((parts or {}).get(KEY) or {}, said)
        for name, value in (("budget", budget), ("initial_trials", initial_trials)):
            if value is not None and (type(value) is not int or value < 1):
                raise UsageError(f"{name} should be a whole number from 1 on, got {value!r}")
        check_runnable(experiment)
        from armwright.generation.seed import base_seed

        plan: dict[str, Any] = {"budget": budget, "seed": base_seed(seed)}
        plan |= {"initial_trials": initial_trials, **({GENERATION: said} if said else {})}
        return cls(publish(experiment, str(url), plan=plan, parts=parts, exclusive=True))

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
    def description(self) -> str | None:
        """For people."""
        text: str | None = self._part("description")
        return text

    @property
    def state(self) -> State:
        """The facts known, without looking for new ones."""
        return self._folder.state

    @property
    def damaged(self) -> tuple[Damage, ...]:
        """Files that could not be taken into account; the rest is read all the same."""
        state = self.state
        return (*state.damaged, *unreadable_trials(state))

    @property
    def budget(self) -> int | None:
        """How many trials it is to have; None for no end."""
        return plan_of(self.state)["budget"]  # type: ignore[no-any-return] # a document's value

    @property
    def seed(self) -> int:
        """What every arm is derived from."""
        return plan_of(self.state)["seed"]  # type: ignore[no-any-return] # a document's value

    @property
    def optimization_config(self) -> OptimizationConfig | None:
        """What is optimized; None if nothing is."""
        config: OptimizationConfig | None = self._part("optimization_config")
        return config

    @property
    def metrics(self) -> dict[str, Metric]:
        """All metrics, tracked and optimized ones, by name."""
        config = self.optimization_config
        tracked: list[Metric] = self._part("tracking_metrics")
        known = {metric.name: metric for metric in tracked} | (config.metrics if config else {})
        if kept_definition(self.state):  # which may stand for its constraints by a made-up one
            return {name: known[name] for name in needed_metrics(self.state, config)}
        return known

    @property
    def status_quo(self) -> Mapping[str, TParamValue] | None:
        """The parameters that others are compared with; None where there are none."""
        arm: Arm | None = self._part("status_quo")
        return None if arm is None else arm.parameters

    @property
    def search_space(self) -> SearchSpace:
        """Where arms come from."""
        space: SearchSpace = self._part("search_space")
        return space

    def _part(self, key: str) -> Any:
        """A part of the configuration in force, as a domain object."""
        state = self.state
        config, _ = with_known_metrics(config_of(state, state.version))
        return object_from_json(config[key])

    @property
    def trials(self) -> dict[int, TrialFacts]:
        """The facts known of each trial that can be read."""
        return readable_trials(self.state)

    @property
    def experiment(self) -> Experiment:
        """The experiment with the trials known, bound to the folder.

        What its trials and `attach_data` do is written at once: `mark_running` claims, the other
        `mark_...` methods end, data are reported. Where the folder says otherwise they raise, and
        nothing is changed. A trial made here is written when it leaves the state CANDIDATE, and may
        get another index then. A changed definition, and candidates, are written by `ax.save`.
        """
        with self._lock:
            if self._journal is None:
                self._journal = LiveJournal(self._folder, FolderView(self._folder, self.state))
            self._journal.take_in_known()
            return self._journal.experiment

    @property
    def known(self) -> Experiment:
        """The experiment as arms are made from it: also older arms have all parameters. Read it."""
        with self.asker.lock:
            return self.asker.known_experiment(self.state)

    def refresh(self) -> Experiment:
        """Looks for what others wrote, and returns the experiment as it is now."""
        self._folder.refresh()
        return self.experiment

    def ask(
        self, count: int = 1, *, in_process: bool = False, within: float | None = None
    ) -> list[AskedTrial]:
        """Takes up to `count` trials to run: those that wait first, then new ones.

        Trials without an arm, and batches, which one process runs as a whole, are left to the
        program that made them.

        Args:
            count: How many; fewer come where the budget or the space leaves fewer, or where not
                all of them can be written.
            in_process: This process runs them itself, so that a trial whose process has gone can be
                taken up by another on the same machine.
            within: Seconds after which no further step of a model's work begins: the best found by
                then is taken, a quasi-random arm in the worst case, and the trial's generator
                record says what was left out. Files are read and written outside of that time.

        Raises:
            NothingLeftError: Not even one is left.
            UsageError: The experiment cannot be run; see `create`.
            StoreError: Not even one can be written.
        """
        promise = Promise(every=None, place=this_place()) if in_process else None
        return self.asker.ask(count, promise, within=within)

    def loop(self, *, progress: bool = True, callbacks: Iterable[Any] = ()) -> Iterator[AskedTrial]:
        """Asks for one trial after the other, for this process to run, until none is left.

        Tell each one's result before the next is asked for; several processes may loop at once, on
        any number of machines. A process that loops shows that it lives, and takes up the trials
        of those that have shown no sign of it for ten minutes.

        Args:
            progress: Whether a line shows how far all is, on a terminal or in a notebook.
            callbacks: Who is told of each trial; see `armwright.callbacks`.
        """
        from armwright.persistence.told_loop import told_loop

        yield from told_loop(self, progress=progress, callbacks=callbacks)

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
            UsageError: A metric is unknown, a value is no number, one that the objective or a
                constraint needs is missing, or the trial is a batch.
        """
        facts = self.facts(number)
        arm = only_arm(facts)
        if arm is None:
            arms = len((facts.arm or {})["arms"])
            raise UsageError(
                f"trial {number} of {self.url!r} has {arms} arms, and this reports on trials of "
                "one",
                hint="attach its data in Python: armwright.ax.load, attach_data, armwright.ax.save",
            )
        self._check_metrics(number, values)
        pairs = {name: mean_and_sem(name, value) for name, value in values.items()}
        means = {name: mean for name, (mean, _) in pairs.items()}
        wrong = [f"{name}={mean}" for name, mean in means.items() if not math.isfinite(mean)]
        if wrong:
            return self.fail(
                number, reason="nan", note=", ".join(wrong), values=means, attempt=attempt
            )
        rows = [result_row(arm.name, name, number, *pair) for name, pair in pairs.items()]
        self._end(
            number,
            facts,
            attempt,
            {"state": "completed", "data": [{"timestamp": now_ms(), "rows": rows}]},
        )
        return EndedTrial(state="completed", reason="", values=means)

    def report(
        self,
        number: int,
        values: Mapping[str, Result],
        *,
        step: float,
        attempt: int | None = None,
    ) -> None:
        """Reports how far a running trial is; it goes on, and nothing is learned from it yet.

        Args:
            number: Of the trial.
            values: For each metric its value at this step.
            step: How far it is, in units of its own, such as epochs.
            attempt: Which attempt this is about; the one that is running when left out.

        Raises:
            TrialNotFoundError: There is no such trial.
            TrialEndedError: It has ended, maybe by somebody else: time to stop.
            UsageError: A metric is unknown, or a value or the step is no number.
        """
        facts = self.facts(number)
        self._check_known(number, values)
        document = progress_document(number, values, step=step, timestamp=now_ms())
        self._folder.report(number, self._attempt(facts, attempt), document)

    def progress(self, number: int) -> list[Progress]:
        """What a trial reported while it ran, as far as is known, step by step.

        Raises:
            TrialNotFoundError: There is no such trial.
        """
        return progress_of(self.facts(number))

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
            UsageError: The reason is empty or not text.
        """
        if not isinstance(reason, str) or not reason.strip():
            raise UsageError(f"trial {number}: reason should be a word such as oom, got {reason!r}")
        document: dict[str, Any] = {"state": "failed", "reason": reason}
        if note:
            document["note"] = note
        if values:
            document["values"] = {name: object_to_json(value) for name, value in values.items()}
        try:
            json.dumps(document, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise UsageError(f"trial {number}: reason and note should be Unicode text") from error
        self._end(number, self.facts(number), attempt, document)
        return EndedTrial(state="failed", reason=reason, values=values or {})

    def release(self, trial: AskedTrial, *, reason: str = "interrupted") -> None:
        """Hands a trial back: this attempt came to nothing, another process may take the next."""
        facts = self.facts(trial.number)
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
            place = (attempt.claim or {}).get("in_process")
            if not place or not is_gone(attempt.claimed.writer, place):
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
        """The finished trial with the best objective of those that keep the constraints.

        The measured objective decides; where results carry noise (see `carries_noise`) what a model
        of all of them expects, for the best of many noisy results is a lucky one.

        Raises:
            NothingLeftError: No finished trial keeps them, or none is finished.
            UsageError: The experiment has no objective, or several.
        """
        return best_of(self)

    def facts(self, number: int) -> TrialFacts:
        """All that is known of a trial; looks for new facts unless it is known to be running.

        Raises:
            TrialNotFoundError: There is no such trial, or its file is damaged.
        """
        facts = self.state.trials.get(number)
        if facts is None or facts.open_attempt is None:
            facts = self._folder.refresh().trials.get(number)
        if facts is not None and is_readable(facts):
            return facts
        for damage in self.damaged:
            if damage.path == arm_path(number):
                raise TrialNotFoundError(
                    f"trial {number} of {self.url!r} cannot be read: {damage.path} is damaged: "
                    f"{damage.problem}",
                    hint="the other trials are not affected",
                )
        numbers = list(self.trials)
        span = f"it has {numbers[0]} to {numbers[-1]}" if numbers else "it has none yet"
        raise TrialNotFoundError(
            f"no trial {number} in {self.url!r}: {span}",
            hint=f"armwright show {shlex.quote(self.url)}",
        )

    def _end(
        self, number: int, facts: TrialFacts, attempt: int | None, document: dict[str, Any]
    ) -> None:
        document = {**document, "time_completed": object_to_json(now())}
        self._ends.write(self._folder, number, self._attempt(facts, attempt), document)

    def _attempt(self, facts: TrialFacts, attempt: int | None) -> int:
        """Which attempt a word about a trial is about."""
        known = facts.open_attempt if attempt is None else attempt
        if known is not None:
            return known
        if facts.last_attempt is None:
            raise StoreError(
                f"trial {facts.number} of {self.url!r} is waiting: nobody runs it",
                hint=f"take it first: armwright ask {shlex.quote(self.url)}",
            )
        return facts.last_attempt.number

    def _check_known(self, number: int, values: Mapping[str, Result]) -> None:
        metrics = self.metrics
        for name in values:
            if name not in metrics:
                raise UsageError(
                    f"trial {number}: unknown metric {name!r}, expected "
                    f"{', '.join(metrics) or 'none, for the experiment has no metric'}"
                )

    def _check_metrics(self, number: int, values: Mapping[str, Result]) -> None:
        self._check_known(number, values)
        for name in needed_metrics(self.state, self.optimization_config):
            if name not in values:
                raise UsageError(
                    f"trial {number}: no value for {name!r}, got {', '.join(values) or 'none'}",
                    hint=f"{name}=VALUE, or --failed if there is none",
                )
