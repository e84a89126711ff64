"""The snapshot of one segment's facts, proved before anybody relies on it."""

from collections.abc import Callable, Mapping

from armwright.store.fact import Fact
from armwright.store.files import MAX_TABLE_BYTES
from armwright.store.layout import SEGMENT_TRIALS, parse_name, s1_path

__all__ = ["sealed_body"]


def sealed_body(
    segment: int, facts_of: Callable[[int], Mapping[str, Fact]]
) -> tuple[bytes, str] | str:
    """The bytes of a segment's s1 and the token in them, or why it cannot be made.

    Args:
        segment: One whose trials have all ended for good.
        facts_of: The facts about a trial, by path; late ones are left out.
    """
    from armwright.store.fold import fold_trial
    from armwright.store.snapshot import Snapshot, snapshot_body

    first = segment * SEGMENT_TRIALS
    trials = []
    for number in range(first, first + SEGMENT_TRIALS):
        known = facts_of(number)
        facts = {path: fact for path, fact in known.items() if fact.name.kind != "late"}
        trial = fold_trial(number, facts.values())
        assert trial is not None  # noqa: S101 the caller looked
        trials.append((trial, facts))
    body, token = snapshot_body(trials)
    if len(body) > MAX_TABLE_BYTES:
        return f"its snapshot would be {len(body)} bytes, {MAX_TABLE_BYTES} are allowed"
    name = parse_name(s1_path(segment))
    assert name is not None  # noqa: S101 our own names parse
    # Nothing is written that does not give back every fact.
    made = Snapshot(name, body)
    for trial, facts in trials:
        if made.facts(trial.number) != facts:
            return f"trial {trial.number} would not survive it"
    return body, token
