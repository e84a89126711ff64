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
from armwright.persistence.seen import seen_document
from armwright.sigopt.run_record import is_archived

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    """

    def __init__(self, folder: ExperimentFolder) -> None:
        self._folder = folder
        self.lock = threading.RLock()
        self._state: State | None = None
        self._view: FolderView | None = None
        self._left_out: frozenset[int] = frozenset()
        self._filled: dict[int, tuple[TrialFacts, TrialFacts]] = {}
        self._version = 0
        self._replaced = ReplacedTrials()

    def left_out(self, state: State) -> frozenset[int]:
        """The numbers of archived runs."""
        if state is self._state:
            return self._left_out
        return frozenset(n for n, facts in state.trials.items() if is_archived(facts))

    def view(self, state: State) -> FolderView:
        """The others, and the experiment that they make up."""
        with self.lock:
            if self._view is not None and state is self._state:
                return self._view
            archived, definition = self.left_out(state), kept_definition(state)
            if state.version != self._version:
                self._filled.clear()
            kept = {
                number: self._filled_in(facts, definition)
                for number, facts in state.trials.items()
                if number not in archived
            }
            shown = replace(state, trials=kept)
            if self._view is None or archived != self._left_out or state.version != self._version:
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
                "seen": seen_document(
                    (facts for n, facts in state.trials.items() if n not in self._left_out),
                    version=state.version,
                    free=view.experiment._next_trial_index,
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

            return task_run(definition, view.experiment, plan=plan, number=number)
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

    def _filled_in(self, facts: TrialFacts, definition: Mapping[str, Any]) -> TrialFacts:
        """The trial as it counts now, with values for the parameters that came after it."""
        from armwright.sigopt.core.corrected import corrected
        from armwright.sigopt.domain import fill_in

        known = self._filled.get(facts.number)
        if known is not None and known[0] is facts:
            return known[1]
        values = {item["name"]: fill_in(item) for item in definition.get("parameters", ())}
        found = filled(corrected(facts), values)
        self._filled[facts.number] = (facts, found)
        return found
