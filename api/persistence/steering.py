"""Stopping and resuming an experiment, putting it aside, ending trials and repeating them.

stop       no trial is given out any more; those that run may end
resume     they are given out again
archive    stopped, and left out of lists
cancel     a trial ends as cancelled; what its worker tells later is kept, and does not count
requeue    a trial is given out again: one that runs, whose attempt ends, or one that failed; or one
           that waits, and that nobody can take, for its claim or end is nobody's
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from armwright.errors import ConflictError, TrialEndedError, UsageError
from armwright.experiment.clock import now
from armwright.persistence.changing import add_change
from armwright.persistence.facts import is_retried
from armwright.persistence.halted import HALT, halt_of
from armwright.persistence.json_codec import object_to_json
from armwright.persistence.kept_definition import with_fields
from armwright.store import ExperimentFolder
from armwright.store.stuck import is_stuck

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from armwright.persistence.stored_experiment import StoredExperiment
    from armwright.store import TrialFacts
    from armwright.store.removal import Removed

__all__ = ["Steered", "archive", "cancel", "delete", "requeue", "resume", "stop"]

_TRIES = 5


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Steered:
    """What was done about one trial.

    Attributes:
        number: Of the trial.
        was: Its status before.
        now: Its status then.
    """

    number: int
    was: str
    now: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"trial": self.number, "was": self.was, "status": self.now}


def stop(url: str | os.PathLike[str], *, reason: str = "") -> bool:
    """Gives out no more trials; those that run may end.

    Args:
        url: Of the experiment.
        reason: Kept with it, for people.

    Returns:
        Whether anything changed: it may have been stopped before.

    Raises:
        ExperimentNotFoundError: There is none.
        StoreError: It cannot be written.
    """
    return _halt(url, "stopped", reason)


def archive(url: str | os.PathLike[str], *, reason: str = "", dry_run: bool = False) -> bool:
    """Stops an experiment and leaves it out of lists; `resume` brings it back. See `stop`.

    Args:
        url: Of the experiment.
        reason: Kept with it, for people.
        dry_run: Only say whether anything would change.
    """
    if dry_run:
        return halt_of(ExperimentFolder.open(url).state) != "archived"
    return _halt(url, "archived", reason)


def resume(url: str | os.PathLike[str], *, reason: str = "") -> bool:
    """Gives out trials again, after `stop` or `archive`. See `stop`."""
    return _halt(url, "", reason)


def delete(url: str | os.PathLike[str], *, dry_run: bool = False) -> Removed:
    """Removes an experiment for ever, and nothing else in its folder. Asks nobody.

    Args:
        url: Of the experiment.
        dry_run: Only say what would go.

    Raises:
        ExperimentNotFoundError: There is none.
        StoreError: Something cannot be removed; the same call goes on.
    """
    from armwright.store.removal import remove_experiment

    return remove_experiment(url, dry_run=dry_run)


def _halt(url: str | os.PathLike[str], wanted: str, reason: str) -> bool:
    folder = ExperimentFolder.open(url)
    for left in reversed(range(_TRIES)):
        if halt_of(folder.state) == wanted:
            return False
        halt = {"state": wanted, "reason": reason} if wanted else None
        state = "deleted" if wanted == "archived" else "active"
        fields = with_fields(folder.state, {"state": state, "updated": round(time.time())})
        try:
            add_change(folder, {HALT: halt, **fields}, kind=wanted or "resumed", reason=reason)
        except ConflictError:  # somebody else changed something else
            if not left:
                raise
            folder.refresh()
        else:
            return True
    raise AssertionError(url)


def cancel(
    stored: StoredExperiment, numbers: Iterable[int] | None = None, *, reason: str = ""
) -> list[Steered]:
    """Ends trials as cancelled: those that run, and those that wait.

    Args:
        stored: Of which experiment.
        numbers: The trials; all that run or wait if left out.
        reason: Kept with it, for people.

    Returns:
        What was done; nothing about trials, left out in `numbers`, that ended meanwhile.

    Raises:
        TrialEndedError: A trial that was named has ended already; those before it are cancelled.
        TrialNotFoundError: A trial that was named is not there; then none is cancelled.
    """
    if numbers is None:
        state = stored._folder.refresh()
        open_ones = [
            facts for facts in state.with_status("running") if facts.number in stored.trials
        ]
        waiting = [facts for facts in stored.trials.values() if is_retried(facts)]
        everyone = sorted([*open_ones, *waiting], key=lambda facts: facts.number)
        return [item for facts in everyone if (item := _cancelled(stored, facts, reason))]
    named = [stored.facts(number) for number in dict.fromkeys(numbers)]
    done = []
    for facts in named:
        item = _cancelled(stored, facts, reason)
        if item is None:
            facts = stored.facts(facts.number)
            raise TrialEndedError(
                f"trial {facts.number} of {stored.url!r} has ended already: {facts.status}"
            )
        done.append(item)
    return done


def _cancelled(stored: StoredExperiment, facts: TrialFacts, reason: str) -> Steered | None:
    """Cancels one trial; None if it has ended."""
    attempt = facts.next_attempt if is_retried(facts) else facts.open_attempt
    if attempt is None:
        return None
    if stored._folder.release(facts.number, attempt, _end("cancelled", reason)) == "lost":
        return None
    was = "waiting" if is_retried(facts) else facts.status
    return Steered(number=facts.number, was=was, now="cancelled")


def requeue(stored: StoredExperiment, numbers: Iterable[int], *, reason: str = "") -> list[Steered]:
    """Gives trials out again, to whoever asks next.

    Args:
        stored: Of which experiment.
        numbers: The trials: that run, failed, or were cancelled, abandoned or lost; or that wait
            under a claim or an end that is half written, or another experiment's.
        reason: Kept with it, for people.

    Raises:
        ConflictError: Somebody else took or ended one at the same moment.
        TrialNotFoundError: One is not there; then nothing is changed.
        UsageError: One is completed; then nothing is changed.
    """
    named = [stored.facts(number) for number in dict.fromkeys(numbers)]
    for facts in named:
        if facts.status == "completed":
            raise UsageError(
                f"trial {facts.number} of {stored.url!r} is completed, and its result counts",
                hint="armwright add measures the same parameters once more",
            )
    return [_requeued(stored, facts, reason) for facts in named]


def _requeued(stored: StoredExperiment, facts: TrialFacts, reason: str) -> Steered:
    number, was = facts.number, facts.status
    if is_retried(facts):
        if not is_stuck(stored._folder, number):
            return Steered(number=number, was="waiting", now="waiting")
        was = "waiting"
    attempt = facts.open_attempt
    if attempt is None:
        # An attempt in between, which comes to nothing, has the trial wait again.
        attempt = facts.next_attempt
    assert attempt is not None  # noqa: S101 - one that is not open has a next one
    document = _end("preempted", reason or "requeued")
    if stored._folder.release(number, attempt, document) == "lost":
        raise ConflictError(
            f"trial {number} of {stored.url!r} was taken or ended by somebody else meanwhile",
            hint="look at it again: armwright show",
        )
    return Steered(number=number, was=was, now="waiting")


def _end(state: str, reason: str) -> dict[str, Any]:
    document = {"state": state, "time_completed": object_to_json(now())}
    return {**document, "reason": reason} if reason else document
