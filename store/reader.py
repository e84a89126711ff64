"""Reading an experiment's folder: list it, fetch what is new, fold it in.

A fact that was read once is never read again; a file that could not be understood is tried again at
the next look, for it may have been a stale view of a good one. Files that come into sight late, as
on NFS, are folded in when they do.

Sealed segments are not listed: a snapshot holds them. `snap/` is listed last, so that what garbage
collection removed from a segment while we were looking is found there; and at the first look also
before the segments, to know which of them need no listing.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, final

from armwright.store.fact import OF_LETTERS, BadFactError, Fact, check_meant, decode
from armwright.store.failure import printable, reason
from armwright.store.files import MAX_TABLE_BYTES, Listing
from armwright.store.fold import Fold
from armwright.store.followed import Followed
from armwright.store.layout import (
    CONFIG_FOLDER,
    FORMAT_FOLDER,
    LATE_FOLDER,
    SEGMENT_TRIALS,
    SEGMENTS_OF_S2,
    SNAPSHOT_FOLDER,
    TRIALS_FOLDER,
    Name,
    parse_name,
    segment_folder,
    segment_of,
)
from armwright.store.location import Location
from armwright.store.own_time import own_time
from armwright.store.presence import Presence
from armwright.store.readiness import joinable, why_unready
from armwright.store.sight import Sight
from armwright.store.state import Damage, State, TrialFacts
from armwright.store.trials import Sealed

if TYPE_CHECKING:
    from armwright.store.snapshot import Snapshot

__all__ = ["TRUSTED_SECONDS", "Reader"]

# What one saw of a folder less than so long ago, by one's own clock, has not been garbage since:
# that takes a snapshot an hour old.
TRUSTED_SECONDS = 1800.0


@final
class Reader:
    """What one process has seen of an experiment's folder.

    Attributes:
        later_format: Name of a file that raises the format above ours; empty if there is none.
        reopened: Sealed segments that are in use again, and are listed whatever a snapshot holds.
        joined: Hundreds of segments that have an s2, or whose s1 do not go into one.
        of: The last letters of the experiment's id; facts of another one's are refused.
        looked_at: When the last whole look began, by this process's own clock; None before it.
        presence: Whether the experiment still is there.
    """

    def __init__(
        self, location: Location, clock: Callable[[], float] = own_time, ident: str = ""
    ) -> None:
        self.of = ident[-OF_LETTERS:]
        self.later_format = ""
        self.reopened: set[int] = set()
        self.joined: set[int] = set()
        self.looked_at: float | None = None
        self.presence = Presence(location, clock, ident)
        self._location, self._clock = location, clock
        self._fold = Fold()
        self._sight = Sight(self._fold)
        self._shown: tuple[int, list[tuple[str, str]]] = (0, [])
        self._state: State | None = None
        self._snapshots_listed: tuple[float, frozenset[str]] | None = None
        self._suspects: dict[int, int] = {}

    @property
    def highest(self) -> int:
        """Highest trial number that any name in the folder mentions; -1 if none does."""
        return self._sight.highest

    @property
    def newest_config(self) -> int:
        """Highest version of the configuration that any name mentions; 0 if none does."""
        return self._sight.newest_config

    def look(self) -> None:
        """Lists the whole folder and takes in what is new."""
        started = self._clock()
        root = self._list("")
        self.presence.look(root, self._fold.experiment)
        names = self._sight.names_in_root(root)
        if self.looked_at is None and SNAPSHOT_FOLDER in root.folders:
            self.look_at_snapshots()
        for folder in (CONFIG_FOLDER, LATE_FOLDER):
            if folder in root.folders:
                names += self._sight.names_in(folder, self._list(folder))
        if FORMAT_FOLDER in root.folders:
            self.later_format = self._sight.later_format_in(self._list(FORMAT_FOLDER))
        found: set[int] = set()
        if TRIALS_FOLDER in root.folders:
            found = self._segments()
            names += self._new_in(found)
        self._fetch(names)
        # A segment is sealed only when there is a higher one, so one segment alone has no snapshot.
        more = self.highest >= SEGMENT_TRIALS and SNAPSHOT_FOLDER not in root.files
        if SNAPSHOT_FOLDER in root.folders or more:
            self.look_at_snapshots()
        self._close_gaps(found)
        self.looked_at = started

    def look_from(self, number: int) -> None:
        """Lists the segment of a trial and all later ones, and takes in what is new."""
        first = segment_of(number)
        found = self._segments()
        self._fetch(self._new_in({segment for segment in found if segment >= first}))
        self._close_gaps(found)

    def look_at(self, number: int) -> None:
        """Lists the segment of one trial and takes in what is new there."""
        segment = segment_folder(segment_of(number))
        listing = self._list(segment)
        emptied = not listing.files and self._sight.has_taken_in(segment)
        if emptied and not self.is_sealed(segment_of(number)):
            self.look()  # has it gone with all the others?
        self._fetch(self._sight.names_in(segment, listing))

    def look_at_configs(self) -> None:
        """Lists the configurations and takes in what is new."""
        self._fetch(self._sight.names_in(CONFIG_FOLDER, self._list(CONFIG_FOLDER)))

    def trial(self, number: int) -> TrialFacts | None:
        """One trial, without working out the others; None if no arm of it has been read."""
        return self._fold.trial(number)

    def is_sealed(self, segment: int) -> bool:
        """Whether a snapshot holds a segment."""
        return self._fold.is_sealed(segment)

    def sealed(self) -> dict[int, Sealed]:
        """What holds each sealed segment; not to be changed."""
        return self._fold.sealed

    def snapshot(self, segment: int) -> "Snapshot | None":
        """What holds a sealed segment, as a file; None if it cannot be read, or has gone.

        Raises:
            BadFactError: It is damaged.
        """
        from armwright.store.snapshot import Snapshot

        known = self._fold.sealed[segment]
        if isinstance(known, Snapshot):
            return known
        path, name = self._location.join(known.path), parse_name(known.path)
        body = dict(self._location.files.read([path], MAX_TABLE_BYTES))[path]
        return Snapshot(name, body) if name is not None and isinstance(body, bytes) else None

    def seals(self, name: Name) -> bool:
        """Whether a snapshot holds a fact of this name."""
        return self._fold.seals(name)

    def facts_of(self, number: int) -> dict[str, Fact]:
        """The facts about a trial, by path."""
        return self._fold.of_trial(number)

    def age(self) -> float:
        """Seconds since the last whole look began, by this process's own clock."""
        return float("inf") if self.looked_at is None else self._clock() - self.looked_at

    def unsealed(self) -> list[int]:
        """Segments below the highest that no snapshot holds and that have not been opened again."""
        known = range(segment_of(max(self.highest, 0)))
        sealed, reopened = self._fold.sealed, self.reopened
        return [segment for segment in known if segment not in sealed and segment not in reopened]

    def hundreds(self) -> list[int]:
        """Hundreds of segments each of which has a snapshot of its own; by the number of the s2."""
        return joinable(self._fold.sealed, self.joined)

    def seen_in(self, segment: int) -> int:
        """How many facts of a segment have been taken in; for noticing that there are more."""
        return self._sight.count_in(segment_folder(segment))

    def why_open(self, segment: int) -> tuple[str, list[int]]:
        """Says why a segment cannot be sealed, and which of its numbers have no trial at all.

        Empty if nothing but such holes is in the way.
        """
        folder = segment_folder(segment)
        for path, problem in self._sight.damage_in(folder):
            if not self._is_told(path):
                return f"{printable(path)} is damaged: {problem}", []
        for path in self._fold.unknown:
            if path.startswith(f"{folder}/"):
                return f"{path} is of a kind that this version does not know", []
        problem, holes, suspect = why_unready(self._fold, segment, self._suspects.get(segment))
        if suspect is not None:
            self._suspects[segment] = suspect
        return problem, holes

    def _is_told(self, path: str) -> bool:
        """Whether a file that is no fact of ours is known as what it does: a foreign end."""
        name = parse_name(path)
        return (
            name is not None
            and name.number is not None
            and path in self._fold.of_trial(name.number)
        )

    def learn(self, name: Name, body: bytes) -> None:
        """Takes in a fact that was just written; what is in it is worked out when it is needed."""
        if name.kind == "open":
            self._take_in(decode(name, body))
            return
        self._fold.add_written(name, body)
        self._sight.take_in(name)

    def note_taken(self, number: int) -> None:
        """Remembers that a trial number is in use, whether a listing shows it yet or not."""
        self._sight.highest = max(self._sight.highest, number)

    def data_ids(self, number: int, attempt: int) -> list[str]:
        """Names the data of an attempt that have been seen."""
        names = (fact.name for fact in self._fold.of_trial(number).values())
        return sorted(
            name.id for name in names if name.kind == "data" and name.attempt == attempt and name.id
        )

    def config(self, version: int) -> Fact | None:
        """Returns the fact of a version of the configuration, if it has been read."""
        return self._fold.config(version)

    def problem(self, path: str) -> str:
        """Says what is wrong with a file; empty if nothing is known to be."""
        return self._sight.problem(path)

    def state(self) -> State:
        """Returns the state of all taken in so far; the same object while nothing changes."""
        shown = self._sight.changes, self._sight.damage()
        if self._state is None or shown != self._shown:
            self._shown = shown
            self._state = self._fold.state(
                Damage(path=printable(path), problem=problem) for path, problem in shown[1]
            )
        return self._state

    def _list(self, folder: str) -> Listing:
        path = self._location.join(folder) if folder else self._location.path
        return self._location.files.list(path)

    def _segments(self) -> set[int]:
        """Lists the segments."""
        return self._sight.segments_in(self._list(TRIALS_FOLDER))

    def _new_in(self, segments: set[int]) -> list[Name]:
        """Lists the segments among these that no snapshot holds, and those that are reopened."""
        names: list[Name] = []
        for segment in sorted(segments):
            if segment in self.reopened or not self._fold.is_sealed(segment):
                folder = segment_folder(segment)
                names += self._sight.names_in(folder, self._list(folder))
        return names

    def _close_gaps(self, found: set[int]) -> None:
        """Segments have no gap; where one shows the listing was stale, and is made again."""
        missing = self._missing(found)
        if missing:
            again = self._segments()
            self._fetch(self._new_in(again - found))
            missing = self._missing(again)
        for segment in missing:
            path = segment_folder(segment)
            self._sight.add_damage(path, "missing: a stale view of the folder, or deleted")

    def _missing(self, found: set[int]) -> list[int]:
        last = max(segment_of(self.highest), *found, 0) if found else segment_of(self.highest)
        known = (number for number in range(last) if number not in found)
        return [number for number in known if not self._fold.is_sealed(number)]

    def look_at_snapshots(self) -> None:
        """Lists the snapshots, and takes in those that hold more than we know."""
        before, now = self._snapshots_listed, self._clock()
        listing = self._list(SNAPSHOT_FOLDER)
        self._snapshots_listed = now, frozenset(listing.files)
        names = [
            name
            for name in self._sight.names_in(SNAPSHOT_FOLDER, listing)
            if name.kind != "open" or not self._note_open(name)
        ]
        self.joined |= {
            name.number for name in names if name.kind == "s2" and name.number is not None
        }
        # The larger ones first: what they hold need not be fetched again.
        for kind in ("s2", "s1", "late-snapshot"):
            wanted = [
                name
                for name in names
                if name.kind == kind and self._holds_more(name) and not self._follows(name, before)
            ]
            by_path = {self._location.join(name.path): name for name in wanted}
            for path, body in self._location.files.read(list(by_path), MAX_TABLE_BYTES):
                name = by_path[path]
                if isinstance(body, bytes):
                    try:
                        self._take_in_snapshot(name, body)
                    except BadFactError as error:
                        self._sight.add_damage(name.path, str(error))
                elif not isinstance(body, FileNotFoundError):
                    self._sight.add_damage(name.path, f"cannot be read: {reason(body)}")

    def _note_open(self, name: Name) -> bool:
        assert name.number is not None  # noqa: S101 the name of an open segment has one
        self.reopened.add(name.number)
        self._sight.settle(name)
        if self._fold.is_sealed(name.number):
            folder = segment_folder(name.number)
            self._fetch(self._sight.names_in(folder, self._list(folder)))
        return True

    def _holds_more(self, name: Name) -> bool:
        if name.kind == "late-snapshot" or name.number is None:
            return True
        length = SEGMENTS_OF_S2 if name.kind == "s2" else 1
        segments = range(name.number * length, (name.number + 1) * length)
        return not all(map(self._fold.is_sealed, segments))

    def _follows(self, name: Name, before: tuple[float, frozenset[str]] | None) -> bool:
        """Takes a segment for sealed without reading its snapshot, if all its facts are known.

        If the snapshot was not there when they were listed `before`, and that was not long ago,
        nothing in it can have been garbage yet. Then the segment, listed once more, shows all that
        it holds.
        """
        if name.kind != "s1" or name.number is None or before is None:
            return False
        segment, (listed_at, listed) = name.number, before
        if name.path.rpartition("/")[2] in listed:
            return False
        first = segment * SEGMENT_TRIALS
        if segment in self.reopened or self.seen_in(segment) < SEGMENT_TRIALS:
            return False
        self.look_at(first)
        if self._clock() - listed_at >= TRUSTED_SECONDS or self.why_open(segment) != ("", []):
            return False
        facts, statuses = {}, {}
        for number in range(first, first + SEGMENT_TRIALS):
            facts[number] = {
                path: fact
                for path, fact in self._fold.of_trial(number).items()
                if fact.name.kind != "late"
            }
            trial = self._fold.trial(number)
            assert trial is not None  # noqa: S101 why_open looked
            statuses[number] = trial.status
        self._seal(name, Followed(name.path, segment, statuses, facts))
        return True

    def _take_in_snapshot(self, name: Name, body: bytes) -> None:
        if name.kind == "late-snapshot":
            from armwright.store.late_snapshot import facts_in

            for fact in facts_in(body):
                self._take_in(fact)
            self._sight.settle(name)
            self._state = None
        else:
            from armwright.store.snapshot import Snapshot

            self._seal(name, Snapshot(name, body))

    def _seal(self, name: Name, snapshot: Sealed) -> None:
        self._fold.add_snapshot(snapshot)
        self.note_taken(snapshot.numbers.stop - 1)
        for segment in snapshot.segments:
            self._sight.forget(segment)
            self._suspects.pop(segment, None)
        self._sight.settle(name)
        self._state = None

    def _fetch(self, names: Iterable[Name]) -> None:
        by_path = {self._location.join(name.path): name for name in names}
        for path, body in self._location.files.read(list(by_path)):
            name = by_path[path]
            if isinstance(body, bytes):
                try:
                    fact = decode(name, body)
                    check_meant(fact, self.of)
                    self._take_in(fact)
                except BadFactError as error:
                    self._sight.add_damage(name.path, str(error))
                    if error.lost is not None:
                        self._fold.add(error.lost)
                        self._state = None
            elif not isinstance(body, FileNotFoundError):  # gone since it was listed
                self._sight.add_damage(name.path, f"cannot be read: {reason(body)}")

    def _take_in(self, fact: Fact) -> None:
        if fact.name.kind == "open" and fact.name.number is not None:
            self.reopened.add(fact.name.number)
        else:
            self._fold.add(fact)
        self._sight.take_in(fact.name)
