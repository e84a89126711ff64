"""Whether a job that is queued again and again comes any further.

A command that needs longer than its job may run, and keeps nothing, would begin anew for ever.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, TypeAlias, final

from armwright.working.events import TrialEnded, TrialStep

if TYPE_CHECKING:
    from pathlib import Path

    from armwright.working.events import Event
    from armwright.working.run_in_slot import RunInSlot
    from armwright.working.slurm_job import SlurmJob

__all__ = ["Headway"]

_MOST_FILES = 10_000  # of a checkpoint folder that are looked at
_Print: TypeAlias = "frozenset[tuple[str, int, int]]"


@final
class Headway:
    """What one job has done since it was queued last, and how often it did nothing.

    It has come further where a trial has ended, or one that was handed back has told of a later
    step than ever before; of a trial without steps, where its checkpoint folder has changed. How
    often a job did not is kept in a file beside what the commands leave, for it is another process
    each time.

    Args:
        place: The folder that the workers keep.
        job: Which is queued again.
    """

    def __init__(self, place: Path, job: SlurmJob) -> None:
        self._path = place / "jobs" / f"{job.cluster or 'slurm'}-{job.ident}.json"
        self._fruitless = 0
        self._furthest: dict[str, float] = {}  # step, by trial
        self._before: dict[tuple[int, int], _Print] = {}
        self._further = False
        if job.restarts:  # else it is an older job's of the same number
            self._read()

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
        self._fruitless = 0 if self._further else self._fruitless + 1
        known = {"fruitless": self._fruitless, "furthest": self._furthest}
        self._path.parent.mkdir(exist_ok=True)
        part = self._path.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps(known), encoding="utf-8")
        part.replace(self._path)
        return self._fruitless

    def _read(self) -> None:
        try:
            known = json.loads(self._path.read_text(encoding="utf-8"))
            self._fruitless = int(known["fruitless"])
            self._furthest = {str(k): float(step) for k, step in known["furthest"].items()}
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            self._fruitless, self._furthest = 0, {}


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
