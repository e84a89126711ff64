"""Going on where a store cannot be reached for a while."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar, final

from armwright.errors import ArmwrightError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Patience"]

T = TypeVar("T")

_FIRST_S, _LONGEST_S = 1.0, 60.0  # from one try to the next


@final
class Patience:
    """Tries again what cannot be done for the moment, with pauses that grow.

    Args:
        limit: Seconds from the first failure on, after which it is given up.
        wait: Waits so many seconds; true to give up now.
        report: Called with words about each failure.
        clock: This process's own clock, in seconds.
    """

    def __init__(
        self,
        *,
        limit: float,
        wait: Callable[[float], bool],
        report: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._limit, self._wait, self._report, self._clock = limit, wait, report, clock

    def of(self, act: Callable[[], T]) -> T | None:
        """What `act` returns, as soon as it can be done; None where waiting was cut short.

        Raises:
            ArmwrightError: It failed for another reason than that the store cannot be reached, or
                for all of the time there was.
        """
        began, pause = None, _FIRST_S
        while True:
            try:
                found = act()
            except ArmwrightError as error:
                now = self._clock()
                began = now if began is None else began
                left = began + self._limit - now
                if not error.retryable or left <= 0:
                    raise
                pause = min(pause, left)
                self._report(f"{error.message}; again in {pause:.0f} s")
                if self._wait(pause):
                    return None
                pause = min(2 * pause, _LONGEST_S)
            else:
                if began is not None:
                    away = self._clock() - began
                    self._report(f"the store can be reached again, after {away:.0f} s")
                return found
