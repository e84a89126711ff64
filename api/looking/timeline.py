"""Who ran what when, and how much of that time came to nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from armwright.looking.looked_at import LookedAt

__all__ = ["Span", "Timeline", "duration", "timeline_of"]

_WASTED = ("failed", "preempted", "lost", "abandoned", "cancelled")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One attempt on a worker's line.

    Attributes:
        worker: Who ran it.
        trial: Which trial.
        attempt: Which try.
        began: Milliseconds since 1970, UTC.
        ended: Likewise; the end of the timeline for what still runs.
        state: How it ended.
        reason: Why, in a word.
    """

    worker: str
    trial: int
    attempt: int
    began: int
    ended: int
    state: str
    reason: str


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The attempts of all workers whose times are known.

    Attributes:
        spans: In the order in which they began.
        workers: In the order in which they first did something.
        busy: Seconds that workers were running trials, summed over them.
        wasted: Of these, seconds of attempts that were not completed and have ended.
        idle: Seconds between a worker's first and last moment in which it ran nothing.
    """

    spans: tuple[Span, ...]
    workers: tuple[str, ...]
    busy: float
    wasted: float
    idle: float


def timeline_of(seen: LookedAt) -> Timeline:
    """The attempts of an experiment by worker; clocks are those of the workers' machines."""
    timed = [item for item in seen.attempts if item.began is not None]
    last = max((max(item.began or 0, item.ended or 0) for item in timed), default=0)
    spans = sorted(
        (
            Span(
                worker=item.worker,
                trial=item.trial,
                attempt=item.attempt,
                began=item.began or 0,
                ended=max(item.began or 0, last if item.ended is None else item.ended),
                state=item.state,
                reason=item.reason,
            )
            for item in timed
        ),
        key=lambda span: (span.began, span.trial, span.attempt),
    )
    by_worker: dict[str, list[Span]] = {}
    for span in spans:
        by_worker.setdefault(span.worker, []).append(span)
    wasted = sum(span.ended - span.began for span in spans if span.state in _WASTED)
    return Timeline(
        spans=tuple(spans),
        workers=tuple(by_worker),
        busy=sum(span.ended - span.began for span in spans) / 1000,
        wasted=wasted / 1000,
        idle=sum(map(_idle, by_worker.values())) / 1000,
    )


def _idle(spans: list[Span]) -> int:
    """Milliseconds that no span covers, between the first and the last moment."""
    idle, until = 0, spans[0].began
    for span in spans:
        idle += max(span.began - until, 0)
        until = max(until, span.ended)
    return idle


def duration(seconds: float) -> str:
    """A number of seconds for people: 3.5 s, 12 min, 4.1 h, 3 d."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"
