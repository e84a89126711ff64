"""All that an experiment's folder says: every fact, wherever it lies, and the tables.

For those who copy an experiment as a whole. A fact is the same one whether it is a file still or a
row of a snapshot, so the contents do not depend on what was compacted or cleared away.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import final

from armwright.store.fact import BadFactError, Fact
from armwright.store.failure import reason
from armwright.store.files import MAX_TABLE_BYTES
from armwright.store.late_snapshot import facts_in
from armwright.store.layout import EXPERIMENT_FILE, Name
from armwright.store.location import Location
from armwright.store.presence import check_not_deleted
from armwright.store.snapshot import Snapshot
from armwright.store.state import Damage
from armwright.store.walk import walk

__all__ = ["Contents", "contents", "in_order"]

_FIRST = {"experiment": 0, "config": 1}
_WITHIN_A_TRIAL = {"arm": 0, "claim": 1, "data": 2, "end": 3, "late": 4}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What is in a folder; paths are relative to it.

    Attributes:
        facts: By path, in order: the experiment, its configurations, then trial by trial.
        tables: Paths of facts that are tables.
        damaged: What could not be read, and is missing here.
    """

    facts: Mapping[str, Fact] = field(default_factory=dict)
    tables: tuple[str, ...] = ()
    damaged: tuple[Damage, ...] = ()


def contents(location: Location) -> Contents:
    """Reads all of an experiment.

    Raises:
        ExperimentNotFoundError: Somebody has begun to delete it.
        StoreError: A folder cannot be listed.
    """
    seen = walk(location)
    if EXPERIMENT_FILE in seen.facts:
        check_not_deleted(location, seen.temporaries, seen.facts[EXPERIMENT_FILE])
    damage = dict(seen.torn)
    # A segment that is in use again is so because of a snapshot, which is not copied.
    facts = {path: fact for path, fact in seen.facts.items() if fact.name.kind != "open"}
    by_path = {location.join(name.path): name for name in seen.snapshots}
    for path, body in location.files.read(list(by_path), MAX_TABLE_BYTES):
        name = by_path[path]
        if isinstance(body, FileNotFoundError):
            continue  # joined with others, and cleared away since
        try:
            if isinstance(body, OSError):
                raise BadFactError(f"cannot be read: {reason(body)}")
            for fact in _held(name, body):
                if fact.name.kind == "open":
                    continue
                facts.setdefault(fact.name.path, fact)
                damage.pop(fact.name.path, None)
        except BadFactError as error:
            damage[name.path] = str(error)
    return Contents(
        facts={name.path: facts[name.path] for name in in_order(f.name for f in facts.values())},
        tables=tuple(name.path for name in in_order(seen.tables)),
        damaged=tuple(Damage(path=path, problem=damage[path]) for path in sorted(damage)),
    )


def in_order(names: Iterable[Name]) -> list[Name]:
    """Names in the order in which people read them; whatever order they come in."""
    return sorted(
        names,
        key=lambda name: (
            _FIRST.get(name.kind, 2),
            name.number or 0,
            _WITHIN_A_TRIAL.get(name.kind, 9) == 4,
            name.attempt or 0,
            _WITHIN_A_TRIAL.get(name.kind, 9),
            name.path,
        ),
    )


def _held(name: Name, body: bytes) -> Iterable[Fact]:
    if name.kind == "late-snapshot":
        return facts_in(body)
    snapshot = Snapshot(name, body)
    return [fact for number in snapshot.numbers for fact in snapshot.facts(number).values()]
