"""Names that sort by time and never repeat: 26 letters, 48 bits of milliseconds and 80 random bits.

The time is there so that a listing reads in order; nothing in the store compares clocks. Within one
process the names are strictly increasing, also when the clock stands still or goes back.
"""

import os
import re
import threading
import time

__all__ = ["ULID_PATTERN", "new_ulid"]

# Crockford's base 32: no I, L, O or U, and the letters sort like their values.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS = 80

ULID_PATTERN = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")

_lock = threading.Lock()
_last = 0


def new_ulid() -> str:
    """Returns a fresh name, larger than every one this process made before."""
    global _last
    fresh = (time.time_ns() // 1_000_000) << _RANDOM_BITS | int.from_bytes(os.urandom(10), "big")
    with _lock:
        # A step of random size keeps names unique even where a process and its fork both step.
        _last = fresh if fresh > _last else _last + 1 + int.from_bytes(os.urandom(4), "big")
        value = _last
    return "".join(_LETTERS[(value >> shift) & 31] for shift in range(125, -1, -5))


def _forget() -> None:
    global _last, _lock
    _last, _lock = 0, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
