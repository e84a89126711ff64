"""Where parameters and results stand in the documents that armwright writes (docs/format.md).

For the tables only: the store itself works the same whatever its documents hold. A document that is
somebody else's has no parameters and no results, and harms nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from armwright.store.shred import pointer_of

if TYPE_CHECKING:
    from armwright.store.state import TrialFacts

__all__ = ["Measured", "arms_of", "counted_documents", "final_results", "rows_of"]

Json = Mapping[str, Any]

# Attempts that ended so have measured nothing that counts.
_NOTHING_MEASURED = ("preempted", "lost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A number, and the pointer to it in its trial's facts."""

    value: float
    pointer: str


def arms_of(document: Any) -> list[tuple[str, dict[str, Any]]]:
    """The names and parameters of the arms in an arm's document; none if it is somebody else's."""
    arms = document.get("arms") if isinstance(document, dict) else None
    if not isinstance(arms, list):
        return []
    found = []
    for arm in arms:
        if not isinstance(arm, dict) or not isinstance(arm.get("parameters"), dict):
            return []
        name = arm.get("name")
        found.append((name if isinstance(name, str) else "", arm["parameters"]))
    return found


def rows_of(document: Any) -> Iterator[tuple[int, Json]]:
    """The measurements in one data document, with their places."""
    rows = document.get("rows") if isinstance(document, dict) else None
    for place, row in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(row, dict) and isinstance(row.get("metric_name"), str):
            yield place, row


def final_results(
    facts: Mapping[str, Json], attempt: int, counted: list[str]
) -> dict[str, tuple[Measured | None, Measured | None]]:
    """Mean and standard error of each metric as the attempt left them: the newest of each counts.

    Args:
        facts: Of one trial, by the middle of their names (`1.end`).
        attempt: The last one.
        counted: Keys of the data facts that count.
    """
    end = facts.get(f"{attempt}.end", {}).get("document", {})
    if end.get("state") in _NOTHING_MEASURED:
        return {}
    documents: list[tuple[tuple[str | int, ...], Any]] = [
        ((key, "document"), facts[key]["document"]) for key in counted
    ]
    inside = end.get("data")
    if isinstance(inside, list):
        where = (f"{attempt}.end", "document", "data")
        documents += [((*where, place), item) for place, item in enumerate(inside)]
    documents.sort(key=lambda item: _timestamp(item[1]))
    found: dict[str, tuple[Measured | None, Measured | None]] = {}
    for keys, document in documents:
        for place, row in rows_of(document):
            at = (*keys, "rows", place)
            found[row["metric_name"]] = (
                _measured(row.get("mean"), pointer_of(*at, "mean")),
                _measured(row.get("sem"), pointer_of(*at, "sem")),
            )
    return found


def counted_documents(trial: "TrialFacts") -> Iterator[tuple[int | None, Json]]:
    """The data documents of a trial that count, with their attempt; None for what came late."""
    for attempt in trial.attempts.values():
        end = attempt.end or {}
        if end.get("state") in _NOTHING_MEASURED:
            continue
        yield from ((attempt.number, document) for document in attempt.data)
        inside = end.get("data")
        for document in inside if isinstance(inside, list) else ():
            if isinstance(document, dict):
                yield attempt.number, document
    yield from ((None, document) for document in trial.late if not document.get("too_late"))


def _timestamp(document: Any) -> int:
    stamp = document.get("timestamp") if isinstance(document, dict) else None
    return stamp if type(stamp) is int else 0


def _measured(value: Any, pointer: str) -> Measured | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return Measured(value=float(value), pointer=pointer)
    except OverflowError:
        return None
