"""Removing an experiment: all of its files, and nothing that is not its own.

First a file says that the experiment is being deleted: nobody can open it any more, or make it anew
from what is left. The file that makes the folder an experiment goes last. Stopped half way, the
same call goes on.
"""

import os
from dataclasses import dataclass
from typing import final

from armwright.store.absence import not_found
from armwright.store.errors import StoreError
from armwright.store.layout import (
    BEATS_FOLDER,
    CONFIG_FOLDER,
    EXPERIMENT_FILE,
    FORMAT_FOLDER,
    LATE_FOLDER,
    SNAPSHOT_FOLDER,
    TRIALS_FOLDER,
    deleted_path,
    segment_folder,
)
from armwright.store.location import locate
from armwright.store.surely import create_surely
from armwright.store.surroundings import Surroundings
from armwright.store.token import new_token
from armwright.store.walk import walk

__all__ = ["Removed", "remove_experiment"]

_REAL = Surroundings()
_OURS = (
    *(TRIALS_FOLDER, CONFIG_FOLDER, LATE_FOLDER),
    *(SNAPSHOT_FOLDER, BEATS_FOLDER, FORMAT_FOLDER),
)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What was removed, or would be.

    Attributes:
        url: Of the experiment.
        files: How many files.
        left: What is in the folder and not the experiment's: it stays.
        dry_run: Whether it only looked.
    """

    url: str
    files: int
    left: tuple[str, ...]
    dry_run: bool


def remove_experiment(
    url: str | os.PathLike[str], *, dry_run: bool = False, surroundings: Surroundings = _REAL
) -> Removed:
    """Removes an experiment for ever. Whoever still works on it is refused at its next look.

    Args:
        url: Of the experiment.
        dry_run: Only say what would go.
        surroundings: As for `ExperimentFolder`.

    Raises:
        ExperimentNotFoundError: There is none.
        StoreError: Its `experiment.json` is not one of ours, and nothing was removed. Or something
            cannot be removed; what is left can be removed by the same call.
    """
    location = locate(url)
    files = location.files
    listing = files.list(location.path)
    if EXPERIMENT_FILE not in listing.files:
        raise not_found(location)
    seen = walk(location)
    if EXPERIMENT_FILE not in seen.facts:  # another tool's, perhaps: nothing here is known as ours
        raise StoreError(
            f"{location.join(EXPERIMENT_FILE)!r} is damaged: "
            f"{seen.torn.get(EXPERIMENT_FILE, 'it has gone')}",
            hint="nothing was removed; if this was an experiment, remove its folder by hand",
        )
    mark = deleted_path(str(seen.facts[EXPERIMENT_FILE].more["id"]))
    own = [
        *(path for path in (*seen.facts, *seen.torn) if path != EXPERIMENT_FILE),
        *(name.path for name in (*seen.tables, *seen.snapshots)),
        *(*seen.beats, *seen.formats),
        *(path for path in seen.temporaries if path not in (mark, *listing.folders)),
    ]
    if not dry_run:
        token = new_token()
        # Empty: on a full disk there is room for a name where there is none for a block.
        create_surely(files.create, location.join(mark), b"", token, surroundings)
        files.remove_many([location.join(path) for path in own])
        # Where folders are real: those that somebody else, or a try before, had emptied.
        inner = [segment_folder(segment) for segment in sorted(seen.segments)]
        for folders in (inner, [folder for folder in listing.folders if folder in _OURS]):
            files.remove_many([location.join(f"{folder}/.gone") for folder in folders])
        files.remove_many([location.join(mark), location.join(EXPERIMENT_FILE)])
    return Removed(
        url=location.url, files=len(own) + 1, left=tuple(sorted(seen.foreign)), dry_run=dry_run
    )
