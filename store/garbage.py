"""Garbage collection: removing files that a snapshot has made superfluous, and nothing else.

What goes:

    facts of a sealed segment          each once its snapshot, an hour old, gives back the same
    s1 under an s2                     likewise
    late facts, and stragglers         first into snap/late-<ulid>.parquet, an hour later from where
                                       they were
    hb/N.k                             of an attempt that has ended
    temporaries                        a day old, with a name that we give

The hour is for readers that listed a segment before the snapshot was there, and for writers (see
`Ledger.write`). It is measured by the file system's own clock: the time stamp of the snapshot is
compared with that of a file written now. Where it tells no time nothing is removed. Every file is
read and compared before it goes. Tables, configurations and what is damaged, foreign or unknown
stay. Killed anywhere, some of it is done; doing it again does the rest.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, final

from armwright.store.errors import StoreError
from armwright.store.fact import BadFactError, Fact, check_meant, decode
from armwright.store.files import MAX_TABLE_BYTES
from armwright.store.layout import (
    CONFIG_FOLDER,
    LATE_FOLDER,
    SEGMENTS_OF_S2,
    SNAPSHOT_FOLDER,
    TRIALS_FOLDER,
    Name,
    late_snapshot_path,
    parse_name,
    segment_folder,
)
from armwright.store.ledger import Ledger
from armwright.store.location import Location
from armwright.store.surely import create_surely
from armwright.store.surroundings import Surroundings
from armwright.store.token import new_token
from armwright.store.torn import is_torn
from armwright.store.ulid import new_ulid

if TYPE_CHECKING:
    from armwright.store.snapshot import Snapshot

__all__ = ["Collector", "GarbageReport"]

_LEAST_LATE = 100  # fewer late facts are not worth a file of their own
_MOST_IN_ONE = 10_000  # facts in one late snapshot
_BEATS_FOLDER = "hb"
_BEAT = re.compile(r"([0-9]{1,15})\.([1-9][0-9]{0,8})")
_TEMPORARY = re.compile(
    r"\.(?:[0-9A-Za-z-]{8,64}\.[0-9a-f]{8}|[0-9a-f]{16}\.tmp|probe-[0-9a-f]{32})"
)
_PROBES = re.compile(r"\.probe-[0-9a-f]{32}")  # a folder of them, which a killed doctor left


@dataclass(frozen=True, slots=True, kw_only=True)
class GarbageReport:
    """What garbage collection did, or would do.

    Attributes:
        dry_run: Whether it only looked.
        removed: Files that are gone, by path.
        moved: Facts that were copied into a snapshot of late facts; they go next time.
        made: Snapshots of late facts that were made.
        kept: Files that one might expect to go and that stay, and why.
    """

    dry_run: bool
    removed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    kept: Mapping[str, str] = field(default_factory=dict)


@final
class Collector:
    """Collects the garbage of one folder, once."""

    def __init__(
        self,
        location: Location,
        ledger: Ledger,
        surroundings: Surroundings,
        *,
        dry_run: bool,
        older_than: float,
        temporaries_older_than: float,
        least_late: int = _LEAST_LATE,
    ) -> None:
        self._location, self._files = location, location.files
        self._ledger, self._reader = ledger, ledger.reader
        self._around = surroundings
        self._dry_run = dry_run
        self._older_than = older_than
        self._temporaries_older_than = temporaries_older_than
        self._least_late = least_late
        self._removed: list[str] = []
        self._kept: dict[str, str] = {}
        self._now: float | None = None
        self._stragglers: list[Fact] = []

    def run(self) -> GarbageReport:
        """Does it.

        Raises:
            StoreError: Something could not be read, written or removed.
        """
        self._ledger.check_writable()
        moved: list[str] = []
        made: list[str] = []
        with self._ledger.lock:
            self._reader.look()
            self._now = self._time()
            snapshots = self._names_in(SNAPSHOT_FOLDER)
            for folder in ("", CONFIG_FOLDER, SNAPSHOT_FOLDER):
                self._temporaries(folder)
            self._segments()
            self._small_snapshots(snapshots)
            self._beats()
            moved, made = self._late(snapshots)
        return GarbageReport(
            dry_run=self._dry_run,
            removed=tuple(self._removed),
            moved=tuple(moved),
            made=tuple(made),
            kept=self._kept,
        )

    def leftovers(self) -> tuple[str, ...]:
        """Removes only what killed processes left: temporaries, heartbeats of ended attempts.

        And claims and ends that were left half written, of attempts that were ended nevertheless.

        Raises:
            StoreError: Something could not be read or removed.
        """
        self._ledger.check_writable()
        with self._ledger.lock:
            self._reader.look()
            self._now = self._time()
            for folder in ("", CONFIG_FOLDER, SNAPSHOT_FOLDER, LATE_FOLDER):
                self._temporaries(folder)
            for folder in sorted(self._files.list(self._location.join(TRIALS_FOLDER)).folders):
                self._temporaries(f"{TRIALS_FOLDER}/{folder}")
            self._beats()
            self._half_written()
        return tuple(self._removed)

    def _segments(self) -> None:
        """Facts of sealed segments; what is beside them is a straggler."""
        old: dict[int, bool] = {}
        for folder in sorted(self._files.list(self._location.join(TRIALS_FOLDER)).folders):
            path = f"{TRIALS_FOLDER}/{folder}"
            self._temporaries(path)
            if not folder.isdecimal() or path != segment_folder(int(folder)):
                continue
            sealed = self._reader.sealed().get(int(folder))
            if sealed is None:
                continue
            if id(sealed) not in old:
                old[id(sealed)] = self._is_old(sealed.path)
            if old[id(sealed)]:
                self._one_segment(int(folder))

    def _one_segment(self, segment: int) -> None:
        try:
            snapshot = self._reader.snapshot(segment)
        except BadFactError as error:
            self._kept[self._reader.sealed()[segment].path] = str(error)
            return
        if snapshot is None:
            return
        names = self._names_in(segment_folder(segment))
        known = {
            path: fact
            for number in {name.number for name in names if name.number is not None}
            for path, fact in snapshot.facts(number).items()
        }
        superfluous = []
        for fact in self._facts([name for name in names if name.readable]):
            if fact.name.path not in known:
                if segment not in self._reader.reopened:
                    self._stragglers.append(fact)
            elif known[fact.name.path] == fact:
                superfluous.append(fact.name.path)
            else:
                self._kept[fact.name.path] = "it is not what the snapshot of its segment holds"
        self._remove(superfluous)

    def _small_snapshots(self, names: list[Name]) -> None:
        """The s1 under each s2 that is old enough."""
        small = {name.number: name for name in names if name.kind == "s1"}
        for name in names:
            if name.kind != "s2" or name.number is None:
                continue
            start = name.number * SEGMENTS_OF_S2
            under = [
                small[number] for number in range(start, start + SEGMENTS_OF_S2) if number in small
            ]
            if not under or not self._is_old(name.path):
                continue
            large = self._snapshot(name)
            if large is None:
                continue
            superfluous = []
            for one in under:
                part = self._snapshot(one)
                if part is not None and all(
                    part.facts(number) == large.facts(number) for number in part.numbers
                ):
                    superfluous.append(one.path)
                else:
                    self._kept[one.path] = f"it is not what {name.path} holds"
            self._remove(superfluous)

    def _beats(self) -> None:
        """Heartbeats of attempts that have ended."""
        self._temporaries(_BEATS_FOLDER)
        over = []
        for file in self._files.list(self._location.join(_BEATS_FOLDER)).files:
            if match := _BEAT.fullmatch(file):
                trial = self._reader.trial(int(match[1]))
                attempt = trial.attempts.get(int(match[2])) if trial is not None else None
                if attempt is not None and attempt.end is not None:
                    over.append(f"{_BEATS_FOLDER}/{file}")
        self._remove(sorted(over))

    def _half_written(self) -> None:
        """Torn claims and ends that nobody waits for."""
        left = []
        for damage in self._reader.state().damaged:
            name = parse_name(damage.path)
            if name is None or name.kind not in ("claim", "end") or name.number is None:
                continue
            trial = self._reader.trial(name.number)
            attempt = trial.attempts.get(name.attempt or 0) if trial is not None else None
            over = attempt is not None and attempt.end is not None
            if over and self._is_old(name.path, self._temporaries_older_than):
                left += [name.path] if is_torn(self._location, name) else []
        self._remove(left)

    def _late(self, snapshots: list[Name]) -> tuple[list[str], list[str]]:
        """Late facts and stragglers: what was copied long ago goes, what was not yet is copied."""
        from armwright.store.late_snapshot import facts_in

        self._temporaries(LATE_FOLDER)
        copied: dict[str, tuple[Fact, bool]] = {}
        for name in (name for name in snapshots if name.kind == "late-snapshot"):
            body = self._read(name)
            try:
                facts = facts_in(body) if body is not None else []
            except BadFactError as error:
                self._kept[name.path] = str(error)
                continue
            old = self._is_old(name.path) if facts else False
            for fact in facts:
                known = copied.get(fact.name.path)
                copied[fact.name.path] = (fact, old or (known is not None and known[1]))
        names = [name for name in self._names_in(LATE_FOLDER) if name.kind == "late"]
        late = list(self._facts(names))
        superfluous, fresh = [], []
        for fact in (*late, *self._stragglers):
            there = copied.get(fact.name.path)
            if there is None:
                fresh.append(fact)
            elif there[0] != fact:
                self._kept[fact.name.path] = "a snapshot holds something else under this name"
            elif there[1]:
                superfluous.append(fact.name.path)
        self._remove(superfluous)
        if len(fresh) < self._least_late and not self._stragglers_in(fresh):
            return [], []
        return [fact.name.path for fact in fresh], self._pack(fresh)

    def _stragglers_in(self, facts: list[Fact]) -> bool:
        return any(fact.name.kind != "late" for fact in facts)

    def _pack(self, facts: list[Fact]) -> list[str]:
        from armwright.store.late_snapshot import late_snapshot_body

        made = []
        for start in range(0, len(facts), _MOST_IN_ONE):
            path = late_snapshot_path(new_ulid())
            made.append(path)
            if not self._dry_run:
                body, token = late_snapshot_body(facts[start : start + _MOST_IN_ONE])
                where = self._location.join(path)
                create_surely(self._files.create, where, body, token, self._around)
        if made and not self._dry_run:
            self._reader.look_at_snapshots()
        return made

    def _temporaries(self, folder: str) -> None:
        """Names that only a killed process can have left."""
        listing = self._files.list(self._location.join(folder) if folder else self._location.path)
        left = []
        for file in listing.files:
            path = f"{folder}/{file}" if folder else file
            if _TEMPORARY.fullmatch(file) and self._is_old(path, self._temporaries_older_than):
                left.append(path)
        for probes in filter(_PROBES.fullmatch, listing.folders):
            within = f"{folder}/{probes}" if folder else probes
            files = self._files.list(self._location.join(within)).files
            paths = [f"{within}/{file}" for file in files]
            left += [path for path in paths if self._is_old(path, self._temporaries_older_than)]
        self._remove(left)

    def _names_in(self, folder: str) -> list[Name]:
        listing = self._files.list(self._location.join(folder))
        names = (parse_name(f"{folder}/{file}") for file in sorted(listing.files))
        return [name for name in names if name is not None]

    def _facts(self, names: Iterable[Name]) -> Iterable[Fact]:
        """The facts under these names that can be read."""
        by_path = {self._location.join(name.path): name for name in names}
        for path, body in self._files.read(list(by_path)):
            if isinstance(body, bytes):
                try:
                    fact = decode(by_path[path], body)
                    check_meant(fact, self._reader.of)
                    yield fact
                except BadFactError as error:
                    self._kept[by_path[path].path] = str(error)

    def _read(self, name: Name) -> bytes | None:
        path = self._location.join(name.path)
        body = dict(self._files.read([path], MAX_TABLE_BYTES))[path]
        return body if isinstance(body, bytes) else None

    def _snapshot(self, name: Name) -> "Snapshot | None":
        from armwright.store.snapshot import Snapshot

        body = self._read(name)
        try:
            return None if body is None else Snapshot(name, body)
        except BadFactError as error:
            self._kept[name.path] = str(error)
            return None

    def _remove(self, paths: list[str]) -> None:
        if paths and not self._dry_run:
            self._files.remove_many([self._location.join(path) for path in paths])
        self._removed += paths

    def _is_old(self, path: str, seconds: float | None = None) -> bool:
        """Whether a file was there that long ago, by the file system's own clock."""
        written = self._files.modified(self._location.join(path))
        if written is None or self._now is None:
            return False
        return self._now - written >= (self._older_than if seconds is None else seconds)

    def _time(self) -> float | None:
        """What time it is for the file system: that of a file written now."""
        token = new_token()
        path = self._location.join(f".probe-{token}")
        try:
            create_surely(self._files.create, path, token.encode(), token, self._around)
            return self._files.modified(path)
        finally:
            try:
                self._files.remove(path)
            except StoreError:  # it goes with the temporaries
                self._kept[path] = "it could not be removed"
