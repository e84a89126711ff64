"""Takes a trial and starts its command: from a claim in the store to a process with its arm."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from armwright.errors import UsageError
from armwright.store.heartbeat import Heartbeat
from armwright.store.process import this_place
from armwright.store.promise import Promise
from armwright.working.events import TrialStarted
from armwright.working.printed_steps import PrintedSteps
from armwright.working.run_in_slot import RunInSlot

if TYPE_CHECKING:
    from collections.abc import Callable

    from armwright.persistence import StoredExperiment
    from armwright.store import ExperimentFolder
    from armwright.working.commands import Commands
    from armwright.working.lookout import Lookout
    from armwright.working.trial_command import TrialCommand
    from armwright.working.work_folder import WorkFolder

__all__ = ["TrialStarter"]


@final
class TrialStarter:
    """Starts the trials of one worker.

    Args:
        folder: Of the experiment.
        stored: The same.
        command: What runs a trial.
        work: Where it leaves what it leaves.
        clock: The worker's own clock, in seconds.
    """

    def __init__(
        self,
        folder: ExperimentFolder,
        stored: StoredExperiment,
        *,
        command: TrialCommand,
        work: WorkFolder,
        clock: Callable[[], float],
    ) -> None:
        self._folder, self._stored = folder, stored
        self._command, self._work, self._clock = command, work, clock
        self._promise = Promise(place=this_place())

    def start(self, running: Commands, lookout: Lookout) -> TrialStarted:
        """Takes a trial, and starts its command in a free slot.

        Args:
            running: Where the command is added.
            lookout: Knows the job, which trials are its own, and whether it comes further.

        Raises:
            NothingLeftError: There is none to take.
            StoreError: None can be taken.
            UsageError: The command cannot be started; the trial is given back.
        """
        asked = self._clock()
        claim = {"work": {"folder": str(self._work.place)}, **lookout.claim}
        (trial,) = self._stored.asker.ask(1, self._promise, claim=claim, first=lookout.mine)
        heartbeat = Heartbeat(self._folder, trial.number, trial.attempt, self._promise)
        try:
            folder = self._work.make(self._folder.state.trials[trial.number], trial.attempt)
            slot = running.free_slot()
            words, environment = self._command.plan(trial, folder, slot)
            run = RunInSlot(
                trial=trial,
                slot=slot,
                folder=folder,
                heartbeat=heartbeat,
                steps=PrintedSteps(folder.stdout),
                began=self._clock(),
            )
            lookout.began(run)
            running.start(run, words, environment)
        except BaseException as error:
            self._stored.release(trial, reason="its command could not be started")
            if isinstance(error, OSError):
                raise UsageError(f"trial {trial.number} could not be started: {error}") from error
            raise
        heartbeat.start()
        return TrialStarted(
            trial=trial.number,
            attempt=trial.attempt,
            slot=slot,
            parameters=trial.parameters,
            folder=str(folder.path),
            wait_s=run.began - asked,
        )
