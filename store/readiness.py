"""What may be sealed: segments whose trials have ended for good, and hundreds of sealed ones."""

from collections import Counter
from collections.abc import Container, Mapping

from armwright.store.fact import Fact
from armwright.store.fold import Fold
from armwright.store.layout import SEGMENT_TRIALS, SEGMENTS_OF_S2
from armwright.store.trials import Sealed

__all__ = ["joinable", "why_unready"]


def joinable(sealed: Mapping[int, Sealed], joined: Container[int]) -> list[int]:
    """Hundreds of segments each of which has a snapshot of its own; by the number of the s2.

    Args:
        sealed: What holds each sealed segment.
        joined: Hundreds that are out of the question.
    """
    if len(sealed) < SEGMENTS_OF_S2:
        return []
    alone = Counter(
        segment // SEGMENTS_OF_S2
        for segment, snapshot in sealed.items()
        if len(snapshot.segments) == 1
    )
    return sorted(
        hundred
        for hundred, count in alone.items()
        if count == SEGMENTS_OF_S2 and hundred not in joined
    )


def why_unready(fold: Fold, segment: int, suspect: int | None) -> tuple[str, list[int], int | None]:
    """Says why the trials of a segment cannot be sealed.

    Args:
        fold: What is known.
        segment: Its number.
        suspect: The trial that was in the way last time, which is looked at first.

    Returns:
        The reason, empty if there is none; the numbers that have no trial at all, where there is
        none; and the trial that is in the way, if one is.
    """
    first = segment * SEGMENT_TRIALS
    last = fold.trial(first if suspect is None else suspect)
    if last is not None and not last.ended_for_good:
        return f"trial {last.number} is {last.status}", [], last.number
    holes = []
    for number in range(first, first + SEGMENT_TRIALS):
        trial, facts = fold.trial(number), fold.of_trial(number)
        if trial is None:
            if any(fact.name.kind != "late" for fact in facts.values()):
                return f"trial {number} has no arm that can be read", [], None
            holes.append(number)
        elif not trial.ended_for_good:
            return f"trial {number} is {trial.status}", [], number
        elif missing := _uncounted(facts):
            return f"data {missing} of trial {number} are missing", [], None
    return "", holes, None


def _uncounted(facts: dict[str, Fact]) -> str:
    """The id of a data fact that an end counts and that is not there; empty if none is missing."""
    there = {
        (fact.name.attempt, fact.name.id) for fact in facts.values() if fact.name.kind == "data"
    }
    for fact in facts.values():
        if fact.name.kind == "end":
            for ident in fact.more.get("counted", ()):
                if (fact.name.attempt, ident) not in there:
                    return str(ident)
    return ""
