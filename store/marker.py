"""The store's marker: proof, taken once for each root, that its file system keeps the one promise.

Some file systems accept an exclusive create and overwrite all the same: old servers that do not
know the condition, zonal buckets. So before the first experiment of a root is made, one name is
created twice there, and the second must lose. Where the file system is known to have no exclusive
create, the marker says so.
"""

from collections.abc import Mapping
from typing import Any

from armwright.store.errors import StoreError
from armwright.store.fact import BadFactError, decode, encode
from armwright.store.failure import read_failure
from armwright.store.layout import EXPERIMENT_FILE, MARKER_FILE, Name
from armwright.store.location import Location
from armwright.store.surely import create_surely
from armwright.store.surroundings import Surroundings
from armwright.store.token import new_token

__all__ = ["STORE_FORMAT", "ensure_marker"]

STORE_FORMAT = 1

_REAL = Surroundings()
_NAME = Name(path=MARKER_FILE, kind="store")


def ensure_marker(
    root: Location, *, writer: Mapping[str, Any], at: str, surroundings: Surroundings = _REAL
) -> None:
    """Checks that experiments can be kept in a root; leaves the marker that says so.

    Raises:
        StoreError: The root lies inside an experiment, is of a later format, cannot be written, or
            its file system lets two writers create one file.
    """
    paths = [root.join(EXPERIMENT_FILE), root.join(MARKER_FILE)]
    found = dict(root.files.read(paths))
    inner, marker = found[paths[0]], found[paths[1]]
    if isinstance(inner, bytes):
        raise StoreError(
            f"{root.url!r} is an experiment itself; another cannot be made inside it",
            hint="choose a folder beside it",
        )
    if isinstance(marker, bytes):
        _check_marker(root, marker)
        return
    if not isinstance(marker, FileNotFoundError | NotADirectoryError):
        raise read_failure(paths[1], marker)
    if root.files.exclusive:
        _probe(root, surroundings)
    token = new_token()
    document = {"format": STORE_FORMAT, "exclusive_create": root.files.exclusive}
    body = encode(_NAME, document, token=token, writer=writer, at=at)
    # Who comes second finds it there, which is as good.
    create_surely(root.files.create, paths[1], body, token, surroundings)


def _probe(root: Location, surroundings: Surroundings) -> None:
    first, second = new_token(), new_token()
    path = root.join(f".probe-{first}")
    outcomes = [
        create_surely(root.files.create, path, token.encode(), token, surroundings)
        for token in (first, second)
    ]
    root.files.remove(path)
    if outcomes != ["won", "lost"]:
        raise StoreError(
            f"{root.url!r} lets two writers create one file: results there could be overwritten",
            hint="keep the experiment on another file system",
        )


def _check_marker(root: Location, body: bytes) -> None:
    path = root.join(MARKER_FILE)
    try:
        marker = decode(_NAME, body).document
    except BadFactError as error:
        raise StoreError(
            f"{path!r} is not a store's marker: {error}", hint="move it away; it is made anew"
        ) from error
    version = marker.get("format")
    if version != STORE_FORMAT:
        raise StoreError(
            f"the store at {root.url!r} has format {version!r}, we know {STORE_FORMAT}",
            hint="upgrade armwright",
        )
