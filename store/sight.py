"""What the listings of an experiment's folder have shown to one process: names, and what they mean.

Each name is sorted once: a fact that is to be fetched, one that has been taken in, one of a kind
that a later version brought, or damage, told in words. A listing says anew what is wrong in its
folder; what could not be understood is therefore tried again at each look.
"""

import re
from collections.abc import Iterator
from typing import final

from armwright.store.birth import FORMAT
from armwright.store.files import Listing
from armwright.store.fold import Fold
from armwright.store.layout import (
    CONFIG_FOLDER,
    FORMAT_FOLDER,
    LATE_FOLDER,
    LATER_FOLDERS,
    SNAPSHOT_FOLDER,
    TRIALS_FOLDER,
    Name,
    data_path,
    parse_name,
    segment_folder,
    segment_numbers,
)
from armwright.store.table_fact import TABLE_KEY

__all__ = ["Sight"]

_FORMAT = re.compile(r"[0-9]{6}\.json")
_FOREIGN = "a foreign file: format 1 has no such name"
_KNOWN_FOLDERS = {
    *(CONFIG_FOLDER, TRIALS_FOLDER, LATE_FOLDER, SNAPSHOT_FOLDER, FORMAT_FOLDER),
    *LATER_FOLDERS,
}


@final
class Sight:
    """The names in one folder, as far as they have been seen.

    Attributes:
        highest: Highest trial number that any name mentions; -1 if none does.
        newest_config: Highest version of the configuration that any name mentions; 0 if none does.
        changes: Grows whenever a fact was taken in, or a file of an unknown kind came into sight.
    """

    def __init__(self, fold: Fold) -> None:
        """Begins with nothing seen.

        Args:
            fold: What the facts add up to that were taken in; it is told of unknown kinds.
        """
        self.highest, self.newest_config, self.changes = -1, 0, 0
        self._fold = fold
        self._taken_in: dict[str, set[str]] = {}
        self._damage: dict[str, dict[str, str]] = {}

    def names_in(self, folder: str, listing: Listing) -> list[Name]:
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
                self.changes += 1
                taken_in.add(file)
        if folder:
            for inner in listing.folders:
                if not inner.startswith("."):
                    path = f"{folder}/{inner}"
                    damage[path] = "a folder where a file is expected"
                    if name := parse_name(path):
                        self._note(name)
        self._damage[folder] = damage
        return names

    def names_in_root(self, listing: Listing) -> list[Name]:
        """The same for the experiment's folder itself; what it lacks was damaged no longer ago."""
        self._damage = {}
        names = self.names_in("", listing)
        for folder in sorted(set(listing.folders) - _KNOWN_FOLDERS):
            if not folder.startswith("."):
                self._damage[""][folder] = "a folder that is not part of an experiment"
        return names

    def segments_in(self, listing: Listing) -> set[int]:
        """The numbers of the segments that a listing shows; the rest there is damage."""
        found = segment_numbers(listing.folders)
        ours = {segment_folder(number) for number in found}
        paths = (f"{TRIALS_FOLDER}/{name}" for name in _shown(listing))
        self._damage[TRIALS_FOLDER] = {path: _FOREIGN for path in paths if path not in ours}
        return found

    def later_format_in(self, listing: Listing) -> str:
        """What raises the format, empty if nothing does; other files are foreign, and do not."""
        raised = {name for name in listing.files if _FORMAT.fullmatch(name)}
        self._damage[FORMAT_FOLDER] = {
            f"{FORMAT_FOLDER}/{name}": _FOREIGN for name in _shown(listing) if name not in raised
        }
        return max((name for name in raised if int(name[:6]) > FORMAT), default="")

    def take_in(self, name: Name) -> None:
        """Notes that a fact has been read, so that its name is not shown again."""
        self.settle(name)
        self._note(name)
        self.changes += 1

    def settle(self, name: Name) -> None:
        """Notes that a file has nothing more to say."""
        folder, _, file = name.path.rpartition("/")
        self._taken_in.setdefault(folder, set()).add(file)

    def has_taken_in(self, folder: str) -> bool:
        """Whether any listing of a folder, or fact in it, was taken in."""
        return folder in self._taken_in

    def count_in(self, folder: str) -> int:
        """How many files of a folder have been taken in."""
        return len(self._taken_in.get(folder, ()))

    def forget(self, segment: int) -> None:
        """Drops what is known of a segment's files, for a snapshot holds them."""
        self._taken_in.pop(segment_folder(segment), None)
        self._damage.pop(segment_folder(segment), None)

    def add_damage(self, path: str, problem: str) -> None:
        """Notes what is wrong with a file."""
        self._damage.setdefault(path.rpartition("/")[0], {})[path] = problem

    def problem(self, path: str) -> str:
        """Says what is wrong with a file; empty if nothing is known to be."""
        return self._damage.get(path.rpartition("/")[0], {}).get(path, "")

    def damage_in(self, folder: str) -> Iterator[tuple[str, str]]:
        """What is wrong in one folder: each path, and the problem."""
        yield from self._damage.get(folder, {}).items()

    def damage(self) -> list[tuple[str, str]]:
        """All that is wrong: each path, and the problem."""
        return [item for folder in self._damage.values() for item in folder.items()]

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

    def _note(self, name: Name) -> None:
        if name.number is None or name.kind in ("open", "s1", "s2"):
            return
        if name.kind == "config":
            self.newest_config = max(self.newest_config, name.number)
        elif name.kind != "late":
            self.highest = max(self.highest, name.number)


def _shown(listing: Listing) -> Iterator[str]:
    """The names that are not temporary."""
    return (name for name in (*listing.files, *listing.folders) if not name.startswith("."))
