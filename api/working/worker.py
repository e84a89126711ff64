"""The loop of a worker: take a trial, run its command, tell its end; until there is nothing to do.

One thread decides everything. Commands that end, and signals, come to it through a queue.
"""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Any, final

from armwright.callbacks.telling import Teller
from armwright.errors import NothingLeftError, StoreError
from armwright.persistence import StoredExperiment
from armwright.persistence.told_loop import aims_of_stored
from armwright.store import ExperimentFolder
from armwright.working.commands import Commands
from armwright.working.events import Event, Remark, WorkDone
from armwright.working.inbox import Inbox
from armwright.working.lookout import Lookout
from armwright.working.results import Results
from armwright.working.run_in_slot import RunInSlot
from armwright.working.told_events import told_events
from armwright.working.top_up import TopUp
from armwright.working.trial_command import TrialCommand
from armwright.working.trial_starter import TrialStarter
from armwright.working.work_folder import WorkFolder, default_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from armwright.working.options import WorkerOptions

__all__ = ["Worker"]

_TIME_IS_UP = ("time limit", signal.SIGUSR1.name)  # the signal is what sbatch --signal sends
_SHORTEST_S = 0.02
_TICK_S = 1.0  # how often it looks at the clock while commands run
_PAUSE_S = 5.0  # from one look for lost trials to the next, where it waits for them
_LAST_S = 10.0  # of a job's time, kept for the killing and telling
_BROKEN = ("crash", "oom", "no result")  # failures of the command; others are what an arm may do


@final
class Worker:
    """Runs trials of one experiment as commands of this machine.

    Args:
        url: Of the experiment.
        words: The command; see `TrialCommand`.
        options: How it works.
        report: Called with what happens.
        environment: What commands find beside their arm; this process's own if None.
        clock: This process's own clock, in seconds.
        callbacks: Who is told of each trial; see `armwright.callbacks`.

    Raises:
        ExperimentNotFoundError: There is no experiment.
        UsageError: The command cannot be run, the folder is another experiment's, or there is no
            job that could be queued again.
        StoreError: The experiment cannot be read.
    """

    def __init__(
        self,
        url: str | os.PathLike[str],
        words: Sequence[str],
        *,
        options: WorkerOptions,
        report: Callable[[Event], None],
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
        callbacks: Iterable[Any] = (),
    ) -> None:
        self._options, self._clock = options, clock
        self._folder = ExperimentFolder.open(url)
        self._stored = stored = StoredExperiment(self._folder)
        self._teller = Teller(callbacks, experiment=stored.name, aims=aims_of_stored(stored))
        self._report = told_events(report, stored, self._teller)
        command = TrialCommand(
            words,
            url=stored.url,
            parameters=list(stored.search_space.parameters),
            environment=os.environ if environment is None else environment,
        )
        work = WorkFolder(options.folder or default_place(self._folder), self._folder.id)
        self._starter = TrialStarter(self._folder, stored, command=command, work=work, clock=clock)
        self._results = Results(self._folder, stored, options)
        self._lookout = Lookout(self._folder, options, self._report, place=work.place)
        self._top_up = TopUp(stored.url) if options.tops_up else None
        self._inbox = Inbox()
        self._running = Commands(options, clock, self._inbox.put)
        self._again_at = self._told_steps = -float("inf")
        self._started = self._ran = self._handed_back = self._crashes = 0
        self._stopped = ""  # why; empty while it takes trials
        self._stop_at, self._end_at = self._lookout.limits(self._clock())

    @property
    def stored(self) -> StoredExperiment:
        """The experiment, as far as this worker knows it."""
        return self._stored

    def run(self) -> WorkDone:
        """Works until there is nothing more to do; returns why that was.

        In the main thread SIGTERM, SIGUSR1 and SIGINT are forwarded to the commands, which then
        have the grace time to end; what they had to leave undone is handed back.

        Raises:
            StoreError: The experiment can no longer be read or written. What runs is handed back
                as far as that is possible.
            UsageError: No arm can be made.
        """
        with self._teller:
            return self._run()

    def _run(self) -> WorkDone:
        self._inbox.take_signals()
        why = ""
        try:
            while not why:
                self._look()
                why = self._fill()
                if not why:
                    self._wait()
        except BaseException:
            self._abort()
            raise
        finally:
            self._running.close()
            if self._top_up is not None:
                self._top_up.stop()
            self._inbox.close()
        if why in _TIME_IS_UP and not self._lookout.queue_again():
            why = "no headway"
        done = WorkDone(why=why, ran=self._ran, handed_back=self._handed_back)
        self._report(done)
        return done

    # Taking and starting ----------------------------------------------------------------------

    def _fill(self) -> str:
        """Starts trials while there is room for them; returns why nothing is left to do, or ''."""
        options, nothing_left = self._options, False
        if self._running and self._clock() < self._again_at:
            return ""
        while not self._stopped and len(self._running) < options.parallel:
            if options.count is not None and self._started >= options.count:
                return "" if self._running else "count"
            try:
                self._start()
            except NothingLeftError:
                if not self._look(at_once=True):
                    nothing_left, self._again_at = True, self._clock() + options.looks_every
                    break
            except StoreError as error:
                if not (error.retryable and self._running):
                    raise
                # What runs may well outlast it.
                self._again_at = self._clock() + options.looks_every
                self._report(Remark(text=f"cannot take a trial now: {error.message}"))
                break
        if self._running:
            if self._top_up is not None and not self._stopped:
                self._top_up.consider(self._folder, ours=len(self._running))
            return ""
        if self._stopped:
            return self._stopped
        if nothing_left and options.waits and self._folder.state.counts.get("running", 0):
            return ""
        return "used up" if nothing_left else ""

    def _start(self) -> None:
        started = self._starter.start(self._running, self._lookout)
        self._started += 1
        self._report(started)

    # Waiting ----------------------------------------------------------------------------------

    def _wait(self) -> None:
        """Until a command has ended, a signal has come, or it is time for something."""
        message = self._inbox.get(self._patience())
        if isinstance(message, RunInSlot):
            self._end(message)
        elif message is not None:
            self._on_signal(message)
        now = self._clock()
        if self._stop_at is not None and now >= self._stop_at and not self._stopped:
            self._stop("time limit", signal.SIGTERM)
        self._tell_steps(now)
        self._running.look_at_clock()

    def _tell_steps(self, now: float) -> None:
        """Tells, now and then, how far the commands are."""
        if now - self._told_steps < self._options.steps_every:
            return
        self._told_steps = now
        for run in self._running:
            if not run.ended:
                for event in self._results.steps(run):
                    self._say(event)

    def _patience(self) -> float:
        """Seconds until the clock asks for something."""
        if not self._running:
            return min(_PAUSE_S, self._options.looks_every)
        moments = [self._lookout.looked + self._options.looks_every, *self._running.moments()]
        if not self._stopped and self._stop_at is not None:
            moments.append(self._stop_at)
        return min(max(min(moments) - self._clock(), _SHORTEST_S), _TICK_S)

    def _on_signal(self, number: signal.Signals) -> None:
        if self._stopped and number is signal.SIGINT:  # somebody insists
            self._running.kill_now()
        else:
            self._stop(number.name, number)

    def _stop(self, why: str, number: signal.Signals) -> None:
        """Takes no more trials, and tells the commands to end."""
        again, self._stopped = self._stopped, self._stopped or why
        now, grace = self._clock(), self._options.grace
        if number is signal.SIGUSR1 and self._end_at is not None:
            # The time is known: the commands may have it, less what killing and telling take.
            grace = max(grace, self._end_at - _LAST_S - now)
        self._running.tell_all(why, number, grace)
        if not again and self._running:
            numbers = ", ".join(str(run.trial.number) for run in self._running)
            self._report(Remark(text=f"{why}: told trial {numbers} to end"))

    # Ending -----------------------------------------------------------------------------------

    def _end(self, run: RunInSlot) -> None:
        """Reads what a command left, and tells how its trial ended."""
        code = self._running.finish(run)
        if code and not run.told and not run.timed_out and not self._stopped:
            number = self._inbox.signal_behind(code)
            if number is not None:
                self._on_signal(number)
        self._again_at = -float("inf")
        self._running.drop(run)
        try:
            for step in self._results.steps(run, at_end=True):
                self._say(step)
            ended = self._results.end(run, code)
        finally:
            run.heartbeat.stop()
        if ended.state == "preempted":
            self._handed_back += 1
            self._lookout.handed_back(run)
        elif ended.state != "late":
            self._ran += 1
        self._say(ended)
        self._count_crashes(ended.state, ended.reason)

    def _say(self, event: Event) -> None:
        self._lookout.note(event)
        self._report(event)

    def _count_crashes(self, state: str, reason: str) -> None:
        most = self._options.most_crashes
        crashed = state == "failed" and reason in _BROKEN
        self._crashes = self._crashes + 1 if crashed else 0
        if most and self._crashes >= most and self._crashes == self._ran and not self._stopped:
            self._stop("crashes", signal.SIGTERM)

    def _abort(self) -> None:
        """Hands back what runs; nothing more can be done about what cannot be written."""
        self._running.tell_all("its worker failed", signal.SIGTERM, self._options.grace)
        deadline = time.monotonic() + self._options.grace
        while self._running:
            message = self._inbox.get(deadline - time.monotonic())
            if message is None:
                self._running.kill()
                deadline += self._options.grace
            elif isinstance(message, RunInSlot) and message in self._running:
                try:
                    self._end(message)
                except Exception as error:  # noqa: BLE001 - the first error is the one to be raised
                    if message in self._running:
                        self._running.drop(message)
                    number = message.trial.number
                    self._report(Remark(text=f"trial {number} could not be handed back: {error}"))

    # Looking around ---------------------------------------------------------------------------

    def _look(self, *, at_once: bool = False) -> bool:
        """Frees the trials of workers that have gone; whether there were any."""
        found = None if self._stopped else self._lookout.look(self._clock(), at_once=at_once)
        if found is not None:
            self._running.stop_ended(self._folder.state)
        return bool(found)
