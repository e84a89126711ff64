"""Adding runs to a folder: under the next free number, with what the run is to try."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, final

from armwright.experiment.clock import now
from armwright.persistence.draft import drafted
from armwright.persistence.experiment_json import trial_to_json
from armwright.persistence.facts import config_of, plan_of, trial_document
from armwright.persistence.folder_view import FolderView
from armwright.persistence.json_codec import object_to_json
from armwright.sigopt.run_record import KEY, is_archived

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment import Trial
    from armwright.store import ExperimentFolder, State, TrialFacts

__all__ = ["Suggester"]

Json = dict[str, Any]


@final
class Suggester:
    """Adds runs to one folder for this process.

    Args:
        folder: Of an experiment, or of a project's runs.
    """

    def __init__(self, folder: ExperimentFolder) -> None:
        self._folder = folder
        self._lock = threading.RLock()
        self._view: FolderView | None = None
        self._left_out: frozenset[int] = frozenset()
        self._filled: dict[int, tuple[TrialFacts, TrialFacts]] = {}
        self._version = 0

    def add_run(self, about: Mapping[str, Any]) -> int:
        """Adds a run that this process works on. Returns the number of its trial.

        Args:
            about: What the run says of itself from the start.
        """

        def make(number: int, state: State) -> Json:
            said = {**about, "created": round(time.time())}
            definition = state.configs[state.version].get(KEY, {})
            view = self._known(state)
            with drafted(view.experiment, number) as trial:
                if "parameters" in definition:
                    said["assignments"] = self._suggest(trial, number, state, view)
                return {
                    **trial_document(
                        trial_to_json(trial), config_of(state, state.version), state.version
                    ),
                    KEY: said,
                }

        claim = {
            "status": {"__type": "TrialStatus", "name": "RUNNING"},
            "time_run_started": object_to_json(now()),
        }
        with self._lock:
            return self._folder.add_trial(make, claim=claim)

    def _suggest(self, trial: Trial, number: int, state: State, view: FolderView) -> Json:
        """Gives the trial its arm; returns what the run is told of it."""
        from armwright.sigopt.domain import active_assignments
        from armwright.sigopt.suggestion import suggested_run

        definition = state.configs[state.version][KEY]
        run = suggested_run(
            definition, view.experiment, plan=plan_of(state), number=number, used=state.trials
        )
        trial.add_generator_run(run)
        return active_assignments(definition, trial.arms[0].parameters)

    def _known(self, state: State) -> FolderView:
        """What suggestions are made from: all runs but the archived ones."""
        archived = frozenset(n for n, facts in state.trials.items() if is_archived(facts))
        definition = state.configs[state.version].get(KEY, {})
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
        free = 1 + max(state.trials, default=-1)
        experiment = self._view.experiment
        experiment._first_free_index = max(experiment._first_free_index, free)
        return self._view

    def _filled_in(self, facts: TrialFacts, definition: Json) -> TrialFacts:
        """The trial with values for the parameters that came after it."""
        from armwright.sigopt.domain import fill_in

        known = self._filled.get(facts.number)
        if known is not None and known[0] is facts:
            return known[1]
        filled, arms = facts, (facts.arm or {}).get("arms") or ()
        missing = {
            parameter["name"]: fill_in(parameter)
            for parameter in definition.get("parameters", ())
            if arms and parameter["name"] not in arms[0]["parameters"]
        }
        if missing:
            whole = [{**arm, "parameters": {**arm["parameters"], **missing}} for arm in arms]
            filled = replace(facts, arm={**(facts.arm or {}), "arms": whole})
        self._filled[facts.number] = (facts, filled)
        return filled
