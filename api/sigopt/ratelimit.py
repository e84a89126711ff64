"""Patience with a server that refuses one request after the other."""

from __future__ import annotations

import random
import threading
import time
from typing import final

__all__ = ["FailedStatusRateLimit", "failed_status_rate_limit"]

_LONGEST_S = 60.0


@final
class FailedStatusRateLimit:
    """Counts refusals in a row, and waits ever longer once they are many.

    Args:
        limit: As many as these cost no time.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.count = 0
        self._lock = threading.Lock()

    def increment_and_check(self) -> None:
        """Counts a refusal, and waits where there were too many."""
        with self._lock:
            self.count += 1
            over = self.count - self.limit
        if over > 0:
            longest = min(float(2 ** min(over, 10)), _LONGEST_S)
            time.sleep(random.uniform(longest / 2, longest))  # noqa: S311 - no secret

    def clear(self) -> None:
        """Forgets the refusals: a request was answered."""
        with self._lock:
            self.count = 0


failed_status_rate_limit = FailedStatusRateLimit(20)
