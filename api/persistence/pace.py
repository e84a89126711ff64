"""How far an experiment is, how fast it goes, and how long it will take: for people who wait."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, final

from armwright.persistence.facts import is_retried
from armwright.persistence.replaced import is_replaced, spent
from armwright.persistence.standing import best_in_brief

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from armwright.persistence.stored_experiment import StoredExperiment
    from armwright.store import State

__all__ = ["Pace", "pace_of"]

_RECENT = 50  # ends that the pace is taken from
_SEARCHED = 400  # newest trials among which they are looked for


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How far an experiment is.

    Attributes:
        ended: How many trials of the budget came to an end that stays.
        budget: How many there are to be; None for no end.
        running: How many run.
        failures: How many failed, by reason.
        best: The best so far in words; empty where there is none.
        per_hour: How many end in an hour, by the newest of them; None where that is not known.
        seconds_left: Until the budget is used up, at that pace; None likewise.
    """

    ended: int
    budget: int | None
    running: int
    failures: Mapping[str, int]
    best: str
    per_hour: float | None
    seconds_left: float | None

    @property
    def share(self) -> float | None:
        """How much of the budget is done; None without one."""
        return None if self.budget is None else min(self.ended / self.budget, 1.0)

    @property
    def words(self) -> str:
        """All of it on one line."""
        of = "" if self.budget is None else f"/{self.budget}"
        parts = [f"{self.ended}{of} ended", f"{self.running} running"]
        if self.failures:
            reasons = ", ".join(f"{name} {count}" for name, count in self.failures.items())
            parts.append(f"{sum(self.failures.values())} failed ({reasons})")
        if self.best:
            parts.append(f"best {self.best}")
        if self.per_hour is not None:
            parts.append(_rate(self.per_hour))
        if self.seconds_left:
            parts.append(f"{_span(self.seconds_left)} left")
        return "  ".join(parts)


def pace_of(stored: StoredExperiment, *, now: datetime | None = None) -> Pace:
    """How far an experiment is, as far as is known without looking.

    Args:
        stored: Of which experiment.
        now: The time; this machine's if None.
    """
    state, budget = stored.state, stored.budget
    running = state.counts.get("running", 0)
    ended = max(spent(stored) - running - _open(state), 0)
    failures = Counter(
        str((facts.last_attempt.end or {}).get("reason") or "failed")
        for facts in state.with_status("failed", "lost")
        if facts.last_attempt is not None and not is_retried(facts)
    )
    per_hour = _per_hour(state, now or datetime.now(UTC))
    left = None if budget is None or not per_hour else max(budget - ended, 0) / per_hour * 3600
    return Pace(
        ended=ended,
        budget=budget,
        running=running,
        failures=dict(failures.most_common()),
        best=_best(stored),
        per_hour=per_hour,
        seconds_left=left,
    )


def _open(state: State) -> int:
    retried = sum(is_retried(facts) for facts in state.with_status("preempted", "lost"))
    return state.counts.get("waiting", 0) + retried


def _per_hour(state: State, now: datetime) -> float | None:
    """Between the oldest of the newest ends and now: a pace that drops when nothing ends any more.

    Whose clocks disagree by more than that makes no pace.
    """
    moments = sorted(_ends(state))[-_RECENT:]
    if len(moments) < 2:
        return None
    seconds = (max(now, moments[-1]) - moments[0]).total_seconds()
    return None if seconds <= 0 else (len(moments) - 1) / seconds * 3600


def _ends(state: State) -> Iterator[datetime]:
    for number in list(state.trials)[-_SEARCHED:]:
        facts = state.trials[number]
        attempt = facts.last_attempt
        if attempt is None or attempt.ended is None or facts.status not in ("completed", "failed"):
            continue
        if is_replaced(facts):
            continue
        try:
            moment = datetime.fromisoformat(attempt.ended.at)
        except ValueError:
            continue
        yield moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _best(stored: StoredExperiment) -> str:
    best = best_in_brief(stored)
    if best is None:
        return ""
    if best["trade_offs"]:
        return f"{best['trade_offs']} trade-offs"
    values = "  ".join(f"{name}={value:.6g}" for name, value in best["values"].items())
    kind = " measured" if best["noisy"] else ""
    return f"{values}{kind} (trial {best['trial']})"


def _rate(per_hour: float) -> str:
    for most, unit, share in ((3600, "s", 3600), (60, "min", 60)):
        if per_hour >= most:
            return f"{per_hour / share:.3g}/{unit}"
    return f"{per_hour:.3g}/h"


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
