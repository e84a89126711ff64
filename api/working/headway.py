"""Whether a job that is queued again and again comes any further, by any of its workers.

A command that needs longer than its job may run, and keeps nothing, would begin anew for ever.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, final

from armwright.working.events import TrialEnded, TrialStep

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from armwright.working.events import Event
    from armwright.working.run_in_slot import RunInSlot
    from armwright.working.slurm_job import SlurmJob

__all__ = ["Headway"]

_MOST_FILES = 10_000  # of a checkpoint folder that are looked at
_Print: TypeAlias = "frozenset[tuple[str, int, int]]"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """What one worker has kept of one time.

    Attributes:
        path: Of its file.
        restarts: How often the job had been queued again.
        further: Whether the worker came further.
        furthest: Step, by trial.
    """

    path: Path
    restarts: int
    further: bool
    furthest: dict[str, float]


@final
class Headway:
    """What one worker of a job has done since the job was queued last.

    It has come further where a trial has ended, or one that was handed back has told of a later
    step than ever before; of a trial without steps, where its checkpoint folder has changed.

    A job is queued again as a whole, and may have several workers, none of which is the same
    process afterwards. So each keeps a file of its own for each time, beside what the commands
    leave, `jobs/<cluster>-<job>/<restarts>.<token>.json`; and the job has come no further where
    none of them has. A time of which none could write anything does not count.

    Args:
        place: The folder that the workers keep.
        job: Which is queued again.
    """

    def __init__(self, place: Path, job: SlurmJob) -> None:
        self._folder = place / "jobs" / f"{job.cluster or 'slurm'}-{job.ident}"
        self._restarts = job.restarts
        self._before: dict[tuple[int, int], _Print] = {}
        self._further = False
        if not job.restarts:  # what came later is an older job's of the same number
            self._remove(record for record in self._records() if record.restarts)
        self._furthest = _furthest(self._so_far())  # step, by trial

    def began(self, run: RunInSlot) -> None:
        """Notes what the checkpoint of a trial is before its command starts."""
        key = (run.trial.number, run.trial.attempt)
        self._before[key] = _print_of(run.folder.checkpoint)

    def note(self, event: Event) -> None:
        """Takes what a worker says into account."""
        if isinstance(event, TrialStep):
            trial = str(event.trial)
            if event.step > self._furthest.get(trial, -float("inf")):
                self._furthest[trial], self._further = event.step, True
        elif isinstance(event, TrialEnded):
            self._further |= event.state in ("completed", "failed")

    def handed_back(self, run: RunInSlot) -> None:
        """Looks at what a trial that was handed back has kept."""
        before = self._before.get((run.trial.number, run.trial.attempt))
        if str(run.trial.number) not in self._furthest and not self._further:
            self._further = _print_of(run.folder.checkpoint) != before

    def fruitless(self) -> int:
        """How often in a row, this time included, the job has come no further; remembers it.

        Raises:
            OSError: It cannot be remembered.
        """
        records = self._so_far()
        for trial, step in _furthest(records).items():
            self._furthest[trial] = max(step, self._furthest.get(trial, step))
        self._keep()
        further = {record.restarts for record in records if record.further}
        if self._further:
            further.add(self._restarts)
        last = max(further, default=-1)
        # What they know is kept in our file now.
        self._remove(record for record in records if record.restarts < last)
        times = {record.restarts for record in records} | {self._restarts}
        return sum(restarts > last for restarts in times)

    def _keep(self) -> None:
        known = {"further": self._further, "furthest": self._furthest}
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{self._restarts}.{os.urandom(8).hex()}.json"
        part = path.with_suffix(".part")
        part.write_text(json.dumps(known), encoding="utf-8")
        part.replace(path)

    def _records(self) -> list[_Record]:
        """What the job's workers have kept, as far as it can be read."""
        found = []
        for path in self._folder.glob("*.json"):
            try:
                known = json.loads(path.read_text(encoding="utf-8"))
                record = _Record(
                    path=path,
                    restarts=int(path.name.partition(".")[0]),
                    further=bool(known["further"]),
                    furthest={str(k): float(step) for k, step in known["furthest"].items()},
                )
            except (OSError, ValueError, LookupError, TypeError, AttributeError):
                continue
            found.append(record)
        return found

    def _so_far(self) -> list[_Record]:
        """Those of this time and of earlier ones."""
        return [record for record in self._records() if record.restarts <= self._restarts]

    def _remove(self, records: Iterable[_Record]) -> None:
        for record in records:
            with suppress(OSError):  # it stays, and says nothing wrong
                record.path.unlink()


def _furthest(records: Iterable[_Record]) -> dict[str, float]:
    """The latest step of each trial that any of them knows."""
    found: dict[str, float] = {}
    for record in records:
        for trial, step in record.furthest.items():
            found[trial] = max(step, found.get(trial, step))
    return found


def _print_of(folder: Path) -> _Print:
    """The names, sizes and times of a folder's files."""
    found: set[tuple[str, int, int]] = set()
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)  # noqa: PTH118 - many files
            try:
                seen = os.stat(path, follow_symlinks=False)  # noqa: PTH116 - likewise
            except OSError:  # it has gone
                continue
            found.add((path, seen.st_size, seen.st_mtime_ns))
            if len(found) >= _MOST_FILES:
                return frozenset(found)
    return frozenset(found)
