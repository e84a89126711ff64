"""A whole experiment as one file, and back.

A zip file that any tool opens:

    armwright.json     what it is: format, the experiment's id and name, SHA-256 of the facts
    facts.jsonl        one fact in a line, {"path": ..., "fact": ...}: the same bytes for the same
                       facts, whatever was compacted, whenever and wherever it is made
    t/.../*.parquet    facts that are tables, as they are

Reading it back checks every name and every byte before anything is written.
"""

import hashlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

from armwright.store.absence import not_found
from armwright.store.birth import FEATURES, FORMAT
from armwright.store.contents import Contents, contents, in_order
from armwright.store.document import read_document, write_document
from armwright.store.errors import ExperimentExistsError, StoreError
from armwright.store.fact import BadFactError, Fact, body_of, decode
from armwright.store.failure import read_failure
from armwright.store.files import MAX_TABLE_BYTES
from armwright.store.layout import EXPERIMENT_FILE, parse_name
from armwright.store.location import Location, locate
from armwright.store.transfer import Transferred, transfer

__all__ = ["Archive", "export_archive", "import_archive", "read_archive"]

_ARCHIVE_VERSION = 1
_MANIFEST, _FACTS = "armwright.json", "facts.jsonl"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file knows


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What an archive holds.

    Attributes:
        manifest: What it says of itself.
        facts: By path.
        tables: Bytes by path.
    """

    manifest: Mapping[str, Any]
    facts: Mapping[str, Fact]
    tables: Mapping[str, bytes]


def export_archive(
    url: str | os.PathLike[str], file: str | os.PathLike[str]
) -> tuple[dict[str, Any], Contents]:
    """Writes an experiment into one file, replaced as a whole.

    Args:
        url: Of the experiment.
        file: A path or URL of a document.

    Returns:
        The manifest, and what was read; `damaged` there is what is missing in the file.

    Raises:
        ExperimentNotFoundError: There is no experiment.
        StoreError: It cannot be read, or the file cannot be written.
    """
    location = locate(url)
    found = contents(location)
    if EXPERIMENT_FILE not in found.facts:
        raise not_found(location)
    manifest, body = _archive(found, _tables(location, found.tables))
    write_document(os.fspath(file), body)
    return manifest, found


def read_archive(file: str | os.PathLike[str]) -> Archive:
    """Reads and checks an archive.

    Raises:
        ExperimentNotFoundError: There is no such file.
        StoreError: It is none, is damaged, or comes from a later version.
    """
    path = os.fspath(file)
    try:
        with zipfile.ZipFile(io.BytesIO(read_document(path))) as archive:
            return _checked(archive, path)
    except (zipfile.BadZipFile, KeyError, ValueError, zlib.error, EOFError) as error:
        raise StoreError(
            f"{path!r} is not an experiment exported by armwright, or is damaged: {error}",
            hint="make it again: armwright export EXPERIMENT --to FILE.zip",
        ) from error


def import_archive(
    file: str | os.PathLike[str], url: str | os.PathLike[str]
) -> tuple[Archive, Transferred]:
    """Makes the experiment of an archive at `url`; goes on where an earlier import stopped.

    Raises:
        ExperimentExistsError: There is another experiment, or the same one with other facts.
        StoreError: The file is no archive or damaged, or the folder cannot be written.
    """
    archive = read_archive(file)
    location = locate(url)
    there = contents(location)
    mine, other = archive.facts[EXPERIMENT_FILE], there.facts.get(EXPERIMENT_FILE)
    if other is not None and other.more["id"] != mine.more["id"]:
        raise ExperimentExistsError(
            f"there is another experiment at {location.url!r}, created {other.at} by {other.by}",
            hint="import to another URL",
        )
    clashes = [
        path
        for path, fact in archive.facts.items()
        if path in there.facts and there.facts[path].token != fact.token
    ]
    if clashes:
        raise ExperimentExistsError(
            f"{location.url!r} holds the same experiment, but it has drifted apart from the file: "
            f"{len(clashes)} facts differ, {clashes[0]} for instance",
            hint="import to another URL, then armwright merge",
        )
    return archive, transfer(archive.facts, archive.tables, location, there=there)


def _tables(location: Location, paths: tuple[str, ...]) -> dict[str, bytes]:
    by_path = {location.join(path): path for path in paths}
    tables = {}
    for path, body in location.files.read(list(by_path), MAX_TABLE_BYTES):
        if isinstance(body, OSError):
            raise read_failure(path, body) from body
        tables[by_path[path]] = body
    return tables


def _archive(found: Contents, tables: Mapping[str, bytes]) -> tuple[dict[str, Any], bytes]:
    head = found.facts[EXPERIMENT_FILE]
    lines = [
        f'{{"path":{json.dumps(path)},"fact":{body_of(fact).decode().rstrip()}}}\n'
        for path, fact in found.facts.items()
    ]
    facts = "".join(lines).encode()
    manifest = {
        "v": _ARCHIVE_VERSION,
        "kind": "armwright experiment",
        "format": head.more["format"],
        "features": head.more["features"],
        "id": head.more["id"],
        "name": head.more.get("name"),
        "facts": len(lines),
        "sha256": hashlib.sha256(facts).hexdigest(),
        "tables": {path: hashlib.sha256(body).hexdigest() for path, body in tables.items()},
    }
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        members = {_MANIFEST: f"{json.dumps(manifest, indent=1)}\n".encode(), _FACTS: facts}
        for path, body in {**members, **tables}.items():
            info = zipfile.ZipInfo(path, _EPOCH)
            info.create_system, info.external_attr = 3, 0o644 << 16
            # Parquet is packed already.
            info.compress_type = zipfile.ZIP_STORED if path in tables else zipfile.ZIP_DEFLATED
            archive.writestr(info, body)
    return manifest, sink.getvalue()


def _checked(archive: zipfile.ZipFile, path: str) -> Archive:
    manifest = json.loads(archive.read(_MANIFEST))
    if not isinstance(manifest, dict) or manifest.get("kind") != "armwright experiment":
        raise ValueError(f"{_MANIFEST} is not ours")
    strange = manifest["v"] != _ARCHIVE_VERSION or manifest["format"] != FORMAT
    if strange or set(manifest["features"]) - FEATURES:
        raise StoreError(
            f"{path!r} was written by a later armwright: version {manifest['v']}, format "
            f"{manifest['format']}",
            hint="upgrade armwright",
        )
    text = archive.read(_FACTS)
    if hashlib.sha256(text).hexdigest() != manifest["sha256"]:
        raise ValueError(f"{_FACTS} is not what {_MANIFEST} says")
    facts: dict[str, Fact] = {}
    for line in text.decode().split("\n")[:-1]:
        item = json.loads(line)
        name = parse_name(item["path"])
        if name is None or not name.readable or name.kind in ("s1", "s2", "late-snapshot"):
            raise ValueError(f"{item['path']!r} is not the name of a fact")
        try:
            facts[name.path] = decode(name, json.dumps(item["fact"], ensure_ascii=False).encode())
        except BadFactError as error:
            raise ValueError(f"{name.path}: {error}") from error
    if EXPERIMENT_FILE not in facts or len(facts) != manifest["facts"]:
        raise ValueError("facts are missing")
    tables = {table: archive.read(table) for table in manifest["tables"]}
    for table, body in tables.items():
        name = parse_name(table)
        if name is None or name.readable or name.kind != "data":
            raise ValueError(f"{table!r} is not the name of a table")
        if hashlib.sha256(body).hexdigest() != manifest["tables"][table]:
            raise ValueError(f"{table} is not what {_MANIFEST} says")
    names = in_order(fact.name for fact in facts.values())
    return Archive(
        manifest=manifest, facts={name.path: facts[name.path] for name in names}, tables=tables
    )
