"""What a worker sees beyond its own commands: workers that have gone, and the job that it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from armwright.errors import StoreError, UsageError
from armwright.store.lease import Watcher
from armwright.working.events import Remark
from armwright.working.headway import Headway
from armwright.working.scheduler_error import SchedulerError
from armwright.working.slurm_job import SlurmJob, own_trials, release_gone_jobs, slurm_claim

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from armwright.store import ExperimentFolder
    from armwright.working.events import Event
    from armwright.working.options import WorkerOptions
    from armwright.working.run_in_slot import RunInSlot

__all__ = ["Lookout"]


@final
class Lookout:
    """Looks around for one worker.

    Args:
        folder: Of the experiment.
        options: How the worker works.
        report: Called with what happens.
        place: The folder that the workers keep.

    Attributes:
        mine: Trials that this job ran before it was queued again.
        looked: When it looked last, by the worker's clock.

    Raises:
        UsageError: There is no job that could be queued again.
    """

    def __init__(
        self,
        folder: ExperimentFolder,
        options: WorkerOptions,
        report: Callable[[Event], None],
        *,
        place: Path,
    ) -> None:
        self._folder, self._options, self._report = folder, options, report
        self._watcher = Watcher(folder)
        self._job = SlurmJob.current()
        if options.requeues and self._job is None:
            raise UsageError("there is no Slurm job to be queued again: SLURM_JOB_ID is not set")
        self._seeks_mine = self._job is not None and bool(self._job.restarts)
        self._headway = Headway(place, self._job) if options.requeues and self._job else None
        self.mine: list[int] = []
        self.looked = -float("inf")

    @property
    def claim(self) -> dict[str, Any]:
        """What a claim says of the job."""
        return slurm_claim(self._job)

    def look(self, now: float, *, at_once: bool = False) -> bool | None:
        """Frees the trials of workers that have gone.

        Args:
            now: By the worker's clock.
            at_once: Whether to look although it has looked a moment ago.

        Returns:
            Whether there were any; None where it has not looked.
        """
        if not (at_once or now - self.looked >= self._options.looks_every):
            return None
        self.looked = now
        try:
            gone = [released.number for released in self._watcher.release()]
            if self._job is not None:
                gone += release_gone_jobs(self._folder, self._job.cluster)
                if self._seeks_mine:
                    self.mine = own_trials(self._folder.refresh(), self._job)
                    self._seeks_mine = False
        except StoreError as error:
            if not error.retryable:
                raise
            self._report(Remark(text=f"cannot look for workers that have gone: {error.message}"))
            return None
        if gone:
            numbers = ", ".join(map(str, gone))
            self._report(Remark(text=f"trial {numbers}: its worker has gone; it waits again"))
        return bool(gone)

    def limits(self, now: float) -> tuple[float | None, float | None]:
        """When to tell the commands to end, and when this process will be; None for no end."""
        left = self._job.seconds_left() if self._job is not None else None
        known = [seconds for seconds in (self._options.time_limit, left) if seconds is not None]
        if not known:
            return None, None
        end = min(known)
        return now + end - min(self._options.margin, end / 10), now + end

    def began(self, run: RunInSlot) -> None:
        """Looks at a trial before its command starts."""
        if self._headway is not None:
            self._headway.began(run)

    def note(self, event: Event) -> None:
        """Takes into account how far a trial is, or that it has ended."""
        if self._headway is not None:
            self._headway.note(event)

    def handed_back(self, run: RunInSlot) -> None:
        """Looks at what a trial that was handed back has kept."""
        if self._headway is not None:
            self._headway.handed_back(run)

    def queue_again(self) -> bool:
        """Has the job go on later, where that is wanted; it finds what it hands back by itself.

        Returns:
            False where it would only go on without ever coming further.
        """
        if self._job is None or self._headway is None:
            return True
        most = self._options.most_fruitless
        try:
            if self._headway.fruitless() > most:
                self._report(
                    Remark(
                        text=f"job {self._job.ident} is not queued again: {most} times it was, and "
                        "no trial ended, told of a later step or left anything new in its "
                        "checkpoint folder; give it more time, or have the command save what it "
                        "has in $ARMWRIGHT_CHECKPOINT"
                    )
                )
                return False
            self._job.requeue()
        except SchedulerError as error:
            self._report(Remark(text=error.message))
        except OSError as error:
            self._report(
                Remark(
                    text=f"job {self._job.ident} is not queued again: whether it comes further "
                    f"cannot be remembered: {error}"
                )
            )
        else:
            self._report(Remark(text=f"job {self._job.ident} is queued again"))
        return True
