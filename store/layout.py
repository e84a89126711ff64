"""Where each fact of format 1 lies in an experiment's folder, and what a name there means.

    experiment.json
    config/000001.json
    t/00421/42137.arm.json                    segment 421 holds trials 42100 to 42199
    t/00421/42137.1.claim.json
    t/00421/42137.1.data-<ulid>.json
    t/00421/42137.1.data-<ulid>.parquet       a table, named by the .json beside it
    t/00421/42137.1.end.json
    late/<ulid>.42137.json
    snap/s1-00421.parquet                     all of segment 421
    snap/s2-0004.parquet                      all of segments 400 to 499
    snap/late-<ulid>.parquet                  late facts, and stragglers of sealed segments
    snap/open-00421.json                      segment 421 is in use again, whatever s1 says

Paths here are relative to the folder. Names that start with a dot are temporaries and no business
of a reader. A name has exactly one spelling (no leading zeros in trial numbers), so that two files
never stand for one fact.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from armwright.store.ulid import ULID_PATTERN

__all__ = [
    "BEATS_FOLDER",
    "CONFIG_FOLDER",
    "EXPERIMENT_FILE",
    "FACT_KINDS",
    "FORMAT_FOLDER",
    "LATER_FOLDERS",
    "LATE_FOLDER",
    "MARKER_FILE",
    "SEGMENTS_OF_S2",
    "SEGMENT_TRIALS",
    "SNAPSHOT_FOLDER",
    "TRIALS_FOLDER",
    "Name",
    "arm_name",
    "arm_path",
    "beat_of",
    "beat_path",
    "claim_path",
    "config_path",
    "data_path",
    "deleted_path",
    "end_name",
    "end_path",
    "late_path",
    "late_snapshot_path",
    "open_path",
    "parse_name",
    "s1_path",
    "s2_path",
    "segment_folder",
    "segment_numbers",
    "segment_of",
    "table_path",
]

MARKER_FILE = "armwright-store.json"  # beside the experiments, in their root
EXPERIMENT_FILE = "experiment.json"
CONFIG_FOLDER = "config"
TRIALS_FOLDER = "t"
LATE_FOLDER = "late"
FORMAT_FOLDER = "format"
SNAPSHOT_FOLDER = "snap"
BEATS_FOLDER = "hb"
LATER_FOLDERS = frozenset({BEATS_FOLDER})  # part of format 1, of no interest to a reader
SEGMENT_TRIALS = 100  # a folder stays small enough to list in one request
SEGMENTS_OF_S2 = 100
FACT_KINDS = frozenset({"experiment", "config", "arm", "claim", "data", "end", "late"})

_SEGMENT = re.compile(r"[0-9]{5,}")
_ULID = ULID_PATTERN.pattern
_INTEGER = "0|[1-9][0-9]{0,14}"
_SNAPSHOT = re.compile(r"snap/(s1-[0-9]{5,15}|s2-[0-9]{4,13})\.parquet")
_LATE_SNAPSHOT = re.compile(rf"snap/late-({_ULID})\.parquet")
_OPEN = re.compile(r"snap/open-([0-9]{5,15})\.json")
_CONFIG = re.compile(r"config/([0-9]{6})\.json")
_LATE = re.compile(rf"late/({_ULID})\.({_INTEGER})\.json")
_TRIAL = re.compile(
    rf"t/([0-9]{{5,}})/({_INTEGER})(?:\.([1-9][0-9]{{0,8}}))?\.([a-z]+)(?:-({_ULID}))?\.(json|parquet)"
)
_BEAT = re.compile(rf"{BEATS_FOLDER}/({_INTEGER})\.([1-9][0-9]{{0,8}})")
# Which of a trial's kinds belong to an attempt, and which may occur more than once.
_SHAPES = {
    "arm": (False, False),
    "claim": (True, False),
    "end": (True, False),
    "data": (True, True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What a path in an experiment's folder says about the fact in it.

    Attributes:
        path: Relative to the experiment's folder.
        kind: One of FACT_KINDS, or a kind of a later version, which is kept and ignored.
        number: Of the trial; or the version of a configuration; or of the segment (`open`, `s1`),
            or of the hundred segments (`s2`).
        attempt: Of the trial; counts from 1.
        id: What makes the name unique where a kind may occur more than once.
        readable: False for a table, which is no fact but named by one.
    """

    path: str
    kind: str
    number: int | None = None
    attempt: int | None = None
    id: str | None = None
    readable: bool = True


def parse_name(path: str) -> Name | None:
    """Returns what a path means, or None if format 1 knows no such name."""
    if match := _TRIAL.fullmatch(path):
        segment, digits, tries, kind, ident, extension = match.groups()
        number = int(digits)
        if segment != segment_folder(segment_of(number)).removeprefix("t/"):
            return None
        shape = (tries is not None, ident is not None)
        if kind in ("experiment", "config", "late") or _SHAPES.get(kind, shape) != shape:
            return None
        if extension == "parquet" and kind in ("arm", "claim", "end"):
            return None
        return Name(
            path=path,
            kind=kind,
            number=number,
            attempt=int(tries) if tries else None,
            id=ident,
            readable=extension == "json",
        )
    if path == EXPERIMENT_FILE:
        return Name(path=path, kind="experiment")
    if match := _CONFIG.fullmatch(path):
        return Name(path=path, kind="config", number=int(match[1])) if int(match[1]) else None
    if match := _LATE.fullmatch(path):
        return Name(path=path, kind="late", number=int(match[2]), id=match[1])
    return _parse_snapshot(path) if path.startswith(f"{SNAPSHOT_FOLDER}/") else None


def _parse_snapshot(path: str) -> Name | None:
    name: Name | None = None
    if match := _SNAPSHOT.fullmatch(path):
        kind, _, digits = match[1].partition("-")
        name = Name(path=path, kind=kind, number=int(digits))
    elif match := _OPEN.fullmatch(path):
        name = Name(path=path, kind="open", number=int(match[1]))
    elif match := _LATE_SNAPSHOT.fullmatch(path):
        return Name(path=path, kind="late-snapshot", id=match[1])
    if name is None or name.number is None or path != _SPELLING[name.kind](name.number):
        return None
    return name


def segment_of(number: int) -> int:
    """Returns the segment that a trial lies in."""
    return number // SEGMENT_TRIALS


def segment_folder(segment: int) -> str:
    """Returns the folder of a segment."""
    return f"{TRIALS_FOLDER}/{segment:05d}"


def config_path(version: int) -> str:
    """Returns where a version of the configuration lies."""
    return f"{CONFIG_FOLDER}/{version:06d}.json"


def deleted_path(ident: str) -> str:
    """Returns where it is said that somebody is deleting the experiment with this id."""
    return f".deleted-{ident}"


def arm_path(number: int) -> str:
    """Returns where a trial's arm lies."""
    return f"{segment_folder(segment_of(number))}/{number}.arm.json"


def arm_name(number: int) -> Name:
    """Returns the same as `parse_name` of its path, for those who make many."""
    return Name(path=arm_path(number), kind="arm", number=number)


def claim_path(number: int, attempt: int) -> str:
    """Returns where the claim of an attempt lies."""
    return f"{segment_folder(segment_of(number))}/{number}.{attempt}.claim.json"


def data_path(number: int, attempt: int, ident: str) -> str:
    """Returns where data reported while an attempt runs lie."""
    return f"{segment_folder(segment_of(number))}/{number}.{attempt}.data-{ident}.json"


def table_path(number: int, attempt: int, ident: str) -> str:
    """Returns where the table of data reported while an attempt runs lies."""
    return f"{segment_folder(segment_of(number))}/{number}.{attempt}.data-{ident}.parquet"


def end_path(number: int, attempt: int) -> str:
    """Returns where the end of an attempt lies."""
    return f"{segment_folder(segment_of(number))}/{number}.{attempt}.end.json"


def end_name(number: int, attempt: int) -> Name:
    """Returns the same as `parse_name` of its path, for those who make many."""
    return Name(path=end_path(number, attempt), kind="end", number=number, attempt=attempt)


def late_path(number: int, ident: str) -> str:
    """Returns where a fact about an ended trial lies."""
    return f"{LATE_FOLDER}/{ident}.{number}.json"


def s1_path(segment: int) -> str:
    """Returns where the snapshot of a segment lies."""
    return f"{SNAPSHOT_FOLDER}/s1-{segment:05d}.parquet"


def s2_path(number: int) -> str:
    """Returns where the snapshot of segments 100 * number to 100 * number + 99 lies."""
    return f"{SNAPSHOT_FOLDER}/s2-{number:04d}.parquet"


def late_snapshot_path(ident: str) -> str:
    """Returns where facts that no segment's snapshot holds lie together."""
    return f"{SNAPSHOT_FOLDER}/late-{ident}.parquet"


def beat_path(number: int, attempt: int) -> str:
    """Returns where the owner of an attempt says that it lives; no fact."""
    return f"{BEATS_FOLDER}/{number}.{attempt}"


def beat_of(path: str) -> tuple[int, int] | None:
    """Returns the trial and the attempt that a heartbeat is about; None if it is no heartbeat."""
    match = _BEAT.fullmatch(path)
    return (int(match[1]), int(match[2])) if match else None


def open_path(segment: int) -> str:
    """Returns where it is said that a sealed segment is in use again."""
    return f"{SNAPSHOT_FOLDER}/open-{segment:05d}.json"


_SPELLING = {"s1": s1_path, "s2": s2_path, "open": open_path}


def segment_numbers(names: Iterable[str]) -> set[int]:
    """The segments among the names of folders; each has exactly one spelling."""
    found = (name for name in names if _SEGMENT.fullmatch(name))
    return {int(name) for name in found if name == f"{int(name):05d}"}
