"""Adding runs to a folder: under the next free number, with what the run is to try."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, final

from armwright.experiment.clock import now
from armwright.persistence.draft import drafted
from armwright.persistence.experiment_json import trial_to_json
from armwright.persistence.facts import config_of, retried_trials, trial_document
from armwright.persistence.json_codec import object_to_json
from armwright.sigopt.known_runs import KnownRuns
from armwright.sigopt.run_record import KEY, is_archived
from armwright.store.process import this_place
from armwright.store.promise import Promise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment import Experiment, GeneratorRun, Trial
    from armwright.sigopt.made_trials import MadeTrials
    from armwright.store import ExperimentFolder, State

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
        self._known = KnownRuns(folder)
        self._lock = self._known.lock

    @property
    def trials(self) -> MadeTrials:
        """The trials of the folder."""
        return self._known.trials

    @property
    def promise(self) -> Promise | None:
        """How others can tell that a worker lives.

        A project's runs are nobody else's business, and who observes what the core API suggests may
        be another process than the one that asked.
        """
        state = self._folder.state
        definition = state.configs[state.version].get(KEY, {})
        is_shared = "parameters" in definition and definition.get("api") != "core"
        return Promise(place=this_place()) if is_shared else None

    def add_run(
        self,
        about: Mapping[str, Any],
        given: Mapping[str, Any] | None = None,
        *,
        begun: bool = True,
    ) -> tuple[int, int]:
        """Takes up a run whose worker has gone, or adds one, for this process to work on.

        Args:
            about: What a new run says of itself from the start.
            given: A value of every parameter for a new run; a suggestion where None.
            begun: Whether a new run is begun at once.

        Returns:
            The number of its trial, and the attempt that is ours.
        """

        def make(number: int, state: State) -> Json:
            said = {**about, "created": round(time.time())}
            definition = state.configs[state.version].get(KEY, {})
            with drafted(self._known.experiment(state), number) as trial:
                if "parameters" in definition:
                    said |= self._suggest(trial, number, state, given)
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
            for facts in retried_trials(self._folder.state) if given is None else ():
                attempt = facts.next_attempt
                if (
                    attempt is not None
                    and not is_archived(facts)
                    and self._folder.claim(facts.number, attempt, claim, promise=self.promise)
                    == "won"
                ):
                    self._folder.refresh()
                    return facts.number, attempt
            return self._folder.add_trial(
                make, claim=claim if begun else None, promise=self.promise if begun else None
            ), 1

    def experiment(self) -> Experiment:
        """All that is known, as what is suggested next is made from."""
        return self.experiment_of(self._folder.state)

    def experiment_of(self, state: State) -> Experiment:
        """The same of a state."""
        return self._known.experiment(state)

    def made(
        self, number: int, state: State, free: int, *, deadline: float | None = None
    ) -> GeneratorRun:
        """What a run of a number would try, where this is known.

        Args:
            number: Of its trial.
            state: What is known.
            free: The next free number.
            deadline: When to be done, by `time.monotonic()`.
        """
        return self._known.made(number, state, free=free, deadline=deadline)

    def _suggest(
        self, trial: Trial, number: int, state: State, given: Mapping[str, Any] | None
    ) -> Json:
        """Gives the trial its arm; returns what the run is told of it."""
        from armwright.experiment import Arm, GeneratorRun
        from armwright.sigopt.domain import active_assignments

        definition = state.configs[state.version][KEY]
        if given is not None:
            run = GeneratorRun(arms=[Arm(parameters=dict(given))], model_key="Given")
        else:
            run = self._known.made(number, state)
        trial.add_generator_run(run)
        values = trial.arms[0].parameters
        task = {"task": values[definition["task_parameter"]]} if definition.get("tasks") else {}
        return {"assignments": active_assignments(definition, values), **task}
