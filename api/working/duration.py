"""Lengths of time as people and schedulers write them."""

import math
import re

from armwright.errors import UsageError

__all__ = ["seconds_of"]

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_WORDS = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?[smhd])+")
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)([smhd])")
# Slurm's: minutes:seconds, hours:minutes:seconds, days-hours[:minutes[:seconds]].
_CLOCK = re.compile(r"(?:([0-9]+)-)?([0-9]+)(?::([0-9]{1,2}))?(?::([0-9]{1,2}))?")


def seconds_of(text: str) -> float:
    """Reads a length of time.

    Args:
        text: Seconds, "90"; with units, "90s", "30m", "1h30m", "2d"; or as Slurm prints it,
            "02:30", "1:00:00", "2-12:00:00".

    Raises:
        UsageError: It is none of these, or not above zero.
    """
    text = text.strip()
    seconds = _seconds(text)
    if seconds is None or not math.isfinite(seconds) or seconds <= 0:
        raise UsageError(
            f"expected a length of time, got {text!r}", hint="90, 90s, 30m, 1h30m or 1-12:00:00"
        )
    return seconds


def _seconds(text: str) -> float | None:
    if _WORDS.fullmatch(text):
        return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    match = _CLOCK.fullmatch(text)
    if match is None:
        try:
            return float(text)
        except ValueError:
            return None
    days, *numbers = match.groups()
    parts = [int(number) for number in numbers if number is not None]
    if days is not None:  # days-hours, then what is smaller
        hours, minutes, seconds = (*parts, 0, 0)[:3]
        return int(days) * 86400 + hours * 3600 + minutes * 60 + seconds
    total = 0
    for part in parts:  # seconds, minutes:seconds or hours:minutes:seconds
        total = total * 60 + part
    return float(total)
