"""From one format of the store to the next, without rewriting a fact.

A step prepares what the next format wants, by adding files of its own; then `format/<n>.json` says
that format n is in force. From then on earlier versions of armwright go on reading and refuse to
write. Everybody may take the same step at once, and a step that was stopped is taken again: a step
must be repeatable. Format 1 is the first, so there is no step yet.
"""

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final

from armwright.store.birth import FORMAT, read_experiment
from armwright.store.errors import StoreError
from armwright.store.fact import FACT_VERSION
from armwright.store.layout import FORMAT_FOLDER
from armwright.store.location import Location, locate
from armwright.store.surely import create_surely
from armwright.store.surroundings import Surroundings
from armwright.store.token import new_token

__all__ = ["STEPS", "Migrated", "Step", "format_of", "migrate"]

_FORMAT_FILE = re.compile(r"([0-9]{6})\.json")
_REAL = Surroundings()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step.

    Attributes:
        words: What it does, for people; written into the file that raises the format.
        prepare: Adds what the next format wants; repeatable, and harmless to earlier readers.
    """

    words: str
    prepare: Callable[[Location], None]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """What a migration did.

    Attributes:
        url: Of the experiment.
        before: Its format then.
        after: Its format now.
    """

    url: str
    before: int
    after: int


# From format n, the step to n + 1.
STEPS: Mapping[int, Step] = {}


def format_of(location: Location) -> int:
    """The format in force.

    Raises:
        ExperimentNotFoundError: There is no experiment.
        StoreError: It cannot be read.
    """
    made: int = read_experiment(location).more["format"]
    listing = location.files.list(location.path)
    if FORMAT_FOLDER not in listing.folders:
        return made
    names = location.files.list(location.join(FORMAT_FOLDER)).files
    raised = (int(match[1]) for match in map(_FORMAT_FILE.fullmatch, names) if match)
    return max(made, *raised, made)


def migrate(
    url: str | os.PathLike[str],
    *,
    steps: Mapping[int, Step] = STEPS,
    newest: int = FORMAT,
    surroundings: Surroundings = _REAL,
) -> Migrated:
    """Takes an experiment, step by step, to the newest format.

    Args:
        url: Of the experiment.
        steps: From format n, the step to n + 1.
        newest: The format to reach.
        surroundings: As for `ExperimentFolder`.

    Raises:
        ExperimentNotFoundError: There is no experiment.
        StoreError: It is of a later format already, a step is missing, or it cannot be written.
    """
    location = locate(url)
    before = format_of(location)
    if before > newest:
        raise StoreError(
            f"{location.url!r} is of format {before}, this armwright knows up to {newest}",
            hint="upgrade armwright",
        )
    for version in range(before, newest):
        step = steps.get(version)
        if step is None:
            raise StoreError(f"{location.url!r}: no step leads from format {version} to the next")
        step.prepare(location)
        token = new_token()
        body = {
            "v": FACT_VERSION,
            "kind": "format",
            "format": version + 1,
            "token": token,
            "writer": surroundings.writer().document(),
            "at": surroundings.clock(),
            "document": {"step": step.words},
        }
        path = location.join(f"{FORMAT_FOLDER}/{version + 1:06d}.json")
        # Lost means that somebody else took the same step.
        data = f"{json.dumps(body)}\n".encode()
        create_surely(location.files.create, path, data, token, surroundings)
    return Migrated(url=location.url, before=before, after=newest)
