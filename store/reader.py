"""Reading an experiment's folder: list it, fetch what is new, fold it in.

A fact that was read once is never read again; a file that could not be understood is tried again at
the next look, for it may have been a stale view of a good one. Files that come into sight late, as
on NFS, are folded in when they do.

Sealed segments are not listed: a snapshot holds them. `snap/` is listed last, so that what garbage
collection removed from a segment while we were looking is found there; and at the first look also
before the segments, to know which of them need no listing.
"""

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, final

from armwright.store.birth import FORMAT
from armwright.store.fact import OF_LETTERS, BadFactError, Fact, check_meant, decode
from armwright.store.failure import printable, reason
from armwright.store.files import MAX_TABLE_BYTES, Listing
from armwright.store.fold import Fold
from armwright.store.followed import Followed
from armwright.store.layout import (
    CONFIG_FOLDER,
    FORMAT_FOLDER,
    LATE_FOLDER,
    LATER_FOLDERS,
    SEGMENT_TRIALS,
    SEGMENTS_OF_S2,
    SNAPSHOT_FOLDER,
    TRIALS_FOLDER,
    Name,
    data_path,
    parse_name,
    segment_folder,
    segment_numbers,
    segment_of,
)
from armwright.store.location import Location
from armwright.store.own_time import own_time
from armwright.store.presence import Presence
from armwright.store.readiness import joinable, why_unready
from armwright.store.state import Damage, State, TrialFacts
from armwright.store.table_fact import TABLE_KEY
from armwright.store.trials import Sealed

if TYPE_CHECKING:
    from armwright.store.snapshot import Snapshot

__all__ = ["TRUSTED_SECONDS", "Reader"]

# What one saw of a folder less than so long ago, by one's own clock, has not been garbage since:
# that takes a snapshot an hour old.
TRUSTED_SECONDS = 1800.0
_FORMAT = re.compile(r"[0-9]{6}\.json")
_KNOWN_FOLDERS = {
    *(CONFIG_FOLDER, TRIALS_FOLDER, LATE_FOLDER, SNAPSHOT_FOLDER, FORMAT_FOLDER),
    *LATER_FOLDERS,
}


@final
class Reader:
    """What one process has seen of an experiment's folder.

    Attributes:
        highest: Highest trial number that any name in the folder mentions; -1 if none does.
        newest_config: Highest version of the configuration that any name mentions; 0 if none does.
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
        self.highest, self.newest_config, self.later_format = -1, 0, ""
        self.reopened: set[int] = set()
        self.joined: set[int] = set()
        self.looked_at: float | None = None
        self.presence = Presence(location, clock, ident)
        self._location, self._clock = location, clock
        self._fold = Fold()
        self._taken_in: dict[str, set[str]] = {}
        self._damage: dict[str, dict[str, str]] = {}
        self._damage_shown: list[tuple[str, str]] = []
        self._state: State | None = None
        self._snapshots_listed: tuple[float, frozenset[str]] | None = None
        self._suspects: dict[int, int] = {}

    def look(self) -> None:
        """Lists the whole folder and takes in what is new."""
        started = self._clock()
        root = self._list("")
        self.presence.look(root, self._fold.experiment)
        self._damage = {"": {}}
        names = self._new_names("", root)
        for folder in sorted(set(root.folders) - _KNOWN_FOLDERS):
            if not folder.startswith("."):
                self._damage[""][folder] = "a folder that is not part of an experiment"
        if self.looked_at is None and SNAPSHOT_FOLDER in root.folders:
            self.look_at_snapshots()
        for folder in (CONFIG_FOLDER, LATE_FOLDER):
            if folder in root.folders:
                names += self._new_names(folder, self._list(folder))
        if FORMAT_FOLDER in root.folders:
            self.later_format = self._later_format()
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
        emptied = not listing.files and segment in self._taken_in
        if emptied and not self.is_sealed(segment_of(number)):
            self.look()  # has it gone with all the others?
        self._fetch(self._new_names(segment, listing))

    def look_at_configs(self) -> None:
        """Lists the configurations and takes in what is new."""
        self._fetch(self._new_names(CONFIG_FOLDER, self._list(CONFIG_FOLDER)))

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
        return len(self._taken_in.get(segment_folder(segment), ()))

    def why_open(self, segment: int) -> tuple[str, list[int]]:
        """Says why a segment cannot be sealed, and which of its numbers have no trial at all.

        Empty if nothing but such holes is in the way.
        """
        folder = segment_folder(segment)
        for path, problem in self._damage.get(folder, {}).items():
            return f"{printable(path)} is damaged: {problem}", []
        for path in self._fold.unknown:
            if path.startswith(f"{folder}/"):
                return f"{path} is of a kind that this version does not know", []
        problem, holes, suspect = why_unready(self._fold, segment, self._suspects.get(segment))
        if suspect is not None:
            self._suspects[segment] = suspect
        return problem, holes

    def learn(self, name: Name, body: bytes) -> None:
        """Takes in a fact that was just written; what is in it is worked out when it is needed."""
        if name.kind == "open":
            self._take_in(decode(name, body))
            return
        self._fold.add_written(name, body)
        self._note_taken_in(name)

    def note_taken(self, number: int) -> None:
        """Remembers that a trial number is in use, whether a listing shows it yet or not."""
        self.highest = max(self.highest, number)

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
        return self._damage.get(path.rpartition("/")[0], {}).get(path, "")

    def state(self) -> State:
        """Returns the state of all taken in so far; the same object while nothing changes."""
        damage = [item for folder in self._damage.values() for item in folder.items()]
        if self._state is None or damage != self._damage_shown:
            self._damage_shown = damage
            self._state = self._fold.state(
                Damage(path=printable(path), problem=problem) for path, problem in damage
            )
        return self._state

    def _list(self, folder: str) -> Listing:
        path = self._location.join(folder) if folder else self._location.path
        return self._location.files.list(path)

    def _later_format(self) -> str:
        """Lists what raises the format; other files there are foreign, and raise nothing."""
        listing = self._list(FORMAT_FOLDER)
        raised = {name for name in listing.files if _FORMAT.fullmatch(name)}
        self._set_damage(
            FORMAT_FOLDER,
            {
                f"{FORMAT_FOLDER}/{name}": _FOREIGN
                for name in (*listing.files, *listing.folders)
                if name not in raised and not name.startswith(".")
            },
        )
        return max((name for name in raised if int(name[:6]) > FORMAT), default="")

    def _segments(self) -> set[int]:
        """Lists the segments."""
        listing = self._list(TRIALS_FOLDER)
        found = segment_numbers(listing.folders)
        damage: dict[str, str] = {}
        ours = {segment_folder(number) for number in found}
        for name in (*listing.files, *listing.folders):
            path = f"{TRIALS_FOLDER}/{name}"
            if path not in ours and not name.startswith("."):
                damage[path] = _FOREIGN
        self._set_damage(TRIALS_FOLDER, damage)
        return found

    def _new_in(self, segments: set[int]) -> list[Name]:
        """Lists the segments among these that no snapshot holds, and those that are reopened."""
        names: list[Name] = []
        for segment in sorted(segments):
            if segment in self.reopened or not self._fold.is_sealed(segment):
                folder = segment_folder(segment)
                names += self._new_names(folder, self._list(folder))
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
            self._add_damage(path, "missing: a stale view of the folder, or deleted")

    def _missing(self, found: set[int]) -> list[int]:
        last = max(segment_of(self.highest), *found, 0) if found else segment_of(self.highest)
        known = (number for number in range(last) if number not in found)
        return [number for number in known if not self._fold.is_sealed(number)]

    def look_at_snapshots(self) -> None:
        """Lists the snapshots, and takes in those that hold more than we know."""
        before, now = self._snapshots_listed, self._clock()
        listing = self._list(SNAPSHOT_FOLDER)
        self._snapshots_listed = now, frozenset(listing.files)
        taken_in = self._taken_in.setdefault(SNAPSHOT_FOLDER, set())
        names = [
            name
            for name in self._new_names(SNAPSHOT_FOLDER, listing)
            if name.kind != "open" or not self._note_open(name, taken_in)
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
                        self._add_damage(name.path, str(error))
                elif not isinstance(body, FileNotFoundError):
                    self._add_damage(name.path, f"cannot be read: {reason(body)}")

    def _note_open(self, name: Name, taken_in: set[str]) -> bool:
        assert name.number is not None  # noqa: S101 the name of an open segment has one
        self.reopened.add(name.number)
        taken_in.add(name.path.rpartition("/")[2])
        if self._fold.is_sealed(name.number):
            folder = segment_folder(name.number)
            self._fetch(self._new_names(folder, self._list(folder)))
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
        known = self._taken_in.get(segment_folder(segment), ())
        if segment in self.reopened or len(known) < SEGMENT_TRIALS:
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
            self._taken_in[SNAPSHOT_FOLDER].add(name.path.rpartition("/")[2])
            self._state = None
        else:
            from armwright.store.snapshot import Snapshot

            self._seal(name, Snapshot(name, body))

    def _seal(self, name: Name, snapshot: Sealed) -> None:
        self._fold.add_snapshot(snapshot)
        self.highest = max(self.highest, snapshot.numbers.stop - 1)
        for segment in snapshot.segments:
            self._taken_in.pop(segment_folder(segment), None)
            self._damage.pop(segment_folder(segment), None)
            self._suspects.pop(segment, None)
        self._taken_in[SNAPSHOT_FOLDER].add(name.path.rpartition("/")[2])
        self._state = None

    def _new_names(self, folder: str, listing: Listing) -> list[Name]:
        """Sorts what a listing shows; returns what is to be fetched."""
        taken_in = self._taken_in.setdefault(folder, set())
        names, damage = [], {}
        for file in listing.files:
            if file in taken_in or file.startswith("."):
                continue
            path = f"{folder}/{file}" if folder else file
            name = parse_name(path)
            if name is None:
                damage[path] = _FOREIGN
                continue
            self._note(name)
            if self._fold.seals(name):
                taken_in.add(file)
            elif name.readable:
                names.append(name)
            elif name.kind == "data":
                if not self._is_named(name, listing):
                    damage[path] = "a table that no fact names: its writer was killed"
            else:
                self._fold.add_unknown(path)
                self._state = None
                taken_in.add(file)
        if folder:
            for inner in listing.folders:
                if not inner.startswith("."):
                    path = f"{folder}/{inner}"
                    damage[path] = "a folder where a file is expected"
                    if name := parse_name(path):
                        self._note(name)
        self._set_damage(folder, damage)
        return names

    def _is_named(self, table: Name, listing: Listing) -> bool:
        """Whether a fact names a table, or may still come to do so."""
        assert table.number is not None  # noqa: S101 the names of data have both
        assert table.attempt is not None  # noqa: S101
        fact = data_path(table.number, table.attempt, table.id or "")
        if fact.rpartition("/")[2] in listing.files:
            return True
        trial = self._fold.trial(table.number)
        attempt = trial.attempts.get(table.attempt) if trial is not None else None
        if trial is None or attempt is None or attempt.end is None:
            return True
        return any(document.get(TABLE_KEY) == table.path for document in trial.late)

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
                    self._add_damage(name.path, str(error))
                    if error.lost is not None:
                        self._fold.add(error.lost)
                        self._state = None
            elif not isinstance(body, FileNotFoundError):  # gone since it was listed
                self._add_damage(name.path, f"cannot be read: {reason(body)}")

    def _take_in(self, fact: Fact) -> None:
        if fact.name.kind == "open" and fact.name.number is not None:
            self.reopened.add(fact.name.number)
        else:
            self._fold.add(fact)
        self._note_taken_in(fact.name)

    def _note_taken_in(self, name: Name) -> None:
        folder, _, file = name.path.rpartition("/")
        self._taken_in.setdefault(folder, set()).add(file)
        self._note(name)
        self._state = None

    def _note(self, name: Name) -> None:
        if name.number is None or name.kind in ("open", "s1", "s2"):
            return
        if name.kind == "config":
            self.newest_config = max(self.newest_config, name.number)
        elif name.kind != "late":
            self.highest = max(self.highest, name.number)

    def _set_damage(self, folder: str, damage: dict[str, str]) -> None:
        self._damage[folder] = damage

    def _add_damage(self, path: str, problem: str) -> None:
        self._damage.setdefault(path.rpartition("/")[0], {})[path] = problem


_FOREIGN = "a foreign file: format 1 has no such name"
