"""Every file of an experiment's folder, read and sorted: facts, and what is no fact.

For those who check a folder as a whole; a reader lists and fetches only what it needs.
"""

import re
from dataclasses import dataclass, field
from typing import final

from armwright.store.fact import OF_LETTERS, BadFactError, Fact, check_meant, decode
from armwright.store.failure import reason
from armwright.store.layout import (
    BEATS_FOLDER,
    CONFIG_FOLDER,
    EXPERIMENT_FILE,
    FORMAT_FOLDER,
    LATE_FOLDER,
    SNAPSHOT_FOLDER,
    TRIALS_FOLDER,
    Name,
    beat_of,
    parse_name,
)
from armwright.store.location import Location

__all__ = ["Walk", "walk"]

_FOLDERS = (CONFIG_FOLDER, LATE_FOLDER, FORMAT_FOLDER, BEATS_FOLDER, SNAPSHOT_FOLDER)
_SEGMENT = re.compile(r"[0-9]{5,}")
_FORMAT = re.compile(r"[0-9]{6}\.json")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What is in a folder; every path is relative to it.

    Attributes:
        facts: By path; the foreign end of an attempt is here too, as what it does.
        tables: Facts that are tables; not read.
        torn: What cannot be read as the fact its name says, with the reason.
        foreign: Names that the format does not know, folders too.
        temporaries: Names that start with a dot.
        beats: Heartbeats.
        snapshots: Files that hold the facts of many trials.
        segments: Numbers of the segments' folders.
        formats: Files that raise the format.
    """

    facts: dict[str, Fact] = field(default_factory=dict)
    tables: list[Name] = field(default_factory=list)
    torn: dict[str, str] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)
    temporaries: list[str] = field(default_factory=list)
    beats: list[str] = field(default_factory=list)
    snapshots: list[Name] = field(default_factory=list)
    segments: set[int] = field(default_factory=set)
    formats: list[str] = field(default_factory=list)


def walk(location: Location) -> Walk:
    """Lists the whole folder and reads every fact in it.

    Raises:
        StoreError: A folder cannot be listed.
    """
    seen = Walk()
    names: list[Name] = []
    root = location.files.list(location.path)
    _sort(seen, "", root.files, names)
    for folder in sorted(root.folders):
        if folder.startswith("."):
            seen.temporaries.append(folder)
        elif folder == TRIALS_FOLDER:
            _walk_segments(location, seen, names)
        elif folder in _FOLDERS:
            listing = location.files.list(location.join(folder))
            _sort(seen, folder, listing.files, names)
            seen.foreign.extend(f"{folder}/{inner}" for inner in listing.folders)
        else:
            seen.foreign.append(folder)
    _read(location, seen, names)
    return seen


def _walk_segments(location: Location, seen: Walk, names: list[Name]) -> None:
    listing = location.files.list(location.join(TRIALS_FOLDER))
    _sort(seen, TRIALS_FOLDER, listing.files, names)
    for folder in sorted(listing.folders):
        path = f"{TRIALS_FOLDER}/{folder}"
        if folder.startswith("."):
            seen.temporaries.append(path)
        elif _SEGMENT.fullmatch(folder) and folder == f"{int(folder):05d}":
            seen.segments.add(int(folder))
            inner = location.files.list(location.join(path))
            _sort(seen, path, inner.files, names)
            seen.foreign.extend(f"{path}/{name}" for name in inner.folders)
        else:
            seen.foreign.append(path)


def _sort(seen: Walk, folder: str, files: tuple[str, ...], names: list[Name]) -> None:
    for file in sorted(files):
        path = f"{folder}/{file}" if folder else file
        if file.startswith("."):
            seen.temporaries.append(path)
        elif folder == BEATS_FOLDER and beat_of(path):
            seen.beats.append(path)
        elif folder == FORMAT_FOLDER and _FORMAT.fullmatch(file):
            seen.formats.append(path)
        elif (name := parse_name(path)) is None:
            seen.foreign.append(path)
        elif name.kind in ("s1", "s2", "late-snapshot"):
            seen.snapshots.append(name)
        elif name.readable:
            names.append(name)
        else:
            seen.tables.append(name)


def _read(location: Location, seen: Walk, names: list[Name]) -> None:
    by_path = {location.join(name.path): name for name in names}
    for path, body in location.files.read(list(by_path)):
        name = by_path[path]
        if isinstance(body, FileNotFoundError):
            continue  # cleared away since it was listed
        if isinstance(body, OSError):
            seen.torn[name.path] = f"cannot be read: {reason(body)}"
            continue
        try:
            seen.facts[name.path] = decode(name, body)
        except BadFactError as error:
            seen.torn[name.path] = str(error)
    if EXPERIMENT_FILE in seen.facts:
        _sort_out(seen, str(seen.facts[EXPERIMENT_FILE].more["id"])[-OF_LETTERS:])


def _sort_out(seen: Walk, of: str) -> None:
    """What was written for another experiment is no fact of this one."""
    for path, fact in list(seen.facts.items()):
        try:
            check_meant(fact, of)
        except BadFactError as error:
            del seen.facts[path]
            seen.torn[path] = str(error)
            if error.lost is not None:
                seen.facts[path] = error.lost
