"""What the store takes from the world around it: who writes, what time it is, chance, and waiting.

They are arguments with sensible defaults, so that a test decides them.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from armwright.store.own_time import own_time
from armwright.store.writer import Writer, current_writer

__all__ = ["Surroundings", "random_below", "utc_now"]


def utc_now() -> str:
    """Returns the present moment, UTC, to the millisecond: `2026-05-02T11:04:09.120Z`."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def random_below(bound: int) -> int:
    """Returns a random integer from 0 to bound - 1; no seed can make workers agree."""
    return int.from_bytes(os.urandom(8), "big") % bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The world around the store.

    Attributes:
        writer: Says who writes; asked at each write, for a process may fork.
        clock: Says what time it is, UTC, as text; for people, never compared.
        choose: Draws a random integer below its argument.
        sleep: Waits that many seconds.
        own_time: Says how many seconds have passed for this process; compared only with itself.
    """

    writer: Callable[[], Writer] = current_writer
    clock: Callable[[], str] = utc_now
    choose: Callable[[int], int] = random_below
    sleep: Callable[[float], None] = time.sleep
    own_time: Callable[[], float] = own_time
