"""Repeating a create until the file system is sure: a bounded number of times, with one token."""

from collections.abc import Callable

from armwright.store.errors import UncertainError
from armwright.store.files import Outcome
from armwright.store.surroundings import Surroundings

__all__ = ["create_surely"]

# Seconds before a doubtful write is repeated; each is stretched at random.
_PAUSES = (0.05, 0.2, 0.8)


def create_surely(
    create: Callable[[str, bytes, str], Outcome],
    path: str,
    body: bytes,
    token: str,
    surroundings: Surroundings,
) -> Outcome:
    """Creates a file; a doubtful answer is settled by asking again.

    Args:
        create: The file system's way of doing so; see `armwright.store.create`.
        path: Of the file.
        body: Of the file; holds the token.
        token: Of the write.
        surroundings: What waits.

    Raises:
        StoreError: It could not be written.
        UncertainError: The file system would not say, several times over.
    """
    for pause in _PAUSES:
        try:
            return create(path, body, token)
        except UncertainError:
            surroundings.sleep(pause * (1.0 + surroundings.choose(1000) / 1000.0))
    return create(path, body, token)
