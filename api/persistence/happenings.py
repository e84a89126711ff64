"""What happened in an experiment, in the order of time: for logs, and for whoever watches.

Facts say who wrote them and when, by the clock of that machine; so events of two machines whose
clocks disagree may stand in the wrong order. Times are UTC and for people.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, final

from armwright.persistence.changing import CHANGE
from armwright.persistence.facts import is_readable
from armwright.persistence.measured import measured, only_arm
from armwright.persistence.progress import progress_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from armwright.store import AttemptFacts, ExperimentFolder, State, TrialFacts

__all__ = ["Happening", "happenings", "trial_happenings"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened.

    Attributes:
        at: UTC, as text with its zone, such as 2026-05-02T11:04:09.120Z; empty where nobody said.
        what: created, a kind of change such as edited or stopped, made, started, progress, or how
            an attempt ended: completed, failed, preempted, lost, cancelled, abandoned.
        trial: Its number; None for what is about the experiment.
        attempt: Of the trial; None where it is about none.
        by: The process in a word, `host.pid`; empty where nobody said.
        detail: More about it, in words.
        values: What was measured, or reported on the way, by metric.
    """

    at: str
    what: str
    trial: int | None = None
    attempt: int | None = None
    by: str = ""
    detail: str = ""
    values: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        about = "" if self.trial is None else f"trial {self.trial}"
        if self.attempt is not None and self.attempt > 1:
            about += f" attempt {self.attempt}"
        values = "  ".join(f"{name}={value:.6g}" for name, value in self.values.items())
        words = [self.at or "?", about, self.what, values, self.detail, f"by {self.by}"]
        return "  ".join(word for word in (words if self.by else words[:-1]) if word)

    def as_dict(self) -> dict[str, Any]:
        """For JSON; values that are not finite are null."""
        return {
            "at": self.at or None,
            "event": self.what,
            "trial": self.trial,
            "attempt": self.attempt,
            "by": self.by or None,
            "detail": self.detail,
            "values": {
                name: value if math.isfinite(value) else None for name, value in self.values.items()
            },
        }


def happenings(
    folder: ExperimentFolder, state: State, numbers: Iterable[int] | None = None
) -> list[Happening]:
    """All that happened, earliest first.

    Args:
        folder: Of the experiment.
        state: What is known of it.
        numbers: Of the trials to look at; all of them, and the experiment's own events, if left
            out.
    """
    found: list[Happening] = []
    if numbers is None:
        found += _of_the_experiment(state)
        numbers = state.trials
    for number in numbers:
        found += trial_happenings(folder, state.trials[number])
    # What nobody dated keeps its place before what follows it.
    return sorted(found, key=lambda item: item.at)


def _of_the_experiment(state: State) -> Iterator[Happening]:
    made = state.created
    if made is not None:
        yield Happening(at=made.at, what="created", by=made.by)
    before = None
    for version in sorted(state.configs):
        change = state.configs[version].get(CHANGE)
        if isinstance(change, dict) and change != before:
            words = "; ".join(change.get("what") or ())
            reason = change.get("reason") or ""
            yield Happening(
                at=str(change.get("at", "")),
                what=str(change.get("kind", "changed")),
                by=str(change.get("by", "")),
                detail=f"{words} ({reason})" if words and reason else words or reason,
            )
        elif version > 1:
            yield Happening(at="", what="changed", detail=f"configuration {version}")
        before = change


def trial_happenings(folder: ExperimentFolder, facts: TrialFacts) -> list[Happening]:
    """What happened to one trial, in the order in which it did."""
    if facts.made is None or not is_readable(facts):
        return []
    number, found = facts.number, []
    first = facts.attempts.get(1)
    with_claim = first is not None and first.claimed is not None
    if not (with_claim and first and first.claimed and first.claimed.token == facts.made.token):
        found.append(Happening(at=facts.made.at, what="made", trial=number, by=facts.made.by))
    steps = progress_of(facts)
    for attempt in facts.attempts.values():
        if attempt.claimed is not None:
            found.append(
                Happening(
                    at=attempt.claimed.at,
                    what="started",
                    trial=number,
                    attempt=attempt.number,
                    by=attempt.claimed.by,
                )
            )
        found += [
            Happening(
                at=_moment(item.timestamp),
                what="progress",
                trial=number,
                attempt=attempt.number,
                detail=f"step {item.step:g}",
                values=dict(item.values),
            )
            for item in steps
            if item.attempt == attempt.number
        ]
        if attempt.ended is not None:
            found.append(_end(folder, facts, attempt))
    return found


def _end(folder: ExperimentFolder, facts: TrialFacts, attempt: AttemptFacts) -> Happening:
    end = attempt.end or {}
    reason, note = end.get("reason") or "", end.get("note") or ""
    arm = only_arm(facts)
    values: dict[str, float] = {}
    if end.get("state") == "completed" and arm is not None:
        pairs = measured(facts, folder).get(arm.name, {})
        values = {name: mean for name, (mean, _) in pairs.items()}
    assert attempt.ended is not None  # noqa: S101 - asked before
    return Happening(
        at=attempt.ended.at,
        what=str(end.get("state", "ended")),
        trial=facts.number,
        attempt=attempt.number,
        by=attempt.ended.by,
        detail=f"{reason}: {note}" if reason and note else reason or note,
        values=values,
    )


def _moment(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
