"""Files that were left half written: on a disk without hard links, by a process that was killed."""

from armwright.store.fact import BadFactError, decode
from armwright.store.layout import Name
from armwright.store.location import Location
from armwright.store.surroundings import Surroundings

__all__ = ["is_torn", "stays_torn"]

# No living process takes so long from the first byte of a fact to its last, unless it was stopped.
_STILL = 2.0


def is_torn(location: Location, name: Name) -> bool:
    """Whether a fact is half a fact; somebody may be writing the other half."""
    body = _read(location, name)
    return body is not None and _is_torn(name, body)


def stays_torn(location: Location, name: Name, surroundings: Surroundings) -> bool:
    """Whether a fact is half a fact, and nobody is writing the other half.

    It is read twice, some time apart; nothing but what a killed process leaves counts: no file of a
    later version, and none that cannot be read for now.

    Args:
        location: Of the experiment.
        name: Of the fact.
        surroundings: What waits.
    """
    before = _read(location, name)
    if before is None or not _is_torn(name, before):
        return False
    surroundings.sleep(_STILL)
    return _read(location, name) == before


def _is_torn(name: Name, body: bytes) -> bool:
    try:
        decode(name, body)
    except BadFactError as error:
        return error.torn
    return False


def _read(location: Location, name: Name) -> bytes | None:
    path = location.join(name.path)
    body = dict(location.files.read([path]))[path]
    return body if isinstance(body, bytes) else None
