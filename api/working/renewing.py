"""Signs of life from a shell, for a trial that `ask` took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from armwright.errors import TrialEndedError, UsageError
from armwright.persistence import StoredExperiment
from armwright.store import ExperimentFolder
from armwright.store.heartbeat import Heartbeat, read_beat
from armwright.store.promise import Promise

if TYPE_CHECKING:
    import os

__all__ = ["Renewed", "renew"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """A sign of life that was given.

    Attributes:
        experiment: Its URL.
        trial: Its number.
        attempt: Of the trial.
        allowed: Seconds of silence after which others may take the trial up.
    """

    experiment: str
    trial: int
    attempt: int
    allowed: float

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "experiment": self.experiment,
            "trial": self.trial,
            "attempt": self.attempt,
            "state": "running",
            "allowed_s": self.allowed,
        }


def renew(
    url: str | os.PathLike[str], number: int, *, every: float, attempt: int | None = None
) -> Renewed:
    """Says that a trial is still worked at.

    Args:
        url: Of the experiment.
        number: Of the trial.
        every: Seconds until the next sign, as its giver expects.
        attempt: Of the trial; the one that runs if None.

    Raises:
        TrialEndedError: The attempt has ended, or was taken over: time to stop.
        TrialNotFoundError: There is no such trial.
        UsageError: The trial waits; nobody works at it.
        StoreError: It cannot be written.
    """
    folder = ExperimentFolder.open(url)
    stored = StoredExperiment(folder)
    facts = stored.facts(number)
    wanted = facts.open_attempt if attempt is None else attempt
    known = facts.last_attempt if wanted is None else facts.attempts.get(wanted)
    if known is None:
        raise UsageError(
            f"trial {number} of {folder.url!r} "
            + ("waits: nobody works at it" if attempt is None else f"has no attempt {attempt}"),
            hint="armwright ask takes it",
        )
    if known.end is not None:
        by = known.ended.by if known.ended else "?"
        raise TrialEndedError(
            f"attempt {known.number} of trial {number} in {folder.url!r} has ended: "
            f"{known.end.get('state')}, by {by}",
            hint="stop working at it",
        )
    promise = Promise(every=every, after=0.0)
    beats = Heartbeat(folder, number, known.number, promise)
    before = read_beat(folder.location, number, known.number)
    if before is not None and type(before.count) is int:
        beats.beats = before.count
    beats.beat()
    return Renewed(
        experiment=folder.url, trial=number, attempt=known.number, allowed=promise.lease()
    )
