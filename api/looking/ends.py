"""How trials ended: by status, and failures by kind."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from armwright.looking.looked_at import LookedAt

__all__ = ["EndWindow", "Ends", "ends_of"]

_WINDOWS = 25  # at most, over which failures are counted
_FELL_SHORT = ("failed", "preempted", "lost", "abandoned", "cancelled")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class EndWindow:
    """What came to nothing in some trials that follow each other.

    Attributes:
        first: The first trial's number.
        last: The last one's.
        kinds: As in `Ends`, in the order that they have there; those that occur.
    """

    first: int
    last: int
    kinds: tuple[tuple[str, int], ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """How many trials and attempts ended how.

    Attributes:
        statuses: How many trials have each status, most first.
        kinds: How many attempts came to nothing, by "status: kind", most first.
        infeasible: How many completed trials break an outcome constraint.
        completed: How many are completed.
        by_restriction: For each outcome constraint, in words, how many completed trials break it.
        windows: The kinds by the numbers of the trials, in windows of one length; none where
            nothing came to nothing.
    """

    statuses: tuple[tuple[str, int], ...]
    kinds: tuple[tuple[str, int], ...]
    infeasible: int
    completed: int
    by_restriction: tuple[tuple[str, int], ...]
    windows: tuple[EndWindow, ...]


def ends_of(seen: LookedAt) -> Ends:
    """How the trials of an experiment ended. A batch counts as one trial."""
    statuses_of = {trial.trial: trial.status for trial in seen.trials}
    statuses = Counter(statuses_of.values())
    fell = _fallen(seen)
    kinds = Counter(kind for _, kind in fell)
    completed = [trial for trial in seen.trials if trial.status == "completed"]
    return Ends(
        statuses=tuple(statuses.most_common()),
        kinds=tuple(kinds.most_common()),
        infeasible=sum(seen.keeps(trial) is False for trial in completed),
        completed=len(completed),
        by_restriction=tuple(
            (item.text, sum(item.is_kept(trial.mean(item.metric)) is False for trial in completed))
            for item in seen.judged
        ),
        windows=tuple(_windows(fell, kinds, max(statuses_of, default=0))),
    )


def _fallen(seen: LookedAt) -> list[tuple[int, str]]:
    """Number and kind of each attempt that came to nothing, and of trials that nobody attempted."""
    fell = [
        (attempt.trial, f"{attempt.state}: {attempt.reason or 'no reason given'}")
        for attempt in seen.attempts
        if attempt.state in _FELL_SHORT
    ]
    told = {number for number, _ in fell}
    for number, trial in {trial.trial: trial for trial in seen.trials}.items():
        if number not in told and trial.status in _FELL_SHORT:
            fell.append((number, f"{trial.status}: {trial.reason or 'no reason given'}"))
    return fell


def _windows(fell: list[tuple[int, str]], kinds: Counter[str], last: int) -> Iterator[EndWindow]:
    """Windows over all trials, each with what came to nothing in it."""
    if not fell:
        return
    size = -(-(last + 1) // _WINDOWS)
    order = {kind: place for place, (kind, _) in enumerate(kinds.most_common())}
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for number, kind in fell:
        counts[number // size][kind] += 1
    for at in range(last // size + 1):
        found = sorted(counts[at].items(), key=lambda item: order[item[0]])
        yield EndWindow(first=at * size, last=at * size + size - 1, kinds=tuple(found))
