"""The observer's side of a lease: whose owner has gone, and ending their attempts for them.

No clocks of two machines are compared. An attempt that promised heartbeats is given up

- when its counter has not changed for the whole lease by the observer's own clock, or
- at first sight, when the file is older than the lease: older than a file that the observer has
  just written, both times being the server's; where there is no heartbeat yet, and there should be
  one by now, the claim's age counts.

What needs no waiting: the process that promised to run the trial itself has gone, as far as this
machine can see; or we are the same Slurm job, queued again.

Where hard links are refused, a killed process may leave its claim or its end half written. That is
given up like an attempt of which one hears nothing, once it has been so for the whole lease.

A wrong guess costs a repeated trial and never a result: whoever wakes up finds its attempt ended,
and what it measured is kept as late.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, final

from armwright.store.errors import StoreError
from armwright.store.folder import ExperimentFolder
from armwright.store.heartbeat import read_beat
from armwright.store.layout import (
    BEATS_FOLDER,
    arm_path,
    beat_path,
    claim_path,
)
from armwright.store.process import is_gone
from armwright.store.promise import LEASE, Promise
from armwright.store.state import AttemptFacts, State, TrialFacts
from armwright.store.stuck import cut_short
from armwright.store.token import new_token
from armwright.store.torn import is_torn
from armwright.store.writer import current_writer, who

__all__ = ["Released", "Watcher"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """An attempt whose owner has gone.

    Attributes:
        number: Of the trial.
        attempt: That has ended, or is to end; the next is free then.
        state: `lost`, or `preempted` for one of our own job's before it was queued again.
        reason: In a word: `lease`, `process`, `torn` or `requeued`.
        note: For people.
    """

    number: int
    attempt: int
    state: str
    reason: str
    note: str

    def document(self) -> dict[str, Any]:
        """Of the end."""
        return {"state": self.state, "reason": self.reason, "note": self.note}


@final
@dataclass(slots=True, kw_only=True)
class _Watched:
    """What is known of one attempt: its counter, and since when it is the same."""

    count: object
    since: float


@final
class Watcher:
    """Looks for attempts whose owners have gone; keep one for as long as you watch.

    Args:
        folder: Of the experiment.
        lease: Seconds of silence that are allowed; an attempt that promised to beat seldom is
            allowed more.
        server_time: Whether an attempt may be given up at first sight, by the time stamps that the
            file server put on files. Switch it off where machines with wrong clocks stamp files
            themselves.
        clock: This process's own clock, in seconds.
        writer: Who we are; decides which attempts were our own job's.
    """

    def __init__(
        self,
        folder: ExperimentFolder,
        *,
        lease: float = LEASE,
        server_time: bool = True,
        clock: Callable[[], float] = time.monotonic,
        writer: Mapping[str, Any] | None = None,
    ) -> None:
        self._folder = folder
        self._lease = lease
        self._server_time = server_time
        self._clock = clock
        self._writer = current_writer().document() if writer is None else writer
        self._watched: dict[tuple[int, int], _Watched] = {}
        self._cut_since: dict[str, float] = {}

    def release(self) -> list[Released]:
        """Looks at the folder, and ends the attempts whose owners have gone.

        Returns:
            Those that were ended by this call; where somebody else was faster, by nobody here.

        Raises:
            StoreError: The folder cannot be read or written.
        """
        return [
            gone
            for gone in self.gone()
            if self._folder.release(gone.number, gone.attempt, gone.document()) == "won"
        ]

    def gone(self) -> list[Released]:
        """Looks at the folder for attempts whose owners have gone; ends none.

        Raises:
            StoreError: The folder cannot be read.
        """
        state = self._folder.refresh()
        running = [(trial, trial.last_attempt) for trial in state.with_status("running")]
        found: list[Released] = []
        silent: list[tuple[TrialFacts, AttemptFacts, Promise]] = []
        for trial, attempt in running:
            if attempt is None or attempt.claimed is None:
                continue
            promise = Promise.from_document(attempt.promise)
            if known := self._known_gone(trial, attempt, promise):
                found.append(known)
            else:
                silent.append((trial, attempt, promise))
        found += self._silent(silent)
        told = {(gone.number, gone.attempt) for gone in found}
        return found + [it for it in self._cut_short(state) if (it.number, it.attempt) not in told]

    def _known_gone(
        self, trial: TrialFacts, attempt: AttemptFacts, promise: Promise
    ) -> Released | None:
        """Whether it can be told at once that the owner runs no more."""
        writer = attempt.claimed.writer if attempt.claimed else {}
        if _was_our_job(writer, self._writer):
            again = f"job {writer['slurm_job_id']} was queued again"
            return Released(
                number=trial.number,
                attempt=attempt.number,
                state="preempted",
                reason="requeued",
                note=f"{again}; {who(writer)} ran it before",
            )
        if promise.place and is_gone(writer, promise.place):
            return Released(
                number=trial.number,
                attempt=attempt.number,
                state="lost",
                reason="process",
                note=f"the process {who(writer)} has gone",
            )
        return None

    def _cut_short(self, state: State) -> list[Released]:
        """Those whose claim or end was left half written, for the whole lease, by a killed process.

        Whatever was promised: nobody takes so long to write a file.
        """
        found = []
        probe = _Probe(self._folder) if self._server_time else None
        since: dict[str, float] = {}
        for name, trial in cut_short(state):
            known, now = self._cut_since.get(name.path), self._clock()
            silence = 0.0 if known is None else now - known
            if known is None and probe:
                silence = probe.age_of(name.path)
            since[name.path] = now if known is None else known
            if silence >= self._lease and is_torn(self._folder.location, name):
                found.append(
                    Released(
                        number=trial.number,
                        attempt=name.attempt or 1,
                        state="lost" if trial.status == "running" else "preempted",
                        reason="torn",
                        note=f"{name.path} is half written, and has been for {silence:.0f} s",
                    )
                )
        self._cut_since = since
        if probe:
            probe.remove()
        return found

    def _silent(self, running: list[tuple[TrialFacts, AttemptFacts, Promise]]) -> list[Released]:
        """Those that should have given a sign of life, and did not for the whole lease."""
        found = []
        probe = _Probe(self._folder) if self._server_time else None
        watched: dict[tuple[int, int], _Watched] = {}
        # Without the list one would ask for each heartbeat that there is none.
        beating = set(self._folder.location.files.list(_beats(self._folder)).files)
        for trial, attempt, promise in running:
            key = (trial.number, attempt.number)
            has_beat = beat_path(*key).rpartition("/")[2] in beating
            beat = read_beat(self._folder.location, *key) if has_beat else None
            if beat is not None and promise.every is None:
                promise = Promise(every=beat.every or 0.0, after=0.0)
            if promise.every is None:
                continue
            lease = promise.lease(self._lease)
            count = beat.count if beat else None
            known, now = self._watched.get(key), self._clock()
            if known is None:
                silence, whose = 0.0, "the server's clock"
                if probe:
                    silence = probe.age(trial, attempt, beats=has_beat)
            elif known.count == count:
                silence, whose = now - known.since, "our clock"
            else:
                silence, known = 0.0, None
            known = known or _Watched(count=count, since=now)
            watched[key] = known
            allowed = lease if beat else lease + promise.after
            if silence >= allowed:
                by = attempt.claimed.by if attempt.claimed else "?"
                found.append(
                    Released(
                        number=trial.number,
                        attempt=attempt.number,
                        state="lost",
                        reason="lease",
                        note=f"no sign of life of {by} for {silence:.0f} s by {whose}, "
                        f"{allowed:.0f} s are allowed",
                    )
                )
        self._watched = watched
        if probe:
            probe.remove()
        return found


@final
class _Probe:
    """Tells the age of files by the server's clock: against one that is written when needed."""

    def __init__(self, folder: ExperimentFolder) -> None:
        self._location = folder.location
        self._path = self._location.join(f"{BEATS_FOLDER}/.probe-{new_token()}")
        self._stamp: float | None = None
        self._written = False

    def age(self, trial: TrialFacts, attempt: AttemptFacts, *, beats: bool) -> float:
        """Seconds since an attempt gave a sign of life; 0 where that cannot be told."""
        key = (trial.number, attempt.number)
        if beats:
            path = beat_path(*key)
        else:
            with_arm = trial.made and attempt.claimed and trial.made.token == attempt.claimed.token
            path = arm_path(trial.number) if with_arm else claim_path(*key)
        return self.age_of(path)

    def age_of(self, path: str) -> float:
        """Seconds since a file was written; 0 where that cannot be told."""
        files = self._location.files
        try:
            if not self._written:
                self._written = True
                files.overwrite(self._path, b"how late is it?\n")
                self._stamp = files.modified(self._path)
            stamp = files.modified(self._location.join(path))
        except StoreError:
            return 0.0
        return 0.0 if stamp is None or self._stamp is None else self._stamp - stamp

    def remove(self) -> None:
        """Removes the file that was written."""
        if self._written:
            self._location.files.remove(self._path)


def _was_our_job(writer: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    """Whether it was our own Slurm job, before it was queued again."""
    job = ours.get("slurm_job_id")
    if not job or writer.get("slurm_job_id") != job:
        return False
    before, now = (it.get("slurm_restart_count") or 0 for it in (writer, ours))
    return type(before) is int and type(now) is int and before < now


def _beats(folder: ExperimentFolder) -> str:
    return folder.location.join(BEATS_FOLDER)
