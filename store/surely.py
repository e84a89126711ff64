"""Repeating a create until the file system is sure: a bounded number of times, with one token."""

from armwright.store.errors import UncertainError
from armwright.store.files import Files, Outcome
from armwright.store.surroundings import Surroundings

__all__ = ["create_surely"]

# Seconds before a doubtful write is repeated; each is stretched at random.
_PAUSES = (0.05, 0.2, 0.8)


def create_surely(
    files: Files, path: str, body: bytes, token: str, surroundings: Surroundings
) -> Outcome:
    """Creates a file; a doubtful answer is settled by asking again.

    Raises:
        StoreError: It could not be written.
        UncertainError: The file system would not say, several times over.
    """
    for pause in _PAUSES:
        try:
            return files.create(path, body, token)
        except UncertainError:
            surroundings.sleep(pause * (1.0 + surroundings.choose(1000) / 1000.0))
    return files.create(path, body, token)
