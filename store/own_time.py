"""How much time has passed for this process: for comparing with itself, never with another."""

import time

__all__ = ["own_time"]


def own_time() -> float:
    """Returns seconds since some moment in the past; counts on while the machine is asleep."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)
