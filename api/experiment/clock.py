"""The time, in the one form the domain keeps it: local and without a zone, or milliseconds."""

import time
from datetime import datetime

__all__ = ["now", "now_ms"]


def now() -> datetime:
    """The present local time."""
    return datetime.now()


def now_ms() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000
