"""The commands that a worker has under way, side by side: started, told to end, and killed."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, final

from armwright.working.command_process import CommandProcess, Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from armwright.store import State
    from armwright.working.options import WorkerOptions
    from armwright.working.run_in_slot import RunInSlot

__all__ = ["Commands"]


@final
class Commands:
    """The commands of one worker, each in a slot of its own.

    Who was told to end and has not by the end of its grace is killed; so is what runs for too long,
    and what runs when this process is killed itself.

    Args:
        options: How the worker works.
        clock: The worker's own clock, in seconds.
        ended: Called once a command has ended, in the thread that waits for it.
    """

    def __init__(
        self,
        options: WorkerOptions,
        clock: Callable[[], float],
        ended: Callable[[RunInSlot], None],
    ) -> None:
        self._options, self._clock, self._ended = options, clock, ended
        self._running: dict[int, RunInSlot] = {}
        self._watchdog = Watchdog()
        self._kill_at: float | None = None

    def __len__(self) -> int:
        return len(self._running)

    def __iter__(self) -> Iterator[RunInSlot]:
        return iter(list(self._running.values()))

    def __contains__(self, run: object) -> bool:
        return any(run is known for known in self._running.values())

    def free_slot(self) -> int:
        """The lowest number that no command has."""
        return next(at for at in range(len(self._running) + 1) if at not in self._running)

    def start(self, run: RunInSlot, words: Sequence[str], environment: Mapping[str, str]) -> None:
        """Starts the command of a trial, to be killed if this process goes without a word.

        Raises:
            OSError: It cannot be started.
        """

        def on_end() -> None:
            # In the thread that waits for the command: others may be made an arm meanwhile.
            run.ended = self._clock()
            self._ended(run)

        self._watchdog.start()
        run.command = CommandProcess(
            words, environment=environment, folder=run.folder, ended=on_end
        )
        self._running[run.slot] = run
        self._watch()

    def finish(self, run: RunInSlot) -> int:
        """Kills what an ended command left running, and returns its exit code."""
        return run.process.finish()

    def drop(self, run: RunInSlot) -> None:
        """Has the slot of an ended command be free."""
        del self._running[run.slot]
        self._watch()

    def tell_all(self, why: str, number: signal.Signals, grace: float) -> None:
        """Tells every command to end, with so many seconds until it is killed."""
        at = self._clock() + grace
        self._kill_at = at if self._kill_at is None else min(self._kill_at, at)
        for run in self:
            run.told = run.told or why
            run.process.signal(number)

    def kill_now(self) -> None:
        """Has all be killed at the next look at the clock."""
        self._kill_at = self._clock()

    def kill(self) -> None:
        """Kills all of them."""
        for run in self:
            run.process.signal(signal.SIGKILL)

    def look_at_clock(self) -> None:
        """Stops what runs for too long, and kills what did not end when it was told to."""
        now, timeout = self._clock(), self._options.timeout
        for run in self:
            if timeout is not None and not run.timed_out and now - run.began >= timeout:
                run.timed_out, run.kill_at = True, now + self._options.grace
                run.process.signal(signal.SIGTERM)
            if any(at is not None and now >= at for at in (run.kill_at, self._kill_at)):
                run.process.signal(signal.SIGKILL)

    def moments(self) -> list[float]:
        """When the clock is to be looked at next, by the worker's clock."""
        timeout = self._options.timeout
        moments = [self._kill_at, *(run.kill_at for run in self)]
        if timeout is not None:
            moments += [run.began + timeout for run in self if not run.timed_out]
        return [at for at in moments if at is not None]

    def stop_ended(self, state: State) -> None:
        """Stops the commands of trials that somebody else has ended, such as cancelled ones."""
        for run in self:
            attempt = state.trials[run.trial.number].attempts.get(run.trial.attempt)
            if attempt is not None and attempt.end is not None and not run.told:
                run.told, run.kill_at = "ended elsewhere", self._clock() + self._options.grace
                run.process.signal(signal.SIGTERM)

    def close(self) -> None:
        """Ends the watchdog; every command is to have ended."""
        self._watchdog.close()

    def _watch(self) -> None:
        self._watchdog.watch([run.process.group for run in self._running.values()])
