"""What a process knew when it made an arm, in a few words, and the state of its folder then.

Facts are never changed and only ever become more. So it is enough to note which of them were known:

    config     the configuration in force, by version
    free       the next free trial number
    trials     the numbers with each status, such as {"completed": "0-24,26", "running": "25,27"}
    attempts   which attempt decided, where it was not the first
    data       how many documents of a running trial counted, where there were any
    late       how many documents came after a trial's end, where any did
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, final

from armwright.persistence.numbers_text import numbers_from_text, numbers_to_text
from armwright.store import State

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from armwright.store import TrialFacts

__all__ = ["Seen", "seen_document", "state_as_seen"]

Json = dict[str, Any]


@final
class Seen:
    """What is known of trials, noted trial by trial: of ten thousand only those that change."""

    def __init__(self) -> None:
        self._status: dict[int, str] = {}
        self._with_status: dict[str, set[int]] = {}
        self._attempts: dict[int, int] = {}
        self._data: dict[int, int] = {}
        self._late: dict[int, int] = {}

    def note(self, facts: TrialFacts) -> None:
        """Takes note of all that is known of one trial, in the place of what was before."""
        number, status = facts.number, facts.status
        if number in self._status:
            self._with_status[self._status[number]].discard(number)
        self._status[number] = status
        self._with_status.setdefault(status, set()).add(number)
        attempt = facts.last_attempt
        last = 0 if attempt is None or attempt.number == 1 else attempt.number
        running = attempt is not None and status == "running"
        data = len(_counting(attempt.data)) if attempt is not None and running else 0
        counts = (
            (self._attempts, last),
            (self._data, data),
            (self._late, len(_in_time(facts.late))),
        )
        for found, count in counts:
            if count:
                found[number] = count
            else:
                found.pop(number, None)

    def document(self, *, version: int, free: int) -> Json:
        """The note.

        Args:
            version: Number of the configuration in force.
            free: The next free trial number.
        """
        counts = {"attempts": self._attempts, "data": self._data, "late": self._late}
        return {
            "config": version,
            "free": free,
            "trials": {
                status: numbers_to_text(sorted(numbers))
                for status, numbers in self._with_status.items()
                if numbers
            },
            **{
                name: {str(number): found[number] for number in sorted(found)}
                for name, found in counts.items()
                if found
            },
        }


def seen_document(trials: Iterable[TrialFacts], *, version: int, free: int) -> Json:
    """Notes all that is known of some trials at once; see `Seen.document`."""
    seen = Seen()
    for facts in trials:
        seen.note(facts)
    return seen.document(version=version, free=free)


def state_as_seen(state: State, seen: Mapping[str, Any]) -> tuple[State, list[str]]:
    """The state of a folder as it was when something was noted of it, and what is missing now.

    Args:
        state: As it is now.
        seen: What `seen_document` noted.

    Returns:
        The state, and in words each thing known then that is not there now.

    Raises:
        KeyError: A part of the note is missing.
        TypeError: A part of it is something else.
        ValueError: Likewise.
    """
    missing: list[str] = []
    version = int(seen["config"])
    if version not in state.configs:
        missing.append(f"configuration {version}, which was in force, cannot be read")
    trials: dict[int, TrialFacts] = {}
    for status, text in dict(seen["trials"]).items():
        for number in numbers_from_text(text):
            facts = state.trials.get(number)
            if facts is None:
                missing.append(f"trial {number}, which was {status}, cannot be read")
                continue
            then = _as_seen(facts, status, seen)
            if then.status != status:
                missing.append(f"trial {number} was {status}, and is {facts.status} now")
            trials[number] = then
    configs = {key: item for key, item in state.configs.items() if key <= version}
    return (
        State(
            experiment=state.experiment,
            configs=configs or state.configs,
            trials=dict(sorted(trials.items())),
        ),
        missing,
    )


def _as_seen(facts: TrialFacts, status: str, seen: Mapping[str, Any]) -> TrialFacts:
    """A trial as it was: without later attempts, ends, data and late documents."""
    number = str(facts.number)
    last = int(seen.get("attempts", {}).get(number, 0 if status in ("waiting", "void") else 1))
    attempts = {key: item for key, item in facts.attempts.items() if key <= last}
    if status == "running" and last in attempts:
        attempt = attempts[last]
        known = sorted(_counting((*attempt.data, *attempt.stray)), key=_timestamp)
        count = int(seen.get("data", {}).get(number, 0))
        attempts[last] = replace(attempt, end=None, data=tuple(known[:count]), stray=())
    count = int(seen.get("late", {}).get(number, 0))
    return replace(facts, attempts=attempts, late=tuple(_in_time(facts.late)[:count]))


def _counting(documents: Iterable[Json]) -> list[Json]:
    """Those documents that say more than how far a trial is."""
    return [item for item in documents if not {"rows", "table", "event"}.isdisjoint(item)]


def _in_time(documents: Iterable[Json]) -> list[Json]:
    return [item for item in documents if not item.get("too_late")]


def _timestamp(document: Json) -> int:
    return int(document.get("timestamp", 0))
