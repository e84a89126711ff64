"""How an experiment comes into being, in two creates, and how it is told from one that has not yet.

`experiment.json` first, `config/000001.json` second. Between the two it is "being made"; if its
maker dies there, whoever makes the same experiment again finishes it.
"""

from collections.abc import Mapping
from typing import Any

from armwright.store.absence import not_found
from armwright.store.errors import (
    ExperimentExistsError,
    ExperimentUnfinishedError,
    StoreError,
)
from armwright.store.fact import BadFactError, Fact, decode, encode
from armwright.store.failure import read_failure
from armwright.store.layout import EXPERIMENT_FILE, config_path, parse_name
from armwright.store.location import Location
from armwright.store.marker import ensure_marker
from armwright.store.presence import check_not_deleted
from armwright.store.surely import create_surely
from armwright.store.surroundings import Surroundings
from armwright.store.token import new_token
from armwright.store.ulid import new_ulid

__all__ = ["FEATURES", "FORMAT", "make_experiment", "read_experiment", "unfinished"]

FORMAT = 1
FEATURES: frozenset[str] = frozenset()


def make_experiment(
    location: Location,
    *,
    document: Mapping[str, Any],
    config: Mapping[str, Any],
    surroundings: Surroundings,
) -> None:
    """Makes an experiment, or finishes one that was being made with the same definition.

    Raises:
        ExperimentExistsError: There is one already, or another one is being made there.
        ExperimentNotFoundError: The same one was there, and somebody has begun to delete it.
        StoreError: It cannot be made there.
    """
    writer, at = surroundings.writer().document(), surroundings.clock()
    head = _draft(
        location,
        EXPERIMENT_FILE,
        document,
        writer=writer,
        at=at,
        more={"id": new_ulid(), "name": location.name, "format": FORMAT, "features": []},
    )
    first = _draft(location, config_path(1), config, writer=writer, at=at, more={"base": 0})
    ensure_marker(location.root, writer=writer, at=at, surroundings=surroundings)
    files = location.files
    if create_surely(files.create, *head, surroundings) == "lost":
        there = _check_same(location, EXPERIMENT_FILE, head[1])
        check_not_deleted(location, files.list(location.path).files, there)
        made = dict(files.read([first[0]]))[first[0]]
        if isinstance(made, bytes):
            raise _exists(location, read_experiment(location))
    if create_surely(files.create, *first, surroundings) == "lost":
        _check_same(location, config_path(1), first[1])


def read_experiment(location: Location) -> Fact:
    """Reads what an experiment was created with.

    Raises:
        ExperimentNotFoundError: There is none; says what is there.
        StoreError: Its file is damaged, or of a format this version does not know.
    """
    fact = _read(location, EXPERIMENT_FILE)
    if fact is None:
        raise not_found(location)
    version, features = fact.more["format"], set(fact.more["features"])
    strange = sorted(features - FEATURES)
    if version != FORMAT or strange:
        what = f"uses {', '.join(strange)}" if version == FORMAT else f"has format {version}"
        raise StoreError(
            f"the experiment at {location.url!r} {what}, which this armwright does not know",
            hint="upgrade armwright",
        )
    return fact


def unfinished(location: Location, fact: Fact) -> ExperimentUnfinishedError:
    """Returns the error for an experiment without a configuration."""
    return ExperimentUnfinishedError(
        f"the experiment at {location.url!r} is being made by {fact.by} since {fact.at}: "
        "it has no configuration yet",
        hint="try again in a moment; if its maker was killed, create it again with the same "
        "definition to finish it, or delete the folder",
    )


def _draft(
    location: Location,
    relative: str,
    document: Mapping[str, Any],
    *,
    writer: Mapping[str, Any],
    at: str,
    more: Mapping[str, Any],
) -> tuple[str, bytes, str]:
    name, token = parse_name(relative), new_token()
    assert name is not None  # noqa: S101 our own names parse
    body = encode(name, document, token=token, writer=writer, at=at, more=more)
    return location.join(relative), body, token


def _check_same(location: Location, relative: str, body: bytes) -> Fact:
    """Whoever stands at a name in our place must have meant the same experiment."""
    there = _read(location, relative)
    name = parse_name(relative)
    assert name is not None  # noqa: S101
    if there is None or there.document != decode(name, body).document:
        raise _exists(location, there)
    return there


def _exists(location: Location, fact: Fact | None) -> ExperimentExistsError:
    made = f", created {fact.at} by {fact.by}" if fact else ""
    return ExperimentExistsError(
        f"there is an experiment at {location.url!r} already{made}",
        hint="open that one, or choose another name",
    )


def _read(location: Location, relative: str) -> Fact | None:
    path, name = location.join(relative), parse_name(relative)
    assert name is not None  # noqa: S101
    body = dict(location.files.read([path]))[path]
    if isinstance(body, FileNotFoundError):
        return None
    if isinstance(body, NotADirectoryError):
        raise StoreError(f"{location.url!r} is a file, expected an experiment's folder") from body
    if isinstance(body, OSError):
        raise read_failure(path, body) from body
    try:
        return decode(name, body)
    except BadFactError as error:
        raise StoreError(
            f"{path!r} is damaged: {error}",
            hint="without it the folder is no experiment; restore the file from a copy",
        ) from error
