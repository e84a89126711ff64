"""How often, and how soon, a call that failed for a passing reason is made again.

Each pause is about four times the one before, and stretched at random, so that a thousand workers
who were refused together do not come back together.
"""

from collections.abc import Callable, Iterator

from armwright.store.surroundings import random_below

__all__ = ["TRIES", "pauses"]

# Five tries within five to nine seconds; who calls may call again after that.
_PAUSES = (0.05, 0.2, 0.8, 3.2)
TRIES = len(_PAUSES) + 1


def pauses(choose: Callable[[int], int] = random_below) -> Iterator[float | None]:
    """Yields, for each try, how many seconds to wait if it fails; None for the last."""
    for pause in _PAUSES:
        yield pause * (1.0 + choose(1000) / 1000.0)
    yield None
