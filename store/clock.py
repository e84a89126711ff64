"""The time of day as it is written into facts: for people, never compared by the store."""

from collections.abc import Callable
from datetime import UTC, datetime

__all__ = ["Clock", "utc_now"]

Clock = Callable[[], str]


def utc_now() -> str:
    """Returns the present moment, UTC, to the millisecond: `2026-05-02T11:04:09.120Z`."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
