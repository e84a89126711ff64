"""The loop of a worker: take a trial, run its command, tell its end; until there is nothing to do.

One thread decides everything. Commands that end, and signals, come to it through a queue.
"""

from __future__ import annotations

import os
import queue
import signal
import time
from functools import partial
from typing import TYPE_CHECKING, Any, final

from armwright.errors import NothingLeftError, StoreError, UsageError
from armwright.persistence import StoredExperiment
from armwright.store import ExperimentFolder
from armwright.store.heartbeat import Heartbeat
from armwright.store.process import this_place
from armwright.store.promise import Promise
from armwright.working.command_process import CommandProcess, Watchdog
from armwright.working.events import Event, Remark, TrialStarted, WorkDone
from armwright.working.lookout import Lookout
from armwright.working.printed_steps import PrintedSteps
from armwright.working.results import Results
from armwright.working.run_in_slot import RunInSlot
from armwright.working.told_events import told_events
from armwright.working.top_up import TopUp
from armwright.working.trial_command import TrialCommand
from armwright.working.work_folder import WorkFolder, default_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from armwright.persistence import AskedTrial
    from armwright.working.options import WorkerOptions

__all__ = ["Worker"]

_FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)
_TIME_IS_UP = ("time limit", signal.SIGUSR1.name)  # the signal is what sbatch --signal sends
_SHORTEST_S = 0.02
_TICK_S = 1.0  # how often it looks at the clock while commands run
_PAUSE_S = 5.0  # from one look for lost trials to the next, where it waits for them
_ECHO_S, _PROMPT_S = 2.0, 0.1  # for a signal to come after a command that it ended, or may have
_BY_SIGNAL = {code for number in _FORWARDED for code in (-number, 128 + number)}
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
        self._report = told_events(report, stored, callbacks)
        self._command = TrialCommand(
            words,
            url=stored.url,
            parameters=list(stored.search_space.parameters),
            environment=os.environ if environment is None else environment,
        )
        place = options.folder or default_place(self._folder)
        self._work = WorkFolder(place, self._folder.id)
        self._results = Results(self._folder, stored, options)
        self._promise = Promise(place=this_place())
        self._lookout = Lookout(self._folder, options, self._report)
        self._top_up = TopUp(stored.url) if options.tops_up else None
        self._events: queue.SimpleQueue[RunInSlot | signal.Signals] = queue.SimpleQueue()
        self._running: dict[int, RunInSlot] = {}
        self._watchdog = Watchdog()
        self._again_at = self._told_steps = -float("inf")
        self._started = self._ran = self._handed_back = self._crashes = 0
        self._stopped = ""  # why; empty while it takes trials
        self._kill_at: float | None = None
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
        before = self._take_signals()
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
            self._watchdog.close()
            if self._top_up is not None:
                self._top_up.stop()
            for number, handler in before:
                signal.signal(number, handler)
        if why in _TIME_IS_UP:
            self._lookout.queue_again()
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
        asked = self._clock()
        claim = {"work": {"folder": str(self._work.place)}, **self._lookout.claim}
        (trial,) = self._stored.asker.ask(1, self._promise, claim=claim, first=self._lookout.mine)
        self._started += 1
        slot = next(at for at in range(self._options.parallel) if at not in self._running)
        heartbeat = Heartbeat(self._folder, trial.number, trial.attempt, self._promise)
        try:
            folder = self._work.make(
                trial.number, trial.attempt, checkpoint=self._checkpoint(trial)
            )
            words, environment = self._command.plan(trial, folder, slot)
            run = RunInSlot(
                trial=trial,
                slot=slot,
                folder=folder,
                heartbeat=heartbeat,
                steps=PrintedSteps(folder.stdout),
                began=self._clock(),
            )
            run.command = CommandProcess(
                words,
                environment=environment,
                folder=folder,
                ended=partial(self._on_end, run),
            )
        except BaseException as error:
            self._stored.release(trial, reason="its command could not be started")
            if isinstance(error, OSError):
                raise UsageError(f"trial {trial.number} could not be started: {error}") from error
            raise
        self._running[slot] = run
        heartbeat.start()
        self._watch()
        self._report(
            TrialStarted(
                trial=trial.number,
                attempt=trial.attempt,
                slot=slot,
                parameters=trial.parameters,
                folder=str(folder.path),
                wait_s=run.began - asked,
            )
        )

    def _checkpoint(self, trial: AskedTrial) -> str | None:
        """Where the attempts before this one kept their checkpoint, as they said."""
        for attempt in reversed(self._folder.state.trials[trial.number].attempts.values()):
            if attempt.number < trial.attempt:
                said = (attempt.end or {}).get("checkpoint")
                place = ((attempt.claim or {}).get("work") or {}).get("folder")
                if said or place:
                    return str(said or f"{place}/{trial.number}/checkpoint")
        return None

    def _watch(self) -> None:
        self._watchdog.watch([run.process.group for run in self._running.values()])

    # Waiting ----------------------------------------------------------------------------------

    def _wait(self) -> None:
        """Until a command has ended, a signal has come, or it is time for something."""
        try:
            event = self._events.get(timeout=self._patience())
        except queue.Empty:
            pass
        else:
            if isinstance(event, RunInSlot):
                self._end(event)
            else:
                self._on_signal(event)
        now = self._clock()
        if self._stop_at is not None and now >= self._stop_at and not self._stopped:
            self._stop("time limit", signal.SIGTERM)
        self._tell_steps(now)
        for run in list(self._running.values()):
            timeout = self._options.timeout
            if timeout is not None and not run.timed_out and now - run.began >= timeout:
                run.timed_out, run.kill_at = True, now + self._options.grace
                run.process.signal(signal.SIGTERM)
            if any(at is not None and now >= at for at in (run.kill_at, self._kill_at)):
                run.process.signal(signal.SIGKILL)

    def _tell_steps(self, now: float) -> None:
        """Tells, now and then, how far the commands are."""
        if now - self._told_steps < self._options.steps_every:
            return
        self._told_steps = now
        for run in self._running.values():
            if not run.ended:
                for event in self._results.steps(run):
                    self._report(event)

    def _patience(self) -> float:
        """Seconds until the clock asks for something."""
        if not self._running:
            return min(_PAUSE_S, self._options.looks_every)
        moments = [self._lookout.looked + self._options.looks_every, self._kill_at]
        moments += [None if self._stopped else self._stop_at]
        for run in self._running.values():
            timeout = None if run.timed_out else self._options.timeout
            moments += [run.kill_at, None if timeout is None else run.began + timeout]
        nearest = min(at for at in moments if at is not None) - self._clock()
        return min(max(nearest, _SHORTEST_S), _TICK_S)

    def _on_end(self, run: RunInSlot) -> None:
        """In the thread that waits for the command: others may be made an arm meanwhile."""
        run.ended = self._clock()
        self._events.put(run)

    def _on_signal(self, number: signal.Signals) -> None:
        if self._stopped and number is signal.SIGINT:  # somebody insists
            self._kill_at = self._clock()
        else:
            self._stop(number.name, number)

    def _stop(self, why: str, number: signal.Signals) -> None:
        """Takes no more trials, and tells the commands to end."""
        again, self._stopped = self._stopped, self._stopped or why
        now, grace = self._clock(), self._options.grace
        if number is signal.SIGUSR1 and self._end_at is not None:
            # The time is known: the commands may have it, less what killing and telling take.
            grace = max(grace, self._end_at - _LAST_S - now)
        self._kill_at = now + grace if self._kill_at is None else min(self._kill_at, now + grace)
        for run in self._running.values():
            run.told = run.told or why
            run.process.signal(number)
        if not again and self._running:
            numbers = ", ".join(str(run.trial.number) for run in self._running.values())
            self._report(Remark(text=f"{why}: told trial {numbers} to end"))

    # Ending -----------------------------------------------------------------------------------

    def _end(self, run: RunInSlot) -> None:
        """Reads what a command left, and tells how its trial ended."""
        code = run.process.finish()
        if code and not run.told and not run.timed_out:
            self._await_signal(code)
        self._again_at = -float("inf")
        del self._running[run.slot]
        self._watch()
        try:
            for step in self._results.steps(run, at_end=True):
                self._report(step)
            ended = self._results.end(run, code)
        finally:
            run.heartbeat.stop()
        if ended.state == "preempted":
            self._handed_back += 1
        elif ended.state != "late":
            self._ran += 1
        self._report(ended)
        self._count_crashes(ended.state, ended.reason)

    def _await_signal(self, code: int) -> None:
        """Hears of a signal that its command heard of first.

        Slurm signals all processes of a job at once, and a command may be gone before this process
        has been woken. Taken for a crash, a preempted trial would be lost.
        """
        later: list[RunInSlot] = []
        pause = _ECHO_S if code in _BY_SIGNAL else _PROMPT_S
        deadline = time.monotonic() + pause
        while not self._stopped and (left := deadline - time.monotonic()) > 0:
            try:
                event = self._events.get(timeout=left)
            except queue.Empty:
                break
            if isinstance(event, RunInSlot):
                later.append(event)
            else:
                self._on_signal(event)
        for event in later:
            self._events.put(event)

    def _count_crashes(self, state: str, reason: str) -> None:
        most = self._options.most_crashes
        crashed = state == "failed" and reason in _BROKEN
        self._crashes = self._crashes + 1 if crashed else 0
        if most and self._crashes >= most and self._crashes == self._ran and not self._stopped:
            self._stop("crashes", signal.SIGTERM)

    def _abort(self) -> None:
        """Hands back what runs; nothing more can be done about what cannot be written."""
        for run in self._running.values():
            run.told = run.told or "its worker failed"
            run.process.signal(signal.SIGTERM)
        deadline = time.monotonic() + self._options.grace
        while self._running:
            try:
                event = self._events.get(timeout=max(deadline - time.monotonic(), 0.0))
            except queue.Empty:
                for run in self._running.values():
                    run.process.signal(signal.SIGKILL)
                deadline += self._options.grace
                continue
            if isinstance(event, RunInSlot) and event.slot in self._running:
                try:
                    self._end(event)
                except Exception as error:  # noqa: BLE001 - the first error is the one to be raised
                    self._running.pop(event.slot, None)
                    number = event.trial.number
                    self._report(Remark(text=f"trial {number} could not be handed back: {error}"))

    # Looking around ---------------------------------------------------------------------------

    def _look(self, *, at_once: bool = False) -> bool:
        """Frees the trials of workers that have gone; whether there were any."""
        found = None if self._stopped else self._lookout.look(self._clock(), at_once=at_once)
        if found is not None:
            self._drop_ended()
        return bool(found)

    def _drop_ended(self) -> None:
        """Stops the commands of trials that somebody else has ended, such as cancelled ones."""
        for run in self._running.values():
            attempt = self._folder.state.trials[run.trial.number].attempts.get(run.trial.attempt)
            if attempt is not None and attempt.end is not None and not run.told:
                run.told, run.kill_at = "ended elsewhere", self._clock() + self._options.grace
                run.process.signal(signal.SIGTERM)

    def _take_signals(self) -> list[tuple[signal.Signals, Any]]:
        """Lets signals come through the queue; returns the handlers there were."""
        try:
            return [
                (
                    number,
                    signal.signal(number, lambda got, _: self._events.put(signal.Signals(got))),
                )
                for number in _FORWARDED
            ]
        except ValueError:  # not the main thread: signals are its business
            return []
