"""Whether a folder keeps the store's promises: all of its files read anew, and held to the rules.

The checks are those of `docs/format.md`, "What the facts mean", told from the files and not from
what a reader made of them. What is wrong is a problem; what is only left over from a killed process
and may be cleared away is counted.
"""

import os
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from armwright.store.fact import BadFactError, Fact
from armwright.store.failure import printable, reason
from armwright.store.files import MAX_TABLE_BYTES
from armwright.store.fold import fold
from armwright.store.folder import ExperimentFolder
from armwright.store.late_snapshot import facts_in
from armwright.store.layout import (
    Name,
    arm_path,
    config_path,
    end_path,
    segment_folder,
    segment_of,
)
from armwright.store.location import Location, locate
from armwright.store.snapshot import Snapshot
from armwright.store.state import AttemptFacts, State, TrialFacts
from armwright.store.verdict import Acknowledged, Problem, Report
from armwright.store.walk import Walk, walk

__all__ = ["verify"]

_SHUFFLES = 3


def verify(
    experiment: ExperimentFolder | Location | str | os.PathLike[str],
    *,
    acknowledged: Iterable[Acknowledged] = (),
) -> Report:
    """Reads an experiment anew and checks all that the store promises about it.

    Others may go on writing meanwhile: what they add is seen or not, and is no problem either way.

    Args:
        experiment: A folder, its place, or its URL.
        acknowledged: Writes that were confirmed before this call; each must be there.

    Raises:
        ExperimentNotFoundError: There is none.
        StoreError: It cannot be read at all.
    """
    if isinstance(experiment, ExperimentFolder):
        experiment = experiment.location
    location = experiment if isinstance(experiment, Location) else locate(experiment)
    seen = walk(location)
    # Opened after the walk, so that it holds at least what the walk saw.
    state = ExperimentFolder.open_at(location).state
    facts, problems = _with_snapshots(location, seen)
    problems += [
        *_files(seen),
        *_numbers(seen, state),
        *(item for trial in state.trials.values() for item in _attempts(trial)),
        *_counted(facts, seen),
        *_named_tables(facts, seen),
        *_configs(state),
        *_folds(facts, state),
    ]
    noted = list(acknowledged)
    problems += [item for note in noted if (item := _missing(note, state))]
    return Report(url=location.url, problems=tuple(problems), counts=_counts(seen, state, noted))


def _with_snapshots(location: Location, seen: Walk) -> tuple[dict[str, Fact], list[Problem]]:
    """All facts, those that only snapshots hold too; and where a snapshot differs from a file."""
    problems: list[Problem] = []
    facts: dict[str, Fact] = {}
    by_path = {location.join(name.path): name for name in seen.snapshots}
    for path, body in location.files.read(list(by_path), MAX_TABLE_BYTES):
        name = by_path[path]
        if isinstance(body, FileNotFoundError):
            continue  # cleared away since it was listed
        try:
            if isinstance(body, OSError):
                raise BadFactError(f"cannot be read: {reason(body)}")
            held = _held(name, body)
        except BadFactError as error:
            problems.append(Problem(kind="torn", path=name.path, problem=str(error)))
            continue
        for inner, fact in held.items():
            if seen.facts.get(inner, fact) != fact or facts.get(inner, fact) != fact:
                problem = f"it says otherwise than {inner}"
                problems.append(Problem(kind="fold", path=name.path, problem=problem))
        facts |= held
    return {**seen.facts, **facts}, problems


def _held(name: Name, body: bytes) -> dict[str, Fact]:
    """The facts in a snapshot, by path."""
    if name.kind == "late-snapshot":
        return {fact.name.path: fact for fact in facts_in(body)}
    snapshot = Snapshot(name, body)
    return {
        path: fact for number in snapshot.numbers for path, fact in snapshot.facts(number).items()
    }


def _files(seen: Walk) -> Iterable[Problem]:
    for path, problem in sorted(seen.torn.items()):
        yield Problem(kind="torn", path=path, problem=problem)
    for path in sorted(seen.foreign):
        yield Problem(kind="foreign", path=printable(path), problem="the format has no such name")


def _numbers(seen: Walk, state: State) -> Iterable[Problem]:
    """Every fact is about a trial that there is; void ones hold nothing; no segment is missing."""
    for path, fact in sorted(seen.facts.items()):
        number = fact.name.number
        if number is None or fact.name.kind in ("config", "open"):
            continue
        if number not in state.trials:
            problem = f"trial {number} has no arm that can be read"
            yield Problem(kind="orphan", path=path, problem=problem)
        elif state.trials[number].void and fact.name.kind != "arm":
            problem = f"trial {number} is void and holds nothing"
            yield Problem(kind="number", path=path, problem=problem)
    highest = max(state.trials, default=-1)
    held = {segment_of(number) for number in state.trials} | seen.segments
    for segment in range(segment_of(highest)):
        if segment not in held:
            path = segment_folder(segment)
            yield Problem(kind="number", path=path, problem="the segment is missing")


def _attempts(trial: TrialFacts) -> Iterable[Problem]:
    """Attempts count from 1 without a gap, and the next begins when the one before has ended."""
    path = arm_path(trial.number)
    numbers = sorted(trial.attempts)
    if numbers != list(range(1, len(numbers) + 1)):
        tried = ", ".join(map(str, numbers))
        yield Problem(kind="attempt", path=path, problem=f"attempts have a gap: {tried}")
    for number in numbers[:-1]:
        if trial.attempts[number].end is None:
            problem = f"attempt {number + 1} began before attempt {number} had ended"
            yield Problem(kind="attempt", path=path, problem=problem)


def _counted(facts: Mapping[str, Fact], seen: Walk) -> Iterable[Problem]:
    """What an end counts is there."""
    data = {
        (fact.name.number, fact.name.attempt, fact.name.id)
        for fact in facts.values()
        if fact.name.kind == "data"
    } | {(name.number, name.attempt, name.id) for name in seen.tables}
    for path, fact in sorted(facts.items()):
        if fact.name.kind != "end":
            continue
        for ident in fact.more.get("counted", ()):
            if (fact.name.number, fact.name.attempt, ident) not in data:
                problem = f"it counts data-{ident}, which is not there"
                yield Problem(kind="lost", path=path, problem=problem)


def _named_tables(facts: Mapping[str, Fact], seen: Walk) -> Iterable[Problem]:
    """The tables that data name are there."""
    there = {name.path for name in seen.tables}
    for path, fact in sorted(facts.items()):
        table = fact.document.get("table")
        if fact.name.kind == "data" and isinstance(table, str) and table not in there:
            problem = f"it names the table {table}, which is not there"
            yield Problem(kind="lost", path=path, problem=problem)


def _configs(state: State) -> Iterable[Problem]:
    """Configurations are one chain from 1 on."""
    for place, version in enumerate(state.configs, start=1):
        path = config_path(version)
        if version != place:
            problem = f"version {place} is missing before it"
            yield Problem(kind="config", path=path, problem=problem)
            return
        if state.bases[version] != version - 1:
            problem = f"edited from version {state.bases[version]}, expected {version - 1}"
            yield Problem(kind="config", path=path, problem=problem)


def _folds(by_path: Mapping[str, Fact], state: State) -> Iterable[Problem]:
    """The facts add up to the same in any order, and to what a reader says they do."""
    facts = [fact for fact in by_path.values() if fact.name.kind != "open"]
    alone = fold(facts)
    chance = random.Random(0)  # noqa: S311 no secret
    for _ in range(_SHUFFLES):
        mixed = facts + chance.sample(facts, len(facts) // 2)
        chance.shuffle(mixed)
        if fold(mixed) != alone:
            yield Problem(kind="fold", path="", problem="the order of the facts changes the state")
            break
    for number, trial in alone.trials.items():
        told = state.trials.get(number)
        if told is not None and not _grown(trial, told):
            problem = "a reader says otherwise than the facts of the trial"
            yield Problem(kind="fold", path=arm_path(number), problem=problem)


def _grown(before: TrialFacts, after: TrialFacts) -> bool:
    """Whether a trial seen later holds all that was seen of it before."""
    if (before.arm, before.void) != (after.arm, after.void):
        return False
    for number, attempt in before.attempts.items():
        later = after.attempts.get(number)
        if later is None or (attempt.claim, attempt.claimed) != (later.claim, later.claimed):
            return False
        if attempt.end is not None and attempt != later and not _tabled(attempt, later):
            return False
    return all(document in after.late for document in before.late)


def _tabled(attempt: AttemptFacts, later: AttemptFacts) -> bool:
    """Whether two views of an ended attempt differ only in data that one of them cannot read."""
    return (attempt.end, attempt.ended) == (later.end, later.ended) and all(
        document in later.data or document in later.stray for document in attempt.data
    )


def _missing(note: Acknowledged, state: State) -> Problem | None:
    """Looks for a write that was confirmed."""
    if note.kind == "config":
        if state.configs.get(note.number) == note.document:
            return None
        path = config_path(note.number)
    else:
        trial = state.trials.get(note.number)
        if trial is not None and note.document in _told(trial, note):
            return None
        path = end_path(note.number, note.attempt or 1) if note.kind == "end" else ""
        path = path or arm_path(note.number)
    attempt = f" of attempt {note.attempt}" if note.attempt else ""
    problem = f"a confirmed {note.kind}{attempt} of {note.number} is not there: {note.document!r}"
    return Problem(kind="lost", path=path, problem=problem)


def _told(trial: TrialFacts, note: Acknowledged) -> Iterable[Mapping[str, Any] | None]:
    if note.kind == "arm":
        return (trial.arm,)
    if note.kind == "late":
        return trial.late
    attempt = trial.attempts.get(note.attempt or 1)
    if attempt is None:
        return ()
    if note.kind == "claim":
        return (attempt.claim,)
    return (attempt.end,) if note.kind == "end" else (*attempt.data, *attempt.stray)


def _counts(seen: Walk, state: State, noted: list[Acknowledged]) -> dict[str, int]:
    trials = Counter(trial.status for trial in state.trials.values())
    facts = Counter(fact.name.kind for fact in seen.facts.values())
    highest = max(state.trials, default=-1)
    counts = {
        "trials": len(state.trials),
        **{f"{status} trials": count for status, count in sorted(trials.items())},
        "unused numbers": highest + 1 - len(state.trials),
        **{f"{kind} facts": count for kind, count in sorted(facts.items())},
        "tables": len(seen.tables),
        "snapshots": len(seen.snapshots),
        "heartbeats": len(seen.beats),
        "temporaries": len(seen.temporaries),
        "confirmed writes": len(noted),
    }
    return {name: count for name, count in counts.items() if count or name == "trials"}
