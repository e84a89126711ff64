"""Facts from elsewhere into a folder: each as it was written, under its own name, once.

The folder can be opened only when the last of them is there, if it is a new one; killed anywhere,
the same transfer goes on where it stopped.

Into a folder that nobody can have opened yet, whole segments go as the snapshots that compaction
would make of them: a hundredth of the files. Where others may be writing each fact is a file, so
that of two under one name one loses, and is told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import final

from armwright.store.contents import Contents, in_order
from armwright.store.errors import StoreError
from armwright.store.fact import BadFactError, Fact, body_of, decode
from armwright.store.failure import read_failure
from armwright.store.files import MAX_TABLE_BYTES, Outcome
from armwright.store.fold import Fold
from armwright.store.layout import Name, config_path, parse_name, s1_path, segment_of
from armwright.store.location import Location
from armwright.store.marker import ensure_marker
from armwright.store.readiness import why_unready
from armwright.store.sealing import sealed_body
from armwright.store.surely import create_surely
from armwright.store.surroundings import Surroundings
from armwright.store.token import new_token

__all__ = ["Transferred", "transfer"]

_REAL = Surroundings()
_Snapshot = tuple[bytes, str]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred:
    """What a transfer did.

    Attributes:
        added: Paths that are new in the folder.
        same: How many were there already.
        clashes: Paths that hold something else there; left as they are.
    """

    added: tuple[str, ...] = ()
    same: int = 0
    clashes: tuple[str, ...] = ()


def transfer(
    facts: Mapping[str, Fact],
    tables: Mapping[str, bytes],
    target: Location,
    *,
    there: Contents,
    surroundings: Surroundings = _REAL,
) -> Transferred:
    """Writes facts and tables that are not in a folder yet.

    Args:
        facts: By path.
        tables: Bytes by path.
        target: The folder.
        there: What it holds.
        surroundings: Tests pass their own.

    Raises:
        StoreError: Something could not be written.
    """
    writer, at = surroundings.writer().document(), surroundings.clock()
    ensure_marker(target.root, writer=writer, at=at, surroundings=surroundings)
    added: list[str] = []
    same, clashes, known_tables = 0, [], set(there.tables)
    whole = _whole_segments(facts, there)
    opened = config_path(1) in there.facts
    for name in _configurations_last(facts, tables, opened=opened):
        known = there.facts.get(name.path)
        if known is not None or name.path in known_tables:
            if known is None or known.token == facts[name.path].token:
                same += 1
            else:
                clashes.append(name.path)
            continue
        segment = segment_of(name.number or 0)
        if name.readable and name.kind in _IN_SEGMENTS and segment in whole:
            outcome = _seal(target, segment, whole, surroundings)
            (added if outcome == "won" else clashes).append(name.path)
            continue
        fact = facts.get(name.path)
        body = tables[name.path] if fact is None else body_of(fact)
        token = new_token() if fact is None else fact.token
        path = target.join(name.path)
        if create_surely(target.files.create, path, body, token, surroundings) == "won":
            added.append(name.path)
        elif _is_there(target, name, body, token):
            same += 1
        else:
            clashes.append(name.path)
    return Transferred(added=tuple(added), same=same, clashes=tuple(clashes))


_IN_SEGMENTS = frozenset({"arm", "claim", "data", "end"})


def _whole_segments(facts: Mapping[str, Fact], there: Contents) -> dict[int, _Snapshot]:
    """The snapshots of segments that may be sealed and of which the folder holds nothing yet."""
    if any(fact.name.kind == "config" for fact in there.facts.values()):
        return {}
    fold, found = Fold(), set()
    for fact in facts.values():
        fold.add(fact)
        if fact.name.kind in _IN_SEGMENTS and fact.name.number is not None:
            found.add(segment_of(fact.name.number))
    taken = {
        segment_of(fact.name.number)
        for fact in there.facts.values()
        if fact.name.kind in _IN_SEGMENTS and fact.name.number is not None
    }
    whole = {}
    for segment in sorted(found - taken - {max(found, default=0)}):
        problem, holes, _ = why_unready(fold, segment, None)
        if not problem and not holes:
            made = sealed_body(segment, fold.of_trial)
            if not isinstance(made, str):
                whole[segment] = made
    return whole


def _seal(
    target: Location, segment: int, whole: dict[int, _Snapshot], surroundings: Surroundings
) -> Outcome:
    """Writes a segment's snapshot when its first fact comes by; "lost" if another is there."""
    body, token = whole[segment]
    if body:
        path = target.join(s1_path(segment))
        if create_surely(target.files.create, path, body, token, surroundings) == "lost":
            return "lost"
        whole[segment] = (b"", token)  # it is there
    return "won"


def _configurations_last(
    facts: Mapping[str, Fact], tables: Mapping[str, bytes], *, opened: bool
) -> Iterator[Name]:
    """Tables before the facts that name them, configurations last: the first opens the folder."""
    for path in tables:
        name = parse_name(path)
        assert name is not None  # noqa: S101 - the caller listed them
        yield name
    ordered = in_order(fact.name for fact in facts.values())
    yield from (name for name in ordered if name.kind != "config")
    configs = [name for name in ordered if name.kind == "config"]
    yield from configs if opened else reversed(configs)


def _is_there(target: Location, name: Name, body: bytes, token: str) -> bool:
    """Whether the file under a name that is taken is the one that was to be written."""
    path = target.join(name.path)
    found = dict(target.files.read([path], MAX_TABLE_BYTES))[path]
    if isinstance(found, OSError):
        raise read_failure(path, found) from found
    if not name.readable:
        return found == body
    try:
        return decode(name, found).token == token
    except BadFactError as error:
        raise StoreError(f"{path!r} is damaged: {error}", hint="armwright doctor URL") from error
