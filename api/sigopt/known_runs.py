"""What suggestions are made from: all runs but archived ones, with values for all parameters."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, final

from armwright.persistence.facts import plan_of
from armwright.persistence.filled_in import filled
from armwright.persistence.folder_view import FolderView
from armwright.persistence.kept_definition import kept_definition
from armwright.persistence.made_with import made_with
from armwright.persistence.replaced import ReplacedTrials
from armwright.persistence.seen import Seen
from armwright.sigopt.made_trials import MadeTrials
from armwright.sigopt.run_record import is_archived

if TYPE_CHECKING:
    from armwright.experiment import Experiment, GeneratorRun
    from armwright.store import ExperimentFolder, State, TrialFacts

__all__ = ["KnownRuns"]

Json = dict[str, Any]


@final
class KnownRuns:
    """The runs of one experiment as its suggestions see them, and the suggestions.

    Args:
        folder: Of the experiment.

    Attributes:
        lock: One thread at a time uses what this gives.
        trials: All trials of the folder.
    """

    def __init__(self, folder: ExperimentFolder) -> None:
        self._folder = folder
        self.lock = threading.RLock()
        self.trials = MadeTrials()
        self._state: State | None = None
        self._view: FolderView | None = None
        self._left_out: frozenset[int] = frozenset()
        self._kept: dict[int, TrialFacts] = {}
        self._seen = Seen()
        self._version = 0
        self._replaced = ReplacedTrials()

    def left_out(self, state: State) -> frozenset[int]:
        """The numbers of archived runs."""
        if state is self._state:
            return self._left_out
        trials = self.trials.of(state)
        return frozenset(number for number, facts in trials.items() if is_archived(facts))

    def view(self, state: State) -> FolderView:
        """The others, and the experiment that they make up."""
        from armwright.sigopt.core.corrected import corrected
        from armwright.sigopt.domain import fill_in

        with self.lock:
            if self._view is not None and state is self._state:
                return self._view
            trials, changed = self.trials.of(state), state.changed_since(self._state)
            gone = {number for number in changed if is_archived(trials[number])}
            archived = self._left_out.difference(changed) | gone
            anew = self._view is None or len(changed) == len(trials)
            anew = anew or archived != self._left_out or state.version != self._version
            if anew:
                self._kept, self._seen, changed = {}, Seen(), list(trials)
                archived = frozenset(number for number in changed if is_archived(trials[number]))
            definition = kept_definition(state)
            values = {item["name"]: fill_in(item) for item in definition.get("parameters", ())}
            for number in changed:
                if number not in archived:
                    self._kept[number] = filled(corrected(trials[number]), values)
                    self._seen.note(trials[number])
            shown = replace(state, trials={n: self._kept[n] for n in trials if n in self._kept})
            if anew or self._view is None:
                self._view = FolderView(self._folder, shown)
                self._left_out, self._version = archived, state.version
            else:
                self._view.update(shown)
            self._state = state
            free = 1 + max(state.trials, default=-1)
            experiment = self._view.experiment
            experiment._first_free_index = max(experiment._first_free_index, free)
            return self._view

    def experiment(self, state: State) -> Experiment:
        """The experiment that the runs make up."""
        return self.view(state).experiment

    def made(
        self, number: int, state: State, *, deadline: float | None = None, free: int | None = None
    ) -> GeneratorRun:
        """What the run of a number is to try, with a record of what was known.

        Args:
            number: Of its trial.
            state: What is known.
            deadline: When to be done, by `time.monotonic()`.
            free: The next free number then; the one after the last where None.

        Raises:
            ApiException: Nothing can be suggested. Status 400.
        """
        with self.lock:
            view = self.view(state)
            if free is not None:
                view.experiment._first_free_index = free
            run = self._run(number, state, view, deadline)
            run._gen_metadata = {
                **(run.gen_metadata or {}),
                "made_with": made_with(),
                "seen": self._seen.document(
                    version=state.version, free=view.experiment._next_trial_index
                ),
            }
            return run

    def _run(
        self, number: int, state: State, view: FolderView, deadline: float | None
    ) -> GeneratorRun:
        from armwright.sigopt.suggestion import suggested_run

        definition, plan = kept_definition(state), plan_of(state)
        if definition.get("tasks"):
            from armwright.sigopt.core.task_run import task_run

            return task_run(
                definition, view.experiment, plan=plan, number=number, deadline=deadline
            )
        if definition["type"] != "grid" and definition["budget"]:
            budget = definition["budget"] + self._replaced.count(state)
            definition = {**definition, "budget": budget}
        return suggested_run(
            definition,
            view.experiment,
            plan=plan,
            number=number,
            used=state.trials,
            deadline=deadline,
        )
